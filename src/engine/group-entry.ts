import type { Expression, Template } from '../expression/model.ts';
import type { Concurrency, Job } from '../workflow/model.ts';
import { recordAttempt } from './attempt.ts';
import { concludeFailure } from './conclude.ts';
import { findGroupProblem } from './concurrency-group.ts';
import type { Draft } from './draft.ts';
import { QUEUED } from './draft.ts';
import type { Evaluated } from './evaluation.ts';
import { renderFor, truthFor } from './evaluation.ts';
import { displaceJob } from './group-displace.ts';
import type { Entered } from './group.ts';
import { enter, placeIn } from './group.ts';
import { forgetPlace, groupOf, holderOf, keepPlace, tellGroupMoved } from './group-place.ts';
import type { GroupDocument } from './group.ts';

/** How an entry went. `wrong`: the file or a value is to blame. `barred`: it could never come to its turn. */
export type Entrance =
  { readonly kind: 'running' | 'pending' } | { readonly kind: 'wrong' | 'barred'; readonly reason: string };

/** How the texts and conditions of `concurrency` are read where it stands. */
export interface ConcurrencyReading {
  readonly text: (template: Template) => Evaluated<string>;
  readonly truth: (value: boolean | Expression) => Evaluated<boolean>;
}

/** Lets a job that may start into its group. Returns whether it may go on now; else it is pending, or concluded. */
export function enterJobGroup(draft: Draft, { id: job, concurrency }: Job): boolean {
  if (concurrency === null) return true;
  const entrance = enterGroup(draft, job, concurrency, {
    text: (template) => renderFor(draft, job, template),
    truth: (value) => truthFor(draft, job, value),
  });
  switch (entrance.kind) {
    case 'running':
      return true;
    case 'pending':
      draft.setLine(job, { ...QUEUED, status: 'pending' });
      draft.tell('concurrency group');
      return false;
    case 'barred':
      displaceJob(draft, job, entrance.reason);
      return false;
    case 'wrong':
      recordAttempt(draft, job, { outcome: 'failure', reason: `concurrency: ${entrance.reason}` });
      concludeFailure(draft, job, 'failure');
      return false;
  }
}

/** Enters a group for a place of the run, unless it has one already. Whoever that costs their place is told. */
export function enterGroup(
  draft: Draft,
  place: string,
  concurrency: Concurrency,
  reading: ConcurrencyReading,
): Entrance {
  const holder = holderOf(draft, place);
  const present = groupOf(draft, place);
  if (present !== undefined) return { kind: placeIn(present, holder) ?? 'pending' };
  const name = reading.text(concurrency.group);
  if (!name.ok) return { kind: 'wrong', reason: name.problem };
  const cancelInProgress = reading.truth(concurrency.cancelInProgress);
  if (!cancelInProgress.ok) return { kind: 'wrong', reason: cancelInProgress.problem };
  const entry = { cancelInProgress: cancelInProgress.value, queue: concurrency.queue };
  const problem = findGroupProblem(name.value.trim(), entry);
  if (problem !== null) return { kind: 'wrong', reason: problem };
  const group = draft.group(name.value);
  const caller = findWaitingCaller(draft, group);
  if (caller !== null) {
    const reason = `the concurrency group ${name.value} is held by run ${caller}, which waits for this: it would never come to its turn`;
    return { kind: 'barred', reason };
  }
  const entered = enter(group, { ...holder, since: draft.cause.at }, entry);
  if (entered.place === 'refused') {
    return { kind: 'barred', reason: `as many wait in the concurrency group ${name.value} as may` };
  }
  keepPlace(draft, place, entered.group);
  displaceOthers(draft, entered);
  return { kind: placeIn(draft.group(name.value), holder) ?? 'pending' };
}

/** The run that holds the group and goes on only after this: the run itself, or one that called it. */
function findWaitingCaller(draft: Draft, { running }: GroupDocument): string | null {
  if (running === null) return null;
  const { id, parent } = draft.run;
  if (running.run === id) return running.job === null ? id : null;
  return parent?.callers.includes(running.run) === true ? running.run : null;
}

function displaceOthers(draft: Draft, { group, displaced }: Entered): void {
  for (const member of displaced) {
    if (member.run !== draft.run.id) {
      tellGroupMoved(draft, group.name, member.run);
    } else if (member.job !== null) {
      // Whoever waited has lost the place already; whoever works gives it up by ending.
      if (member.displacedBy === undefined) forgetPlace(draft, member.job);
      displaceJob(draft, member.job, `another job took its place in the concurrency group ${group.name}`);
    }
  }
}
