import type { Reporter, TestCase, TestModule } from 'vitest/node';

const COLUMNS = ['scenario', '', 'transitions', 'attempts', 'dispatches', 'commits', 'seconds', ''] as const;

/** Prints one line for each scenario: what was observed, and whether it passed. */
export default class PrintTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cases = modules
      .flatMap((module) => [...module.children.allTests()])
      .filter((each) => each.result().state !== 'skipped');
    const rows = cases
      .map((each) => ({ row: rowOf(each), each }))
      .toSorted((a, b) => (a.row[0] ?? '').localeCompare(b.row[0] ?? '', 'en', { numeric: true }));
    const table = [COLUMNS, ...rows.map(({ row }) => row)];
    const widths = COLUMNS.map((_name, at) => Math.max(...table.map((row) => (row[at] ?? '').length)));
    const print = (text: string): void => void process.stdout.write(`${text}\n`);
    for (const row of table) {
      const cells = widths.map((width, at) => {
        const cell = row[at] ?? '';
        return at < 2 || at === 7 ? cell.padEnd(width) : cell.padStart(width);
      });
      print(cells.join('  ').trimEnd());
    }
    for (const { each } of rows) {
      const result = each.result();
      for (const error of result.errors ?? []) print(`\n${each.name}\n${error.stack ?? error.message}`);
    }
    for (const module of modules) for (const error of module.errors()) print(`\n${error.message}`);
    const passed = cases.filter((each) => each.result().state === 'passed').length;
    print(`\n${passed} scenarios passed, ${cases.length - passed} failed`);
  }
}

function rowOf(each: TestCase): readonly string[] {
  const { scenario } = each.meta();
  const observed = scenario?.observed;
  const counts = [observed?.transitions, observed?.attempts, observed?.dispatches, observed?.commits];
  const seconds = ((each.diagnostic()?.duration ?? 0) / 1_000).toFixed(1);
  return [
    scenario?.id ?? each.name,
    scenario?.title ?? '',
    ...counts.map((count) => (count === undefined ? '-' : String(count))),
    seconds,
    each.result().state === 'passed' ? 'pass' : 'FAIL',
  ];
}
