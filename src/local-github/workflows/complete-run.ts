import type { Conclusion, WorkflowRunRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { publishRunEvent } from '../events/publish-event.ts';
import { userOf } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';

/** What a run leaves behind. */
export interface NewArtifact {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Completes a run, keeps its artifacts and tells of it; `null` when it was completed already. */
export async function completeRun(
  server: ServerContext,
  repository: Repository,
  run: WorkflowRunRecord,
  conclusion: Conclusion,
  artifacts: readonly NewArtifact[],
): Promise<WorkflowRunRecord | null> {
  if (run.status === 'completed') return null;
  const now = server.now();
  for (const artifact of artifacts) {
    const id = server.database.nextId();
    repository.artifacts.put(id, { id, runId: run.id, createdAt: now, ...artifact });
  }
  const completed = repository.workflowRuns.put(run.id, {
    ...run,
    status: 'completed',
    conclusion,
    updatedAt: now,
  });
  const user = userOf(server, run.actorId);
  await publishRunEvent(server, repository, { actor: { user, tokenKind: 'user' } }, completed, 'completed');
  return completed;
}
