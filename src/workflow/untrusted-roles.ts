import type { WorkflowDraft } from './draft.ts';
import type { Workflow } from './model.ts';
import type { Trust } from './trust.ts';

/** What a workflow tells of who is asked in it. */
export interface RoleOrigins {
  /** The inputs that a `runs-on` can be made of, in small letters. */
  readonly inputs: ReadonlySet<string>;
  /** The jobs whose `runs-on` can be made of what strangers or agents wrote. */
  readonly untrusted: readonly string[];
}

/** Where the roles of a workflow come from. */
export function originsOfRoles(draft: WorkflowDraft, trust: Trust): RoleOrigins {
  const inputs = new Set<string>();
  const untrusted: string[] = [];
  for (const job of draft.jobs) {
    if (job.runsOn === null) continue;
    const origin = trust.ofTemplate({ job, step: null }, job.runsOn.readable);
    for (const input of origin.inputs) inputs.add(input);
    if (origin.why !== null) untrusted.push(job.id);
  }
  return { inputs, untrusted };
}

/** The workflow with what is untrusted of its roles, here and in what its jobs call. */
export function withUntrustedRoles(
  workflow: Workflow,
  { untrusted }: RoleOrigins,
  calls: ReadonlyMap<string, readonly string[]>,
): Workflow {
  if (untrusted.length === 0 && calls.size === 0) return workflow;
  return { ...workflow, untrustedRoles: new Map([...untrusted.map((job) => [job, []] as const), ...calls]) };
}
