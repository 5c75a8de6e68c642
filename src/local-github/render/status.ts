import type { CheckRunRecord, StatusRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { isPull } from '../pulls/is-pull.ts';
import { renderPullReference } from './pull.ts';
import { repositoryHtmlUrl, repositoryUrl } from './repository.ts';
import { nodeId, renderUserOf } from './user.ts';

/** A status within a combined one (`simple-commit-status`). */
export function renderSimpleStatus(
  server: ServerContext,
  repository: Repository,
  status: StatusRecord,
): Record<string, unknown> {
  return {
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    url: `${repositoryUrl(server, repository)}/statuses/${status.sha}`,
    avatar_url: `${server.url()}/avatars/u/${status.creatorId}`,
    state: status.state,
    context: status.context,
    description: status.description,
    target_url: status.targetUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}

/** A status (`status`). */
export function renderStatus(
  server: ServerContext,
  repository: Repository,
  status: StatusRecord,
): Record<string, unknown> {
  return {
    ...renderSimpleStatus(server, repository, status),
    creator: renderUserOf(server, status.creatorId),
  };
}

/** A check run (`check-run`). */
export function renderCheckRun(
  server: ServerContext,
  repository: Repository,
  run: CheckRunRecord,
): Record<string, unknown> {
  const url = `${repositoryUrl(server, repository)}/check-runs/${run.id}`;
  const html = `${repositoryHtmlUrl(server, repository)}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId('CheckRun', run.id),
    name: run.name,
    head_sha: run.sha,
    external_id: run.externalId ?? '',
    url,
    html_url: html,
    details_url: run.detailsUrl ?? html,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.id },
    app: null,
    pull_requests: repository.issues
      .values()
      .filter(isPull)
      .filter(({ state, pull }) => state === 'open' && pull.headSha === run.sha)
      .map((issue) => renderPullReference(server, repository, issue)),
  };
}
