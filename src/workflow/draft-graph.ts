import type { JobDraft, WorkflowDraft } from './draft.ts';
import { createGraph } from './graph.ts';
import type { Graph } from './model.ts';

/** The graph over the needs that exist. */
export function graphOfDraft(draft: WorkflowDraft): Graph {
  const canonical = new Map(draft.jobs.toReversed().map((job) => [job.id.toLowerCase(), job.id]));
  return createGraph(
    draft.jobs.map((job) => ({
      id: job.id,
      needs: [...new Set(job.needs.flatMap((need) => canonical.get(need.text.toLowerCase()) ?? []))],
    })),
  );
}

/** The jobs by their id, the first of equal ones. */
export function jobsOfDraft(draft: WorkflowDraft): ReadonlyMap<string, JobDraft> {
  return new Map(draft.jobs.toReversed().map((job) => [job.id, job]));
}
