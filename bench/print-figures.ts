import type { Figure, FigureRow } from './figure.ts';

/** A figure as a table of text: medians, the quarters beside them, and what follows from them. */
export function printFigure({ title, unit, rows }: Figure): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row.derived)))];
  const head = [title, `median CPU ${unit}`, 'least', 'quarters', ...columns];
  const body = rows.map((row) => cellsOf(row, columns));
  const widths = head.map((_, column) =>
    Math.max(...[head, ...body].map((cells) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ');
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}

function cellsOf({ label, spread, derived }: FigureRow, columns: readonly string[]): readonly string[] {
  const quarters = `${format(spread.low)} – ${format(spread.high)}`;
  const values = columns.map((column) => (derived[column] === undefined ? '' : format(derived[column])));
  return [label, format(spread.median), format(spread.least), quarters, ...values];
}

/** Three digits that count. */
function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
