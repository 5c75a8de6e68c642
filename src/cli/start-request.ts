import { TreadleError } from '../base/errors.ts';
import type { Issue } from '../forge/port.ts';
import { actorOf } from '../runtime/authorise.ts';
import { startRun } from '../runtime/ingest/start.ts';
import { invalidFile, type CatalogEntry, type RepositoryConfig } from '../runtime/repository-config.ts';
import type { Unit } from '../runtime/unit.ts';
import type { InputDeclaration, Workflow } from '../workflow/model.ts';
import type { Inputs } from './inputs.ts';
import type { Session } from './local/session.ts';

/** A start that can be decided on any tip; `run` tells the run's id once it was. */
export interface StartRequest {
  readonly request: (unit: Unit) => Promise<void>;
  readonly run: () => string;
}

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

/** The run to be started by hand. */
export function startRequest(
  session: Session,
  found: RepositoryConfig,
  start: { readonly entry: CatalogEntry; readonly issue: Issue; readonly inputs: Inputs },
): StartRequest {
  let run: string | null = null;
  const { entry, issue, inputs } = start;
  return {
    run: () => run ?? String(issue.number),
    async request(unit) {
      const started = await startRun(unit, session.place.repository, found, {
        issue,
        workflow: entry,
        event: 'workflow_dispatch',
        inputs,
        actor: actorOf(issue.author),
        ground: 'started by hand on this machine',
        at: session.runtime.clock.now(),
      });
      if (started.kind === 'refused') {
        throw new TreadleError('not-started', `no run was started for #${issue.number}: ${started.reason}`, {
          remedy: `See it with: treadle status; go on with it: treadle advance`,
        });
      }
      run = started.run;
    },
  };
}
