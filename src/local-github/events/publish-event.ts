import type { WorkflowRunRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { renderRepository } from '../render/repository.ts';
import { renderUser } from '../render/user.ts';
import { renderWorkflow, renderWorkflowRun } from '../render/workflow-run.ts';
import type { ServerContext } from '../server-context.ts';
import { startRuns } from '../workflows/start-runs.ts';
import type { RepositoryEvent } from './event.ts';
import { notifyHooks } from './webhooks.ts';

/** A run completed by this many `workflow_run` events in a row starts no further one, as on GitHub. */
const longestChain = 3;

/**
 * Tells the webhooks of an event and starts the workflows that answer to it. Each started run is an event of its own
 * (`workflow_run`, `requested`). Returns the runs that the event itself started.
 */
export async function publishEvent(
  server: ServerContext,
  repository: Repository,
  event: RepositoryEvent,
): Promise<readonly WorkflowRunRecord[]> {
  const payload = {
    ...(event.action === null ? {} : { action: event.action }),
    ...event.payload,
    repository: renderRepository(server, repository),
    sender: renderUser(server, event.actor.user),
  };
  notifyHooks(server, repository, event.name, payload);
  const runs = await startRuns(server, repository, event, payload);
  for (const run of runs) await publishRunEvent(server, repository, event, run, 'requested');
  return runs;
}

/** Tells of a change of a run: it was requested, or completed. */
export async function publishRunEvent(
  server: ServerContext,
  repository: Repository,
  cause: Pick<RepositoryEvent, 'actor'>,
  run: WorkflowRunRecord,
  action: 'requested' | 'completed',
): Promise<void> {
  const chain = run.chain + 1;
  const workflow = repository.workflows.get(run.workflowId);
  const payload = {
    workflow_run: renderWorkflowRun(server, repository, run),
    workflow: workflow === undefined ? null : renderWorkflow(server, repository, workflow),
  };
  if (chain > longestChain) {
    notifyHooks(server, repository, 'workflow_run', {
      action,
      ...payload,
      repository: renderRepository(server, repository),
      sender: renderUser(server, cause.actor.user),
    });
    return;
  }
  await publishEvent(server, repository, {
    name: 'workflow_run',
    action,
    payload,
    // What a run does to its own life is GitHub's doing, not the token's that caused it.
    actor: { user: cause.actor.user, tokenKind: 'user' },
    source: { kind: 'default-branch' },
    chain,
  });
}
