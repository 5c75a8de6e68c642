import type { Workflow } from '../workflow/model.ts';
import type { RecordVersion } from './record-version.ts';
import type { Conclusion } from './state/status.ts';
import type { JobLine } from './state/run.ts';

/** What the ancestors of a job came to, as far as their results count for it. */
export interface AncestorResults {
  readonly haveAllSucceeded: boolean;
  readonly hasAnyFailed: boolean;
}

/**
 * The results of ancestors, each job's put together from those of its needs and remembered: from the transition that found out to the
 * next one of the same run, so that a job costs its needs, not all that lies before it.
 */
export interface Ancestry {
  /** A join with `wait: any` stands for all that lies before it, since its losers did not matter. */
  readonly resultsBefore: (job: string) => AncestorResults;
  /** Whether a need of a join succeeded; `search` is asked unless none had when it was asked before, and none has since. */
  readonly hasSuccessBefore: (join: string, search: () => boolean) => boolean;
  /** The result of a job or leg is another than before. */
  forget(job: string, result: Conclusion | null): void;
  /** Goes on with another definition, of which nothing is known. */
  restart(workflow: Workflow): void;
  /** Hands what is known on to the transition that begins with these lines. */
  handOn(lines: RecordVersion<JobLine>): void;
}

interface Known {
  readonly jobs: Workflow['jobs'];
  readonly before: Map<string, AncestorResults>;
  /** Joins none of whose needs succeeded so far. */
  readonly unsuccessful: Set<string>;
}

function nothingKnown({ jobs }: Workflow): Known {
  return { jobs, before: new Map(), unsuccessful: new Set() };
}

/** What is known, by the lines that it follows from. Whoever changes lines takes it: it is never known of two sets of lines. */
const handedOn = new WeakMap<RecordVersion<JobLine>, Known>();

/** @param resultOf the result of a job as it is now */
export function openAncestry(
  workflow: Workflow,
  lines: RecordVersion<JobLine>,
  resultOf: (job: string) => Conclusion | null,
): Ancestry {
  let { graph } = workflow;
  let known: Known | undefined;
  const take = (): Known => {
    if (known !== undefined) return known;
    const earlier = handedOn.get(lines);
    handedOn.delete(lines);
    known = earlier?.jobs === workflow.jobs ? earlier : nothingKnown(workflow);
    return known;
  };
  return {
    resultsBefore: (job) => resultsIn(take(), job, resultOf),
    hasSuccessBefore(join, search) {
      const { unsuccessful } = take();
      if (unsuccessful.has(join)) return false;
      if (search()) return true;
      unsuccessful.add(join);
      return false;
    },
    forget(job, result) {
      const { jobs, before, unsuccessful } = take();
      // Whoever is known has needs that are known: where nothing is known, nothing follows.
      const open = [...graph.dependents(job)];
      if (result === 'success') for (const join of open) unsuccessful.delete(join);
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (before.delete(next) && !standsForAll(jobs, next)) open.push(...graph.dependents(next));
      }
    },
    restart(next) {
      take();
      known = nothingKnown(next);
      ({ graph } = next);
    },
    handOn(next) {
      handedOn.set(next, take());
    },
  };
}

/** Walks without recursion: a chain may have 10,000 jobs. */
function resultsIn(
  { jobs, before }: Pick<Known, 'jobs' | 'before'>,
  job: string,
  resultOf: (job: string) => Conclusion | null,
): AncestorResults {
  const open = [job];
  for (let next = open.at(-1); next !== undefined; next = open.at(-1)) {
    const needs = before.has(next) ? [] : (jobs.get(next)?.needs ?? []);
    const depth = open.length;
    for (const need of needs) if (!before.has(need) && !standsForAll(jobs, need)) open.push(need);
    if (open.length > depth) continue;
    if (!before.has(next)) before.set(next, sumUp({ jobs, before }, needs, resultOf));
    open.pop();
  }
  return before.get(job) ?? NONE;
}

const NONE: AncestorResults = { haveAllSucceeded: true, hasAnyFailed: false };

function sumUp(
  { jobs, before }: Pick<Known, 'jobs' | 'before'>,
  needs: readonly string[],
  resultOf: (job: string) => Conclusion | null,
): AncestorResults {
  let { haveAllSucceeded, hasAnyFailed } = NONE;
  for (const need of needs) {
    const result = resultOf(need);
    const earlier = standsForAll(jobs, need) ? NONE : (before.get(need) ?? NONE);
    haveAllSucceeded &&= result === 'success' && earlier.haveAllSucceeded;
    hasAnyFailed ||= result === 'failure' || earlier.hasAnyFailed;
  }
  return { haveAllSucceeded, hasAnyFailed };
}

function standsForAll(jobs: Workflow['jobs'], job: string): boolean {
  const definition = jobs.get(job);
  return definition?.type === 'merge' && definition.wait === 'any';
}
