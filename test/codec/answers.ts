import { parseReport, type Report } from '../../src/codec/report-block.ts';

export const empty: Report = { outcome: 'success', outputs: {}, usage: null, summary: '', job: null };

/** An answer with one block; lines of the block as given. */
export function block(...lines: readonly string[]): string {
  return ['```treadle', ...lines, '```'].join('\n');
}

export function reported(answer: string): Report {
  const parsed = parseReport(answer);
  if (parsed.kind !== 'report') throw new Error(JSON.stringify(parsed));
  return parsed.report;
}

export function problemOf(answer: string): string {
  const parsed = parseReport(answer);
  if (parsed.kind !== 'malformed') throw new Error(JSON.stringify(parsed));
  return parsed.problem;
}
