import { endAttempt, recordAttempt, runningAttempt } from './attempt.ts';
import { completeJob } from './conclude.ts';
import type { Draft } from './draft.ts';
import { withdrawJob } from './withdraw.ts';

/** Cancels a job that lost its place in a concurrency group, or can have none. What had not begun never begins. */
export function displaceJob(draft: Draft, job: string, reason: string): void {
  const ending = { outcome: 'displaced', reason } as const;
  if (runningAttempt(draft.document(job)) === undefined) recordAttempt(draft, job, ending);
  else endAttempt(draft, job, ending);
  withdrawJob(draft, job, reason);
  completeJob(draft, job, 'cancelled', 'cancelled');
}
