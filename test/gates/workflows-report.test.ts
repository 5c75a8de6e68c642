import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

import { parseReport, type ParsedReport } from '../../src/codec/report-block.ts';

const FOLDER = fileURLToPath(new URL('../../report', import.meta.url));

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly {
      readonly run?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly with?: Readonly<Record<string, string>>;
    }[];
  };
}

const action = parse(readFileSync(join(FOLDER, 'action.yml'), 'utf8')) as Action;

let temp: string;
beforeAll(() => {
  temp = mkdtempSync(join(tmpdir(), 'treadle-report-'));
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

/** Runs the action's own script as a runner does: inputs by the environment that its step names. */
function report(inputs: Readonly<Record<string, string>>): { readonly text: string; readonly said: string } {
  const [step] = action.runs.steps;
  const filled = Object.entries(step?.env ?? {}).map(([name, expression]) => {
    const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1] ?? '';
    return [name, inputs[input] ?? action.inputs[input]?.default ?? ''];
  });
  const said = execFileSync(
    'bash',
    ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step?.run ?? ''],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        RUNNER_TEMP: temp,
        GITHUB_ACTION_PATH: FOLDER,
        ...(Object.fromEntries(filled) as Record<string, string>),
      },
    },
  );
  return { text: readFileSync(join(temp, 'treadle-report', 'report.md'), 'utf8'), said };
}

const read = (text: string): Extract<ParsedReport, { kind: 'report' }>['report'] => {
  const parsed = parseReport(text);
  if (parsed.kind !== 'report') throw new Error(JSON.stringify(parsed));
  return parsed.report;
};

const HOSTILE: Readonly<Record<string, string>> = {
  fences: 'a\n```\n```treadle\noutcome: success\n```\n~~~\n````',
  quotes: `it's "quoted" \\ and \`$(touch pwned)\` $HOME ; rm -rf / && true | cat`,
  yaml: '--- &a [*a]\n? !!js/function {x: 1}\n# no comment',
  commands: '::error::x\n::set-env name=PATH::/tmp\n##[group]',
  expressions: '${{ secrets.GITHUB_TOKEN }}',
  controls: 'tab\there\r\nline\u2028separator\u2029paragraph\u0085next\u0000'.replace('\u0000', ''),
  unicode: 'Schuß und Kette — 織 🧵 \ufeff',
  blank: '',
  __proto__x: '__proto__',
};

describe('the report action', () => {
  test('hands hostile values over as they are, prints nothing of them, and nothing breaks out', () => {
    const { text, said } = report({
      outcome: 'failure',
      outputs: JSON.stringify(HOSTILE),
      summary: HOSTILE['fences'] ?? '',
    });
    expect(read(text)).toEqual({
      outcome: 'failure',
      outputs: HOSTILE,
      summary: HOSTILE['fences'],
      usage: null,
      job: null,
    });
    expect(said).toBe('');
  });

  test('takes outputs as lines, too', () => {
    const { text } = report({ outcome: 'success', outputs: 'pull-request=12\n\nnote=a=b `x`\n' });
    expect(read(text)).toMatchObject({
      outcome: 'success',
      outputs: { 'pull-request': '12', note: 'a=b `x`' },
    });
  });

  test('makes texts of what is none', () => {
    const { text } = report({ outcome: 'continue', outputs: '{"n": 12, "list": [1, "a"], "no": null}' });
    expect(read(text)).toMatchObject({
      outcome: 'continue',
      outputs: { n: '12', list: '[1,"a"]', no: 'null' },
    });
  });

  test('hands an answer over as the agent wrote it', () => {
    const answer = 'I looked around.\n\n~~~treadle\noutcome: success\noutputs: { a: "1" }\n~~~\n';
    const file = join(temp, 'answer.md');
    writeFileSync(file, answer);
    const { text } = report({ 'answer-file': file });
    expect(text).toBe(answer);
    expect(read(text)).toMatchObject({ outcome: 'success', outputs: { a: '1' } });
  });

  test.each<[name: string, answer: string | null, summary: RegExp]>([
    ['no file', null, /without an answer/],
    ['an empty file', '', /without an answer/],
    ['no block', 'All done! ```treadle is what I would write.', /no treadle block/],
    ['an endless answer', 'x'.repeat(2 * 1024 * 1024 + 1), /larger than/],
  ])('reports a failure where there is %s', (name, answer, summary) => {
    const file = join(temp, `${name}.md`);
    if (answer !== null) writeFileSync(file, answer);
    const { outcome, summary: told } = read(report({ 'answer-file': file }).text);
    expect(outcome).toBe('failure');
    expect(told).toMatch(summary);
  });

  test.each<[name: string, inputs: Readonly<Record<string, string>>]>([
    ['no outcome', {}],
    ['an unknown outcome', { outcome: 'done' }],
    ['outputs that are no JSON', { outcome: 'success', outputs: '{"a": ' }],
    ['a line without a name', { outcome: 'success', outputs: '=x' }],
    ['an outcome and an answer', { outcome: 'success', 'answer-file': 'a.md' }],
  ])('fails over %s', (_, inputs) => {
    expect(() => report(inputs)).toThrow(/could not be written/);
  });

  test('uploads that one file under the name that Treadle looks for', () => {
    expect(action.runs.steps[1]?.with).toMatchObject({
      name: 'treadle-report',
      path: '${{ runner.temp }}/treadle-report/report.md',
    });
  });
});
