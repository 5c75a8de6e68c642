import type { GroupMember } from '../group.ts';
import { groupKeyOf } from '../concurrency-group.ts';
import { isHolder, placeIn } from '../group.ts';
import { holderOf, WHOLE_RUN } from '../group-place.ts';
import { lookup } from '../own-keys.ts';
import type { RunState } from '../state/run.ts';
import { formatTime } from './duration.ts';
import { visibleLine } from './visible-text.ts';

/** The turn in a concurrency group that a job waits for, or with `job: null` the whole run: `position` counts from 1. */
export interface AwaitedGroup {
  readonly kind: 'group';
  readonly job: string | null;
  readonly group: string;
  readonly position: number;
  /** Who is at work in it; null where that is not known. */
  readonly holder: GroupMember | null;
}

/** The group that the whole run waits for, or null where it does not. */
export function awaitedByRun(state: RunState): AwaitedGroup | null {
  return awaitedInGroup(state, WHOLE_RUN);
}

/** The group that a place of the run waits for: a job, or {@link WHOLE_RUN}. Null where it waits for none. */
export function awaitedInGroup(state: RunState, place: string): AwaitedGroup | null {
  const name = lookup(state.run.groups ?? {}, place);
  const group = name === undefined ? undefined : state.groups?.[groupKeyOf(name)];
  const holder = holderOf(state, place);
  if (group === undefined || placeIn(group, holder) !== 'pending') return null;
  const index = group.pending.findIndex((member) => isHolder(member, holder));
  return {
    kind: 'group',
    job: holder.job,
    group: group.name,
    position: index + 1,
    holder: group.running,
  };
}

/** Whoever is at work in a group, by name: `run 41-1` or `deploy of run 41-1`. */
export function groupHolderWords({ holder }: AwaitedGroup): string {
  if (holder === null) return 'whoever is at work in it';
  return holder.job === null ? `run ${holder.run}` : `${holder.job} of run ${holder.run}`;
}

/** What is awaited, and what follows: plain sentences for a terminal. */
export function explainGroup(awaited: AwaitedGroup): string {
  const { job, group, position, holder } = awaited;
  const since = holder === null ? '' : ` since ${formatTime(holder.since)}`;
  const stopping = holder?.displacedBy === undefined ? '' : ', and is being cancelled';
  const turn = position === 1 ? 'It is next' : `It is number ${position} of those that wait`;
  return [
    `${job ?? 'The run'} waits for its turn in the concurrency group ${visibleLine(group)}, of which one runs at a time.`,
    `${groupHolderWords(awaited)} is at work in it${since}${stopping}. ${turn}.`,
  ].join('\n');
}
