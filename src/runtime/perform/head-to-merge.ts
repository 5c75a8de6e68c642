import type { Config } from '../../engine/config.ts';
import { viewOf } from '../../engine/draft.ts';
import { pullRequestFor } from '../../engine/evaluation.ts';
import type { RunState } from '../../engine/state/run.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Workflow } from '../../workflow/model.ts';

/** For a commit: the head that the engineering manager is to be shown, which is the only one that may be merged. Else null. */
export async function headToMerge(
  forge: Forge,
  context: { readonly workflow: Workflow; readonly config: Config; readonly state: RunState },
  job: string,
): Promise<string | null> {
  const node = context.workflow.jobs.get(job);
  if (node?.type !== 'commit') return null;
  const number = pullRequestFor(viewOf(context, context.state), job, node.pullRequest);
  return number.ok ? ((await forge.pulls.get(number.value))?.head.oid ?? null) : null;
}
