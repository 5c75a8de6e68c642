import type { Conclusion, JobLine, Status } from '../engine/state.ts';

/** A job's line in run.json: `in_progress`, `completed success`, or `completed failure as success` where the result differs. */
export function formatJobLine(line: JobLine): string {
  if (line.conclusion === null) return line.status;
  const result = line.result === null || line.result === line.conclusion ? '' : ` as ${line.result}`;
  return `${line.status} ${line.conclusion}${result}`;
}

/** Reads what {@link formatJobLine} writes; the schema has checked the words. */
export function parseJobLine(text: string): JobLine {
  const [status, conclusion, , result] = text.split(' ');
  if (conclusion === undefined) return { status: status as Status, conclusion: null, result: null };
  return {
    status: status as Status,
    conclusion: conclusion as Conclusion,
    result: (result ?? conclusion) as Conclusion,
  };
}
