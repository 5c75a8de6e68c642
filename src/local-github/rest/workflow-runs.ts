import type { ArtifactRecord, WorkflowRunRecord } from '../data/records.ts';
import { type Answer, ok } from '../http/answer.ts';
import { ApiFailure, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints } from '../http/endpoint.ts';
import { countedAnswer } from '../http/pagination.ts';
import { repositoryUrl } from '../render/repository.ts';
import { renderArtifact, renderWorkflowRun } from '../render/workflow-run.ts';
import type { ServerContext } from '../server-context.ts';
import { completeRun } from '../workflows/complete-run.ts';
import { findWorkflow } from './workflows.ts';
import { writeZip } from './write-zip.ts';

/** Runs of workflows and what they left behind. */
export function addWorkflowRunEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const list = (call: RepositoryCall, wanted: (run: WorkflowRunRecord) => boolean): Promise<Answer> => {
    const runs = selectRuns(server, call).filter(wanted);
    return countedAnswer(call.url, 'workflow_runs', runs, (run) =>
      renderWorkflowRun(server, call.repository, run),
    );
  };
  api.read('/actions/runs', (call) => list(call, () => true));
  api.read('/actions/workflows/:workflow/runs', async (call) => {
    const workflow = await findWorkflow(server, call);
    return list(call, (run) => run.workflowId === workflow.id);
  });
  api.read('/actions/runs/:id{[0-9]+}', (call) =>
    ok(renderWorkflowRun(server, call.repository, findRun(call))),
  );
  api.add('post', '/actions/runs/:id{[0-9]+}/cancel', 'write', async (call) => {
    const cancelled = await completeRun(server, call.repository, findRun(call), 'cancelled', []);
    if (cancelled === null) throw new ApiFailure(409, 'Cannot cancel a workflow run that is completed.');
    return { status: 202, body: {} };
  });
  addArtifactEndpoints(api, server);
}

function addArtifactEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const list = (call: RepositoryCall, wanted: (artifact: ArtifactRecord) => boolean): Promise<Answer> => {
    const name = call.query.get('name');
    const artifacts = call.repository.artifacts
      .values()
      .filter(wanted)
      .filter((artifact) => name === null || artifact.name === name)
      .toReversed();
    return countedAnswer(call.url, 'artifacts', artifacts, (artifact) =>
      renderArtifact(server, call.repository, artifact),
    );
  };
  const find = (call: RepositoryCall): ArtifactRecord => {
    const artifact = call.repository.artifacts.get(call.param('id'));
    if (artifact === undefined) throw notFound();
    return artifact;
  };
  api.read('/actions/artifacts', (call) => list(call, () => true));
  api.read('/actions/runs/:id{[0-9]+}/artifacts', (call) => {
    const run = findRun(call);
    return list(call, (artifact) => artifact.runId === run.id);
  });
  api.read('/actions/artifacts/:id{[0-9]+}', (call) =>
    ok(renderArtifact(server, call.repository, find(call))),
  );
  api.add('get', '/actions/artifacts/:id{[0-9]+}/zip', 'account', (call) => {
    const base = `${repositoryUrl(server, call.repository)}/actions/artifacts`;
    return { status: 302, headers: { location: `${base}/${find(call).id}/content` } };
  });
  api.read('/actions/artifacts/:id{[0-9]+}/content', (call) => ({
    status: 200,
    bytes: writeZip(find(call).files),
    headers: { 'content-type': 'application/zip' },
  }));
}

function findRun(call: RepositoryCall): WorkflowRunRecord {
  const run = call.repository.workflowRuns.get(call.param('id'));
  if (run === undefined) throw notFound();
  return run;
}

/** The runs that the query asks for, newest first. */
function selectRuns(server: ServerContext, call: RepositoryCall): readonly WorkflowRunRecord[] {
  const { repository, query } = call;
  const isAsked = (name: string, value: string | null): boolean => {
    const asked = query.get(name);
    return asked === null || asked === '' || asked === value;
  };
  const actor = query.get('actor');
  const actorId = actor === null ? null : (server.database.userByLogin(actor)?.id ?? -1);
  const status = query.get('status');
  const created = createdFilter(query.get('created'));
  return repository.workflowRuns
    .values()
    .filter((run) => isAsked('event', run.event) && isAsked('branch', run.headBranch))
    .filter((run) => isAsked('head_sha', run.headSha))
    .filter((run) => status === null || status === run.status || status === run.conclusion)
    .filter((run) => actorId === null || run.actorId === actorId)
    .filter((run) => created(run.createdAt))
    .toReversed();
}

/**
 * GitHub's search syntax for dates: `T`, `>T`, `>=T`, `<T`, `<=T`, `T..T`, `T..*`. A day stands for its first moment, or all of it.
 * https://docs.github.com/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates
 */
function createdFilter(text: string | null): (time: string) => boolean {
  if (text === null || text === '') return () => true;
  const [from, to] = text.split('..');
  if (to !== undefined) {
    const after = from === '*' ? -Infinity : Date.parse(from ?? '');
    const before = to === '*' ? Infinity : endOf(to);
    return (time) => Date.parse(time) >= after && Date.parse(time) <= before;
  }
  const [, operator = '', bound = ''] = /^(>=|<=|>|<)?(.*)$/.exec(text) ?? [];
  return (time) => {
    const at = Date.parse(time);
    if (operator === '>=') return at >= Date.parse(bound);
    if (operator === '>') return at > endOf(bound);
    if (operator === '<=') return at <= endOf(bound);
    if (operator === '<') return at < Date.parse(bound);
    return at >= Date.parse(bound) && at <= endOf(bound);
  };
}

function endOf(text: string): number {
  const start = Date.parse(text);
  return text.includes('T') ? start : start + 86_400_000 - 1;
}
