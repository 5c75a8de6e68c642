import { derivedId } from '../base/digest.ts';
import type { Draft, RunView } from './draft.ts';
import { QUEUED } from './draft.ts';
import { TREADLE } from './event.ts';
import type { Holder } from './group.ts';
import { leave, placeIn } from './group.ts';
import { lookup, without } from './own-keys.ts';
import type { GroupDocument } from './group.ts';

/** Where a run's own group stands among those of its jobs: no job has that id. */
export const WHOLE_RUN = '*';

/** The name under which a run knows a place in a group: the job's id, or {@link WHOLE_RUN}. */
type Place = string;

/** Who has a place of the run, as groups know them. */
export function holderOf(view: Pick<RunView, 'run'>, place: Place): Holder {
  return { run: view.run.id, job: place === WHOLE_RUN ? null : place };
}

/** The group that a place of the run is in, or undefined where it is in none. */
export function groupOf(draft: Draft, place: Place): GroupDocument | undefined {
  const name = lookup(draft.run.groups ?? {}, place);
  return name === undefined ? undefined : draft.group(name);
}

/** Whether the whole run waits for its concurrency group: then none of its jobs starts. */
export function isHeld(draft: Draft): boolean {
  const group = groupOf(draft, WHOLE_RUN);
  return group !== undefined && placeIn(group, holderOf(draft, WHOLE_RUN)) !== 'running';
}

/** Writes down that the run has a place in a group. */
export function keepPlace(draft: Draft, place: Place, group: GroupDocument): void {
  draft.setGroup(group);
  draft.patchRun({ groups: { ...draft.run.groups, [place]: group.name } });
}

/** Forgets a place of the run without a word to anybody. */
export function forgetPlace(draft: Draft, place: Place): void {
  const { groups } = draft.run;
  if (groups === undefined) return;
  draft.patchRun({ groups: without(groups, (one) => one === place) });
}

/** Gives a place in a group up, where the run has it; whoever is next goes on, or is told. */
export function leaveGroup(draft: Draft, place: Place): void {
  const group = groupOf(draft, place);
  if (group === undefined) return;
  const left = leave(group, holderOf(draft, place));
  draft.setGroup(left.group);
  forgetPlace(draft, place);
  const { next } = left;
  if (next === null) return;
  if (next.run === draft.run.id && next.job !== null) admit(draft, next.job);
  else tellGroupMoved(draft, group.name, next.run);
}

/** Has a job go on whose turn in its group has come. */
export function admit(draft: Draft, job: string): void {
  draft.setLine(job, QUEUED);
  draft.patchJob(job, { retryAt: draft.cause.at });
  draft.visit(job);
}

/** Has another run look at its place in a group. */
export function tellGroupMoved(draft: Draft, group: string, run: string): void {
  const { cause } = draft;
  draft.send({
    version: 1,
    type: 'group_moved',
    id: derivedId('group_moved', cause.id, run, group),
    run,
    at: cause.at,
    actor: TREADLE,
    ground: `the concurrency group ${group} moved`,
    wake: cause.wake,
    group,
    by: draft.run.id,
  });
}
