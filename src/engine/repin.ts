import type { Sha256 } from '../base/digest.ts';
import type { Job, Workflow } from '../workflow/model.ts';
import type { Draft } from './draft.ts';
import { goOn } from './pause.ts';
import { endRework } from './queue.ts';
import { without } from './own-keys.ts';
import { resetJob, withdrawJob } from './withdraw.ts';
import type { Outcome } from './outcome.ts';
import { applied } from './outcome.ts';

/**
 * Goes on with another definition. Jobs of the same id and type stay as they are, with their history; open jobs whose type changed
 * start anew; jobs that are gone are dropped, whatever they had outside is taken back; new ones are queued. Then whatever is ready
 * starts.
 */
export function repinRun(draft: Draft, definition: Sha256, workflow: Workflow): Outcome {
  // It may commit to another base from now on.
  endRework(draft);
  for (const [job, before] of draft.workflow.jobs) {
    const after = workflow.jobs.get(job);
    if (after === undefined) {
      withdrawJob(draft, job, `the new definition has no job ${job}`);
    } else if (draft.line(job).status !== 'completed' && changesKind(before, after)) {
      resetJob(draft, job, `the new definition makes ${job} another kind of job: ${after.type}`);
    }
  }
  draft.replaceWorkflow(workflow);
  draft.patchRun({
    definition,
    workflow: workflow.key,
    cycles: without(draft.run.cycles, (edge) => !workflow.jobs.has(edge.slice(0, edge.indexOf('.')))),
  });
  goOn(draft);
  return applied('run', `repinned to ${definition.slice(0, 8)}`);
}

function changesKind(before: Job, after: Job): boolean {
  return after.type !== before.type || (after.strategy === null) !== (before.strategy === null);
}
