import { renderTemplate } from '../expression/evaluate.ts';
import { recordAttempt } from './attempt.ts';
import { cancelRun } from './cancel.ts';
import { completeJob } from './conclude.ts';
import { runContexts } from './contexts.ts';
import type { Draft } from './draft.ts';
import { guard, truthIn } from './evaluation.ts';
import { TREADLE } from './event.ts';
import { enterGroup } from './group-entry.ts';
import { WHOLE_RUN } from './group-place.ts';
import { cancelJob } from './withdraw.ts';

/** Lets a run that begins into the group of its workflow. Returns whether its jobs may start. */
export function enterRunGroup(draft: Draft): boolean {
  const { concurrency } = draft.workflow;
  if (concurrency === null) return true;
  const entrance = enterGroup(draft, WHOLE_RUN, concurrency, {
    text: (template) => guard(() => renderTemplate(template, runContexts(draft))),
    truth: (value) => truthIn(value, () => runContexts(draft)),
  });
  switch (entrance.kind) {
    case 'running':
      return true;
    case 'pending':
      draft.tell('concurrency group');
      return false;
    case 'barred':
      displaceRun(draft, entrance.reason);
      return false;
    case 'wrong':
      for (const { id, needs } of draft.workflow.jobs.values()) {
        if (needs.length > 0) continue;
        recordAttempt(draft, id, { outcome: 'failure', reason: `concurrency: ${entrance.reason}` });
        completeJob(draft, id, 'failure', 'failure');
      }
      return false;
  }
}

/** Cancels a run that lost its place in a group, or can have none. Where nothing had begun, nothing begins. */
export function displaceRun(draft: Draft, reason: string): void {
  const hasBegun = [...draft.workflow.jobs.keys()].some((job) => draft.line(job).status !== 'queued');
  cancelRun(draft, { by: TREADLE, reason, at: draft.cause.at });
  if (hasBegun) return;
  for (const job of draft.workflow.jobs.keys()) cancelJob(draft, job, reason);
}
