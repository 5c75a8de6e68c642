import { stopRun } from './cancel.ts';
import { jobDeadlines, leaseDeadlines, stopDeadlines } from './deadlines.ts';
import type { Draft } from './draft.ts';
import type { Deadline, DeadlinePassed } from './event.ts';
import { remindCeo } from './escalation.ts';
import { expireLease } from './merge.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';
import { failAttempt } from './retry.ts';
import { isReached } from './time.ts';

/**
 * Something fell due. What the documents do not say any more is ignored; in a paused run only the lease, reminders and the end of a
 * cancelled run count.
 */
export function applyDeadline(draft: Draft, event: DeadlinePassed): Outcome {
  const { deadline } = event;
  const { kind, job } = deadline;
  if (!isReached(deadline.at, draft.cause.at)) return ignored('it is not due yet');
  if (!pendingDeadlines(draft, deadline).some((one) => equalDeadlines(one, deadline)))
    return ignored('nothing falls due there any more');
  if (kind === 'lease') return expireLease(draft, job);
  if (kind === 'reminder') return remindCeo(draft, job);
  if (kind === 'stop') return stopRun(draft);
  if (draft.run.paused !== null) return ignored('the run is paused');
  if (kind === 'retry') {
    draft.visit(job);
    return applied(job, 'goes on');
  }
  const reason = `not done by ${deadline.at}`;
  failAttempt(draft, job, { outcome: 'timed_out', reason, again: true });
  return applied(job, `timed out, attempt ${deadline.attempt}`);
}

/** What falls due of a kind, as the documents say now. */
function pendingDeadlines(draft: Draft, { kind, job }: Deadline): readonly Deadline[] {
  if (kind === 'lease') return leaseDeadlines(draft.run.id, draft.queue);
  if (kind === 'stop') return stopDeadlines(draft.run);
  const document = draft.document(job);
  return document === undefined ? [] : jobDeadlines(document);
}

function equalDeadlines(a: Deadline, b: Deadline): boolean {
  return a.kind === b.kind && a.job === b.job && a.attempt === b.attempt && a.at === b.at;
}
