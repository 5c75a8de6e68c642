import { TreadleError } from '../base/errors.ts';
import type { InputDeclaration, Workflow } from '../workflow/model.ts';
import { invalidFile, type CatalogEntry, type RepositoryConfig } from './repository-config.ts';

/** A workflow that can be started by hand, with the inputs that it declares. */
export interface StartableWorkflow {
  readonly entry: CatalogEntry;
  readonly inputs: readonly InputDeclaration[];
}

/** The workflow of a name, if it can be started by hand. Throws `not-found`, `workflow-invalid` or `usage`. */
export function checkWorkflow(found: RepositoryConfig, key: string): StartableWorkflow {
  const entry = found.workflows.get(key);
  if (entry === undefined) {
    const startable = [...found.workflows.values()].filter(({ workflow }) => !isOnlyCalled(workflow));
    throw new TreadleError('not-found', `there is no workflow '${key}'`, {
      remedy: `There are: ${startable.map((one) => one.key).join(', ')}. Your own belong in .github/treadle/workflows/<name>.yml, committed.`,
    });
  }
  if (entry.workflow === null) throw invalidFile('workflow-invalid', entry.file, entry.diagnostics);
  const dispatch = entry.workflow.on.workflowDispatch;
  if (dispatch === null && isOnlyCalled(entry.workflow)) {
    throw new TreadleError('usage', `the workflow '${key}' is only called by others`, {
      remedy: 'Start one that calls it with `uses`.',
    });
  }
  if (dispatch === null) {
    throw new TreadleError('usage', `the workflow '${key}' cannot be started by hand`, {
      remedy: `Add 'workflow_dispatch:' under 'on:' in ${entry.file.path}.`,
    });
  }
  return { entry, inputs: dispatch.inputs };
}

function isOnlyCalled(workflow: Workflow | null): boolean {
  return workflow !== null && workflow.on.issues === null && workflow.on.workflowDispatch === null;
}
