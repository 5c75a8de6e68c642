import type { Actor } from '../auth.ts';
import { git } from '../git/run-git.ts';

/** Where GitHub keeps workflow files. */
const workflowFolder = '.github/workflows';

/** Whether the default token would bring a change of workflow files into the repository by the commit `oid`. */
export async function protectsWorkflows(path: string, oid: string, actor: Actor): Promise<boolean> {
  if (actor.tokenKind !== 'default') return false;
  const args = [
    'log',
    '-m',
    '--first-parent',
    '--format=',
    '--name-only',
    oid,
    '--not',
    '--all',
    '--',
    workflowFolder,
  ];
  return (await git(path, args)) !== '';
}
