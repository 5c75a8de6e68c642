import { TreadleError } from '../base/errors.ts';
import type { Forge } from '../forge/port/forge.ts';
import { readBuiltInWorkflows } from '../runtime/package-files.ts';
import { invalidFile, readRepositoryConfig } from '../runtime/repository-config.ts';

/**
 * Finds out whether a run can go on by a workflow as the default branch has it now, before that is said. Throws `not-found` for one
 * that is not there, `workflow-invalid` or `config-invalid` with what is wrong.
 */
export async function checkRepin(forge: Forge, workflow: string): Promise<void> {
  const found = await readRepositoryConfig(forge, readBuiltInWorkflows(), {}).catch((error: unknown) => {
    // The Action may have its settings elsewhere, which cannot be told here.
    if (error instanceof TreadleError && error.code === 'config-missing') return null;
    throw error;
  });
  if (found === null) return;
  const entry = found.workflows.get(workflow.replace(/\.ya?ml$/, ''));
  if (entry === undefined) {
    throw new TreadleError('not-found', `there is no workflow '${workflow}' on the default branch`, {
      remedy: `There are: ${[...found.workflows.keys()].join(', ')}`,
    });
  }
  if (entry.workflow === null) throw invalidFile('workflow-invalid', entry.file, entry.diagnostics);
}
