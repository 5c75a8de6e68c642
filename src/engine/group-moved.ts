import type { Draft } from './draft.ts';
import type { GroupMoved } from './event.ts';
import { displaceJob } from './group-displace.ts';
import { groupKeyOf } from './concurrency-group.ts';
import { placeIn } from './group.ts';
import { admit, forgetPlace, holderOf, WHOLE_RUN } from './group-place.ts';
import { displaceRun } from './group-run.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';

/**
 * A concurrency group moved: whatever the run has in it goes on if its turn came, and is cancelled if a newcomer took its place.
 */
export function applyGroupMoved(draft: Draft, event: GroupMoved): Outcome {
  const key = groupKeyOf(event.group);
  const places = Object.entries(draft.run.groups ?? {}).filter(([, name]) => groupKeyOf(name) === key);
  let outcome: Outcome = ignored('the run has no place in that group that changed');
  for (const [place] of places) {
    const note = followPlace(draft, place, event);
    if (note !== null) outcome = applied(place === WHOLE_RUN ? 'run' : place, note);
  }
  return outcome;
}

/** What became of a place of the run, in words; null where nothing did. */
function followPlace(draft: Draft, place: string, { group: name, by }: GroupMoved): string | null {
  const group = draft.group(name);
  const reason = `run ${by} took its place in the concurrency group ${name}`;
  switch (placeIn(group, holderOf(draft, place))) {
    case null:
      forgetPlace(draft, place);
      displace(draft, place, reason);
      return 'displaced';
    case 'running':
      if (group.running?.displacedBy === undefined) return goOn(draft, place) ? 'its turn came' : null;
      if (place === WHOLE_RUN && draft.run.cancelled !== null) return null;
      displace(draft, place, reason);
      return 'displaced';
    case 'pending':
      return null;
  }
}

function displace(draft: Draft, place: string, reason: string): void {
  if (place === WHOLE_RUN) displaceRun(draft, reason);
  else displaceJob(draft, place, reason);
}

/** Starts what waited for its turn. Returns whether anything did. */
function goOn(draft: Draft, place: string): boolean {
  if (place === WHOLE_RUN) {
    if (draft.run.status !== 'pending') return false;
    for (const job of draft.workflow.jobs.keys()) if (draft.line(job).status === 'queued') draft.visit(job);
    return true;
  }
  if (draft.line(place).status !== 'pending') return false;
  admit(draft, place);
  return true;
}
