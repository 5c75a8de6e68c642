import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { CheckedCase, ConformanceReport } from '../../conformance/check-cases.ts';
import { checkCases } from '../../conformance/check-cases.ts';
import { examples, JSON_OPTION, type CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { readTextFile } from '../read-text-file.ts';
import type { Terminal } from '../terminal.ts';

/** `treadle conformance`: cases of GitHub's semantics, checked; exit code 1 when one fails. */
export function addConformance(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command('conformance')
    .description("check cases of GitHub's semantics: expressions, matrices, conditions, job graphs, groups")
    .argument('<files...>', 'files of cases, as docs/conformance.md describes them')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle conformance test/conformance/matrix.json',
        'treadle conformance my-expressions.jsonl --json',
      ),
    )
    .action(async (files: readonly string[], options: { readonly json?: true }) => {
      const reports = new Map<string, ConformanceReport>();
      for (const file of files) reports.set(file, checkFile(file, await readTextFile(file)));
      const count = countAll([...reports.values()]);
      if (count.failed > 0) finish(EXIT.runFailed);
      if (options.json === true) {
        const cases = [...reports].flatMap(([file, report]) =>
          report.cases.map((one) => (files.length === 1 ? one : { file, ...one })),
        );
        terminal.print(JSON.stringify({ version: 1, cases, count }, null, 2));
        return;
      }
      for (const [file, { cases }] of reports) {
        for (const one of cases) if (!one.pass) printFailure(terminal, file, one);
      }
      const total = count.passed + count.failed;
      terminal.print(`${total} cases: ${count.passed} passed, ${count.failed} failed`);
    });
}

function countAll(reports: readonly ConformanceReport[]): ConformanceReport['count'] {
  const sum = (key: 'passed' | 'failed'): number =>
    reports.reduce((total, { count }) => total + count[key], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}

function printFailure(terminal: Terminal, file: string, { id, expected, actual }: CheckedCase): void {
  const name = typeof id === 'string' ? id : JSON.stringify(id);
  terminal.print(`${terminal.style('red', 'failed')}  ${file}: ${oneLine(name)}`);
  terminal.print(`  expected  ${JSON.stringify(expected)}`);
  terminal.print(`  actual    ${JSON.stringify(actual)}`);
}

function oneLine(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
}

function checkFile(file: string, text: string): ConformanceReport {
  try {
    return checkCases(text);
  } catch (error) {
    if (!(error instanceof TreadleError)) throw error;
    throw new TreadleError(error.code, `${file}: ${error.message}`, {
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      cause: error,
    });
  }
}
