import type { AvailabilityKey } from '../expression/availability.ts';

/** The properties of a value by name, in small letters; null where it has none, or they are not known. */
export type Shape = { readonly [name: string]: Shape } | null;

const issue: Shape = { number: null, title: null, body: null, labels: null, user: { login: null, id: null } };

const github: Shape = {
  event_name: null,
  event: { issue, inputs: null, sender: { login: null, id: null } },
  repository: null,
  repository_owner: null,
  actor: null,
  actor_id: null,
  triggering_actor: null,
  run_id: null,
  run_number: null,
  run_attempt: null,
  workflow: null,
};

const bead: Shape = { number: null, title: null, body: null, labels: null, author: null, priority: null };

const shapes: Readonly<Record<string, Shape>> = {
  github,
  bead,
  run: { id: null, number: null, title: null, cycles: null },
  job: { status: null },
  runner: { os: null, arch: null, name: null, temp: null },
};

/** Before there is a run, less is known. */
const beforeRun: Readonly<Record<string, Shape>> = {
  github: { event_name: null, event: { issue }, actor: null },
  bead,
};

/** What a context holds at a place, if that is the same in every workflow; null for any other context. */
export function shapeOfContext(context: string, key: AvailabilityKey): Shape {
  return (key === 'on.issues.if' ? beforeRun : shapes)[context] ?? null;
}
