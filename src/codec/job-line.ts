import { jobOf, legId, legIndexOf } from '../workflow/leg.ts';
import type { Conclusion, Status } from '../engine/state/status.ts';
import type { JobLine } from '../engine/state/run.ts';

/** The lines of a run as run.json has them. */
export interface StoredLines {
  /** Job → its line. */
  readonly jobs: Readonly<Record<string, string>>;
  /** Job → line → the indexes of the legs that have it, for instance `0-17,19`: however many legs there are, it can be read. */
  readonly legs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The lines of jobs and legs as they are stored; `legs` is left out where there are none. */
export function formatJobLines(lines: Readonly<Record<string, JobLine>>): StoredLines {
  const jobs: [string, string][] = [];
  const legs = new Map<string, Map<string, number[]>>();
  for (const [id, line] of Object.entries(lines)) {
    const index = legIndexOf(id);
    if (index === null) {
      jobs.push([id, formatJobLine(line)]);
      continue;
    }
    const ofJob = legs.get(jobOf(id)) ?? new Map<string, number[]>();
    legs.set(jobOf(id), ofJob);
    const text = formatJobLine(line);
    ofJob.set(text, [...(ofJob.get(text) ?? []), index]);
  }
  const stored = [...legs].map(([job, ofJob]): [string, Readonly<Record<string, string>>] => [
    job,
    Object.fromEntries([...ofJob].map(([text, indexes]) => [text, formatRanges(indexes)])),
  ]);
  return {
    jobs: Object.fromEntries(jobs),
    ...(stored.length === 0 ? {} : { legs: Object.fromEntries(stored) }),
  };
}

/** Reads what {@link formatJobLines} writes; the schema has checked the words. */
export function parseJobLines({ jobs, legs = {} }: StoredLines): Readonly<Record<string, JobLine>> {
  const ofJobs = Object.entries(jobs).map(([id, text]): [string, JobLine] => [id, parseJobLine(text)]);
  const ofLegs = Object.entries(legs).flatMap(([job, byLine]) =>
    Object.entries(byLine).flatMap(([text, ranges]) => {
      const line = parseJobLine(text);
      return parseRanges(ranges).map((index): [string, JobLine] => [legId(job, index), line]);
    }),
  );
  return Object.fromEntries([...ofJobs, ...ofLegs]);
}

/** A job's line: `in_progress`, `completed success`, or `completed failure as success` where the result differs. */
function formatJobLine(line: JobLine): string {
  if (line.conclusion === null) return line.status;
  const result = line.result === null || line.result === line.conclusion ? '' : ` as ${line.result}`;
  return `${line.status} ${line.conclusion}${result}`;
}

function parseJobLine(text: string): JobLine {
  const [status, conclusion, , result] = text.split(' ');
  if (conclusion === undefined) return { status: status as Status, conclusion: null, result: null };
  return {
    status: status as Status,
    conclusion: conclusion as Conclusion,
    result: (result ?? conclusion) as Conclusion,
  };
}

/** `0-2,5` for 0, 1, 2 and 5. */
function formatRanges(indexes: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const index of indexes.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.to === index - 1) last.to = index;
    else ranges.push({ from: index, to: index });
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

function parseRanges(text: string): readonly number[] {
  return text.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, offset) => from + offset);
  });
}
