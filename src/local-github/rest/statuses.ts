import type { StatusRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { publishEvent } from '../events/publish-event.ts';
import { readCommit } from '../git/commits.ts';
import { resolveCommit } from '../git/refs.ts';
import { type Answer, created, ok } from '../http/answer.ts';
import { ApiFailure, invalid } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { oneOf, optionalText } from '../http/fields.ts';
import { listAnswer, paginate } from '../http/pagination.ts';
import { renderRepository, repositoryUrl } from '../render/repository.ts';
import { renderSimpleStatus, renderStatus } from '../render/status.ts';
import type { ServerContext } from '../server-context.ts';

/** Commit statuses. */
export function addStatusEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.add('post', '/statuses/:sha', 'write', async (call) =>
    created(renderStatus(server, call.repository, await createStatus(server, call))),
  );
  const list = async (call: RepositoryCall): Promise<Answer> => {
    const statuses = statusesOf(call.repository, await commitOf(call)).toReversed();
    return listAnswer(call.url, statuses, (status) => renderStatus(server, call.repository, status));
  };
  api.read('/commits/:ref{.+}/statuses', list);
  api.read('/statuses/:ref{.+}', list);
  api.read('/commits/:ref{.+}/status', async (call) => {
    const { repository, url } = call;
    const sha = await commitOf(call);
    const latest = latestOf(statusesOf(repository, sha));
    const page = paginate(url, latest);
    const commitUrl = `${repositoryUrl(server, repository)}/commits/${sha}`;
    return ok(
      {
        state: combinedState(latest),
        statuses: page.items.map((status) => renderSimpleStatus(server, repository, status)),
        sha,
        total_count: latest.length,
        repository: renderRepository(server, repository),
        commit_url: commitUrl,
        url: `${commitUrl}/status`,
      },
      page.headers,
    );
  });
}

/** The commit that `:ref` names. */
export async function commitOf(call: RepositoryCall): Promise<string> {
  const oid = await resolveCommit(call.repository.path, call.param('ref'));
  if (oid === null) throw new ApiFailure(422, `No commit found for SHA: ${call.param('ref')}`);
  return oid;
}

function statusesOf(repository: Repository, sha: string): readonly StatusRecord[] {
  return repository.statuses.values().filter((status) => status.sha === sha);
}

function latestOf(statuses: readonly StatusRecord[]): readonly StatusRecord[] {
  return [...new Map(statuses.map((status) => [status.context, status])).values()];
}

function combinedState(latest: readonly StatusRecord[]): string {
  if (latest.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return latest.length > 0 && latest.every(({ state }) => state === 'success') ? 'success' : 'pending';
}

async function createStatus(server: ServerContext, call: RepositoryCall & SignedIn): Promise<StatusRecord> {
  const { repository, fields, actor, param } = call;
  const state = oneOf(fields, 'state', ['error', 'failure', 'pending', 'success'], 'Status');
  if (state === undefined) throw invalid({ resource: 'Status', field: 'state', code: 'missing_field' });
  const sha = await resolveCommit(repository.path, param('sha'));
  const commit = sha === null ? null : await readCommit(repository.path, sha);
  if (commit === null) throw new ApiFailure(422, `No commit found for SHA: ${param('sha')}`);
  const id = server.database.nextId();
  const status = repository.statuses.put(id, {
    id,
    sha: commit.oid,
    state,
    context: optionalText(fields, 'context') ?? 'default',
    description: optionalText(fields, 'description') ?? null,
    targetUrl: optionalText(fields, 'target_url') ?? null,
    creatorId: actor.user.id,
    createdAt: server.now(),
  });
  const { context, description, targetUrl } = status;
  await publishEvent(server, repository, {
    name: 'status',
    action: null,
    payload: { id, sha: commit.oid, state, context, description, target_url: targetUrl },
    actor,
    source: { kind: 'default-branch' },
  });
  return status;
}
