import type { ConcurrencyGroup, GroupOptions } from './concurrency-group.ts';
import { enterGroup, leaveGroup } from './concurrency-group.ts';

/** A concurrency group of users: one of it runs at a time. */
export interface GroupDocument {
  readonly version: 1;
  /** As it was first written; letter case makes no difference. */
  readonly name: string;
  readonly running: GroupMember | null;
  /** Who waits, first come first. */
  readonly pending: readonly GroupMember[];
}

export interface GroupMember {
  readonly run: string;
  /** Null: the whole run. */
  readonly job: string | null;
  readonly since: string;
  /** The run whose newcomer cancels this one, which keeps the place until it has ended. */
  readonly displacedBy?: string;
}

/** Who may be in a group: a job of a run, or with `job: null` the run itself. */
export type Holder = Pick<GroupMember, 'run' | 'job'>;

/** The group as it is after somebody entered, and whom that cost their place: those are to be told. */
export interface Entered {
  readonly group: GroupDocument;
  readonly displaced: readonly GroupMember[];
  /** `refused`: as many wait as may. */
  readonly place: 'running' | 'pending' | 'refused';
}

/** A group where the branch has no document for it. */
export function emptyGroup(name: string): GroupDocument {
  return { version: 1, name, running: null, pending: [] };
}

/** Whether a member is that holder. */
export function isHolder(member: Holder | null, holder: Holder): boolean {
  return member !== null && member.run === holder.run && member.job === holder.job;
}

/** Where a holder stands in a group: at work, waiting, or null where it has no place. */
export function placeIn(group: GroupDocument, holder: Holder): 'running' | 'pending' | null {
  if (isHolder(group.running, holder)) return 'running';
  return group.pending.some((member) => isHolder(member, holder)) ? 'pending' : null;
}

/**
 * Lets a newcomer in, by the rules of {@link enterGroup}. Whoever is at work and is cancelled keeps the place until that has ended,
 * so that two never work at a time.
 */
export function enter(group: GroupDocument, newcomer: GroupMember, options: GroupOptions): Entered {
  const step = enterGroup(stepsOf(group), idOf(newcomer), options);
  const members = membersOf(group, newcomer);
  const cancelled = step.cancelled.filter((id) => id !== idOf(newcomer));
  const after = documentOf(group, step.group, members);
  const { running } = after;
  const isEnding = running !== null && cancelled.includes(idOf(running));
  const ending = isEnding ? { ...running, displacedBy: newcomer.run } : null;
  const displaced = cancelled.flatMap((id) =>
    ending !== null && id === idOf(ending) ? ending : (members.get(id) ?? []),
  );
  const entered = ending === null ? after : { ...after, running: ending };
  return { group: entered, displaced, place: placeIn(entered, newcomer) ?? 'refused' };
}

/** Takes a holder out. Whoever has waited longest is at work from then on: `next`, if the place became free. */
export function leave(
  group: GroupDocument,
  holder: Holder,
): { readonly group: GroupDocument; readonly next: GroupMember | null } {
  const before = stepsOf(group);
  const step = leaveGroup(before, idOf(holder));
  if (step.group === before) return { group, next: null };
  const after = documentOf(group, step.group, membersOf(group));
  return { group: after, next: step.started === null ? null : after.running };
}

function idOf({ run, job }: Holder): string {
  return `${run} ${job ?? '*'}`;
}

function stepsOf({ running, pending }: GroupDocument): ConcurrencyGroup {
  return {
    running: running === null ? null : idOf(running),
    isEnding: running?.displacedBy !== undefined,
    pending: pending.map(idOf),
  };
}

function membersOf(
  { running, pending }: GroupDocument,
  ...more: readonly GroupMember[]
): ReadonlyMap<string, GroupMember> {
  const members = [...(running === null ? [] : [running]), ...pending, ...more];
  return new Map(members.map((member) => [idOf(member), member]));
}

function documentOf(
  { name }: GroupDocument,
  { running, pending }: ConcurrencyGroup,
  members: ReadonlyMap<string, GroupMember>,
): GroupDocument {
  return {
    version: 1,
    name,
    running: (running === null ? undefined : members.get(running)) ?? null,
    pending: pending.flatMap((id) => members.get(id) ?? []),
  };
}
