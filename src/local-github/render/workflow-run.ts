import type { ArtifactRecord, WorkflowRecord, WorkflowRunRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { renderPullReference } from './pull.ts';
import { renderRepository, repositoryHtmlUrl, repositoryUrl } from './repository.ts';
import { nodeId, renderUserOf } from './user.ts';

/** A workflow (`workflow`). */
export function renderWorkflow(
  server: ServerContext,
  repository: Repository,
  workflow: WorkflowRecord,
): Record<string, unknown> {
  const html = repositoryHtmlUrl(server, repository);
  return {
    id: workflow.id,
    node_id: nodeId('Workflow', workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: workflow.disabled === undefined ? 'active' : `disabled_${workflow.disabled}`,
    created_at: workflow.createdAt,
    updated_at: workflow.updatedAt,
    url: `${repositoryUrl(server, repository)}/actions/workflows/${workflow.id}`,
    html_url: `${html}/blob/${repository.record.defaultBranch}/${workflow.path}`,
    badge_url: `${html}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}

/** A run of a workflow (`workflow-run`). */
export function renderWorkflowRun(
  server: ServerContext,
  repository: Repository,
  run: WorkflowRunRecord,
): Record<string, unknown> {
  const base = repositoryUrl(server, repository);
  const url = `${base}/actions/runs/${run.id}`;
  const actor = renderUserOf(server, run.actorId);
  const pulls = run.pullNumbers
    .map((number) => repository.issues.get(number))
    .filter((issue) => issue !== undefined)
    .map((issue) => renderPullReference(server, repository, issue))
    .filter((reference) => reference !== null);
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id,
    check_suite_node_id: nodeId('CheckSuite', run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    run_number: run.runNumber,
    run_attempt: run.runAttempt,
    event: run.event,
    display_title: run.displayTitle,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url,
    html_url: `${repositoryHtmlUrl(server, repository)}/actions/runs/${run.id}`,
    pull_requests: pulls,
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.createdAt,
    actor,
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${base}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: `${base}/actions/workflows/${run.workflowId}`,
    referenced_workflows: [],
    head_commit: null,
    repository: renderRepository(server, repository),
    head_repository: renderRepository(server, repository),
  };
}

/** How long artifacts are kept on GitHub by default. */
const artifactDays = 90;

/** What a run left behind (`artifact`). */
export function renderArtifact(
  server: ServerContext,
  repository: Repository,
  artifact: ArtifactRecord,
): Record<string, unknown> {
  const url = `${repositoryUrl(server, repository)}/actions/artifacts/${artifact.id}`;
  const run = repository.workflowRuns.get(artifact.runId);
  const expires = new Date(Date.parse(artifact.createdAt) + artifactDays * 86_400_000);
  return {
    id: artifact.id,
    node_id: nodeId('Artifact', artifact.id),
    name: artifact.name,
    size_in_bytes: Object.values(artifact.files).reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    url,
    archive_download_url: `${url}/zip`,
    expired: false,
    created_at: artifact.createdAt,
    updated_at: artifact.createdAt,
    expires_at: expires.toISOString().replace(/\.\d+Z$/, 'Z'),
    workflow_run: {
      id: artifact.runId,
      repository_id: repository.record.id,
      head_repository_id: repository.record.id,
      head_branch: run?.headBranch ?? repository.record.defaultBranch,
      head_sha: run?.headSha ?? '',
    },
  };
}
