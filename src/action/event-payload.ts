/** The bead that an event is about, for an agent that names none; null where it is about none. A payload is a hint and no more. */
export function issueOfEvent(payload: unknown): number | null {
  const number = at(payload, 'issue', 'number');
  return typeof number === 'number' ? number : null;
}

/** Whether a workflow run that failed on the default branch woke us: only then failures are looked for. */
export function tellsOfFailure(payload: unknown): boolean {
  const own = at(payload, 'repository', 'id');
  const branch = at(payload, 'repository', 'default_branch');
  return (
    at(payload, 'workflow_run', 'conclusion') === 'failure' &&
    // A branch of that name in a fork is none of ours.
    typeof own === 'number' &&
    at(payload, 'workflow_run', 'head_repository', 'id') === own &&
    typeof branch === 'string' &&
    at(payload, 'workflow_run', 'head_branch') === branch
  );
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      typeof found === 'object' && found !== null
        ? (found as Readonly<Record<string, unknown>>)[key]
        : undefined,
    value,
  );
}
