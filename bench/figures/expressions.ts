import { readdirSync, readFileSync } from 'node:fs';

import { checkCases } from '../../src/conformance/check-cases.ts';
import type { Benchmark } from '../figure.ts';
import { measureInTurns, timeOf } from '../measure.ts';

const FOLDER = 'test/conformance';

/** The conformance cases of expressions: each parsed, evaluated and compared. Run in the repository's root. */
export const measureExpressions: Benchmark = async ({ quick }) => {
  const texts = readdirSync(FOLDER)
    .filter((name) => name.startsWith('expressions'))
    .map((name) => readFileSync(`${FOLDER}/${name}`, 'utf8'));
  let cases = 0;
  const sample = (): number =>
    timeOf(() => {
      cases = texts.reduce((sum, text) => sum + checkCases(text).cases.length, 0);
    });
  const spreads = await measureInTurns([{ label: 'all', sample }], quick ? 10 : 40);
  const rows = [...spreads.values()].map((spread) => ({
    label: `${cases} expressions, parsed and evaluated`,
    spread,
    derived: { 'a second': Math.round((cases / spread.median) * 1000) },
  }));
  return { id: 'expressions', title: 'Conformance cases of expressions', unit: 'ms', rows };
};
