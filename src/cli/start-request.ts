import { TreadleError } from '../base/errors.ts';
import type { Issue } from '../forge/port/issues.ts';
import { actorOf } from '../runtime/authorise.ts';
import { startRun } from '../runtime/ingest/start.ts';
import type { CatalogEntry, RepositoryConfig } from '../runtime/repository-config.ts';
import type { Inputs } from '../runtime/start-inputs.ts';
import type { Unit } from '../runtime/unit.ts';
import type { Session } from './local/session.ts';

/** A start that can be decided on any tip; `run` tells the run's id once it was. */
export interface StartRequest {
  readonly request: (unit: Unit) => Promise<void>;
  readonly run: () => string;
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
