import { derivedId } from '../base/digest.ts';
import { endAttempt } from './attempt.ts';
import type { ReachedLimit } from './budget.ts';
import { endOfHour, findReachedLimit, isTripped, tripMeter } from './budget.ts';
import { concludeFailure } from './conclude.ts';
import type { Draft } from './draft.ts';
import { QUEUED } from './draft.ts';
import { openEscalation } from './escalation.ts';
import { TREADLE } from './event.ts';
import { holdRun } from './pause.ts';

/**
 * Stops a dispatch that would go beyond a limit, and tells whether it did. The run is paused and the CEO asked, once: about the
 * repository's limit, too, where only the first run that reaches it asks, and the others wait for the next hour. The job stands
 * where it was, with its attempt: it goes on when the CEO lets it. In a run that was cancelled nobody is asked: there it fails.
 */
export function stopAtLimit(draft: Draft, job: string): boolean {
  const limit = findReachedLimit(draft);
  if (limit === null) return false;
  if (draft.run.cancelled !== null) {
    endAttempt(draft, job, { outcome: 'failure', reason: limit.reason });
    concludeFailure(draft, job, 'failure');
  } else if (limit.isShared && isTripped(draft)) {
    draft.setLine(job, QUEUED);
    draft.patchJob(job, { retryAt: endOfHour(draft.cause.at) });
    draft.tell('the next hour');
  } else {
    askForMore(draft, job, limit);
  }
  return true;
}

function askForMore(draft: Draft, job: string, { cause, reason, isShared }: ReachedLimit): void {
  if (isShared) tripMeter(draft, job);
  holdRun(draft, { by: TREADLE, reason, at: draft.cause.at });
  openEscalation(draft, job, {
    id: derivedId('escalation', draft.run.id, job, draft.cause.id),
    cause,
    reason,
    at: draft.cause.at,
  });
}
