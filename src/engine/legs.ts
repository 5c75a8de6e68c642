import { definitionOf, jobOf, legId, legIndexOf } from '../workflow/leg.ts';
import type { Job, Workflow } from '../workflow/model.ts';
import type { Conclusion, Status } from './state/status.ts';
import type { JobDocument } from './state/job.ts';
import type { JobLine, RunState } from './state/run.ts';
import type { MatrixLeg, MatrixPlan } from './matrix-plan.ts';
import { lookup } from './own-keys.ts';

/** Where documents are found by id. */
interface Documents {
  document(job: string): JobDocument | undefined;
}

/** The documents of a state, by id. */
export function documentsOf(state: RunState): Documents & Pick<RunState, 'run'> {
  return { run: state.run, document: (id) => lookup(state.jobs, id) };
}

/** The definitions of all that is worked on, see {@link jobsAndLegs}; without a state the jobs alone. */
export function definitionsOf(workflow: Workflow, state: RunState | null): readonly Job[] {
  if (state === null) return [...workflow.jobs.values()];
  return [...jobsAndLegs({ workflow, ...documentsOf(state) })].flatMap(
    (id) => definitionOf(workflow, id) ?? [],
  );
}

/** What the matrix of a job came to, or null where it has none or was not reached. */
export function matrixOf(view: Documents, job: string): MatrixPlan | null {
  return view.document(job)?.matrix ?? null;
}

/** The ids of the legs of a job; none where it has no matrix or was not reached. */
export function legsOf(view: Documents, job: string): readonly string[] {
  const legs = matrixOf(view, job)?.legs ?? [];
  return legs.map((_, index) => legId(job, index));
}

/** What is known of a leg, or undefined for a job and for legs that there are not (any more). */
export function legOf(view: Documents, id: string): MatrixLeg | undefined {
  const index = legIndexOf(id);
  return index === null ? undefined : matrixOf(view, jobOf(id))?.legs[index];
}

/** All that is worked on: the jobs in file order, each followed by its legs. */
export function* jobsAndLegs(view: Documents & { readonly workflow: Workflow }): Iterable<string> {
  for (const job of view.workflow.jobs.keys()) {
    yield job;
    yield* legsOf(view, job);
  }
}

/** The canonical id of the job or leg that a person names: ids in any letter case, or a leg's name. */
export function resolveJob(
  view: Documents & { readonly workflow: Workflow },
  named: string,
): string | undefined {
  const job = view.workflow.graph.resolve(named);
  if (job !== undefined) return job;
  const wanted = named.trim().toLowerCase();
  for (const id of jobsAndLegs(view)) {
    if (id.toLowerCase() === wanted || legOf(view, id)?.name.toLowerCase() === wanted) return id;
  }
  return undefined;
}

/** The status of a job while a leg of it is open: that of the leg which is furthest. Null when all are completed. */
export function openStatusOf(legs: readonly JobLine[]): Status | null {
  const order = ['in_progress', 'waiting', 'pending', 'queued'] as const;
  return order.find((status) => legs.some((leg) => leg.status === status)) ?? null;
}

/**
 * What the legs of a job come to: failure if any failed, else cancelled if any was cancelled, else success if any succeeded, else
 * skipped.
 *
 * @see https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/run-job-variations
 */
export function rollUp(legs: readonly (Conclusion | null)[]): Conclusion {
  const order = ['failure', 'cancelled', 'success'] as const;
  return order.find((conclusion) => legs.includes(conclusion)) ?? 'skipped';
}
