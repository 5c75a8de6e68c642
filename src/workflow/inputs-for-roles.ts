import type { WorkflowDraft } from './draft.ts';
import type { Trust } from './trust.ts';

/** The inputs of a workflow that say who is asked: those that a `runs-on` can be made of, in small letters. */
export function inputsForRoles(draft: WorkflowDraft, trust: Trust): ReadonlySet<string> {
  return new Set(
    draft.jobs.flatMap((job) =>
      job.runsOn === null ? [] : [...trust.ofTemplate({ job, step: null }, job.runsOn.readable).inputs],
    ),
  );
}
