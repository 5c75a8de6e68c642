import type { Config } from '../../engine/config.ts';
import { viewOf } from '../../engine/draft.ts';
import { pullRequestFor } from '../../engine/evaluation.ts';
import type { RunState } from '../../engine/state.ts';
import type { Forge } from '../../forge/port.ts';
import type { Workflow } from '../../workflow/model.ts';

/** For a commit: the head that the engineering manager is shown now, which is the only one that may be merged. Else null. */
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

/** The line of a dispatch comment that says which head is put before the engineering manager. */
export function renderShownHead(head: string): string {
  return `Please look at commit ${head}: Treadle merges that one, and no other.`;
}

/** Reads what {@link renderShownHead} wrote: the comment's last line. What stands before it may quote anything. */
export function parseShownHead(comment: string): string | null {
  const last = comment.trimEnd().split('\n').at(-1) ?? '';
  return /^Please look at commit ([0-9a-f]{40}): /.exec(last)?.[1] ?? null;
}
