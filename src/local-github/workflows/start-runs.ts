import type { WorkflowRecord, WorkflowRunRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { RepositoryEvent } from '../events/event.ts';
import { diffTrees } from '../git/diff.ts';
import { branchTip, noOid } from '../git/refs.ts';
import { isPull } from '../pulls/is-pull.ts';
import { updateTestMerge } from '../pulls/test-merge.ts';
import type { ServerContext } from '../server-context.ts';
import { listWorkflowFiles } from './list-workflow-files.ts';
import { answersTo, type EventFacts } from './match-trigger.ts';
import { fillRunName } from './fill-run-name.ts';
import type { WorkflowFile } from './workflow-file.ts';

/** The events of the default token that start workflows all the same. */
const dispatches: ReadonlySet<string> = new Set(['workflow_dispatch', 'repository_dispatch']);

/** The commit whose workflow files answer, and what the runs are shown to run on. */
interface Place {
  readonly files: string;
  readonly headSha: string;
  readonly headBranch: string | null;
  readonly pullNumbers: readonly number[];
  readonly branch: string | null;
}

/**
 * Records a queued run of each workflow that answers to the event. The default token's events start none, except the two
 * dispatches. A `workflow_dispatch` names its workflow by the payload's `workflow` (a path).
 */
export async function startRuns(
  server: ServerContext,
  repository: Repository,
  event: RepositoryEvent,
  payload: unknown,
): Promise<readonly WorkflowRunRecord[]> {
  if (event.actor.tokenKind === 'default' && !dispatches.has(event.name)) return [];
  const place = await placeOf(server, repository, event);
  if (place === null) return [];
  const files = await listWorkflowFiles(repository.path, place.files);
  if (files.length === 0) return [];
  const facts = await factsOf(repository, event, place, files);
  return files
    .filter((file) => answersTo(file, facts))
    .filter((file) => event.name !== 'workflow_dispatch' || event.payload['workflow'] === file.path)
    .filter((file) => !isDisabled(repository, file))
    .map((file) => recordRun(server, repository, event, payload, place, file));
}

function isDisabled(repository: Repository, { path }: WorkflowFile): boolean {
  return repository.workflows.values().some((known) => known.path === path && known.disabled !== undefined);
}

async function placeOf(
  server: ServerContext,
  repository: Repository,
  event: RepositoryEvent,
): Promise<Place | null> {
  const { source } = event;
  switch (source.kind) {
    case 'default-branch': {
      const { defaultBranch } = repository.record;
      const tip = await branchTip(repository.path, defaultBranch);
      if (tip === null) return null;
      const branch = event.name === 'workflow_run' ? runBranch(event) : null;
      return { files: tip, headSha: tip, headBranch: defaultBranch, pullNumbers: [], branch };
    }
    case 'ref': {
      if (source.sha === noOid) return null;
      const headBranch = source.ref.replace(/^refs\/(heads|tags)\//, '');
      return { files: source.sha, headSha: source.sha, headBranch, pullNumbers: [], branch: null };
    }
    case 'pull':
      return pullPlace(server, repository, source.number);
  }
}

async function pullPlace(
  server: ServerContext,
  repository: Repository,
  number: number,
): Promise<Place | null> {
  const issue = repository.issues.get(number);
  if (issue === undefined || !isPull(issue)) return null;
  const { headSha, headRef, baseRef, mergeCommitSha } = issue.pull;
  const place = { headSha, headBranch: headRef, pullNumbers: [number], branch: baseRef };
  if (issue.state === 'closed') return { ...place, files: mergeCommitSha ?? headSha };
  // Without a merge commit, that is on a conflict, nothing runs.
  const merge = await updateTestMerge(server, repository, issue);
  return merge === null ? null : { ...place, files: merge };
}

function runBranch(event: RepositoryEvent): string | null {
  const run = event.payload['workflow_run'];
  if (typeof run !== 'object' || run === null || !('head_branch' in run)) return null;
  return typeof run.head_branch === 'string' ? run.head_branch : null;
}

function runName(event: RepositoryEvent): string | null {
  const run = event.payload['workflow_run'];
  return typeof run === 'object' && run !== null && 'name' in run && typeof run.name === 'string'
    ? run.name
    : null;
}

async function factsOf(
  repository: Repository,
  event: RepositoryEvent,
  place: Place,
  files: readonly WorkflowFile[],
): Promise<EventFacts> {
  const asksForFiles = files.some((file) =>
    file.triggers.some(({ paths, pathsIgnore }) => (paths ?? pathsIgnore) !== null),
  );
  return {
    name: event.name,
    action: event.action,
    ref: event.source.kind === 'ref' ? event.source.ref : null,
    branch: place.branch,
    workflow: runName(event),
    files: asksForFiles ? await changedFiles(repository, event) : [],
  };
}

async function changedFiles(repository: Repository, event: RepositoryEvent): Promise<readonly string[]> {
  const [from, to] = changedRange(repository, event);
  if (from === null || to === null || from === noOid || to === noOid) return [];
  return (await diffTrees(repository.path, from, to)).map((change) => change.path);
}

function changedRange(
  repository: Repository,
  event: RepositoryEvent,
): readonly [string | null, string | null] {
  if (event.source.kind === 'pull') {
    const pull = repository.issues.get(event.source.number)?.pull;
    return [pull?.baseSha ?? null, pull?.headSha ?? null];
  }
  const before = event.payload['before'];
  return event.source.kind === 'ref' && event.name === 'push' && typeof before === 'string'
    ? [before, event.source.sha]
    : [null, null];
}

/** The record of a workflow file, made when it is first seen; its name follows the file. */
export function recordWorkflow(
  server: ServerContext,
  repository: Repository,
  file: WorkflowFile,
): WorkflowRecord {
  const known = repository.workflows.values().find((workflow) => workflow.path === file.path);
  if (known?.name === file.name) return known;
  const now = server.now();
  const id = known?.id ?? server.database.nextId();
  return repository.workflows.put(id, {
    ...known,
    id,
    path: file.path,
    name: file.name,
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  });
}

function recordRun(
  server: ServerContext,
  repository: Repository,
  event: RepositoryEvent,
  payload: unknown,
  place: Place,
  file: WorkflowFile,
): WorkflowRunRecord {
  const workflow = recordWorkflow(server, repository, file);
  const earlier = repository.workflowRuns.values().filter((run) => run.workflowId === workflow.id);
  const now = server.now();
  const id = server.database.nextId();
  const inputs = event.payload['inputs'];
  return repository.workflowRuns.put(id, {
    id,
    workflowId: workflow.id,
    path: file.path,
    name: file.name,
    displayTitle: titleOf(event, file),
    runNumber: earlier.length + 1,
    runAttempt: 1,
    event: event.name,
    status: 'queued',
    conclusion: null,
    headBranch: place.headBranch,
    headSha: place.headSha,
    actorId: event.actor.user.id,
    pullNumbers: place.pullNumbers,
    inputs: typeof inputs === 'object' && inputs !== null ? { ...inputs } : {},
    payload,
    chain: event.chain ?? 0,
    createdAt: now,
    updatedAt: now,
  });
}

/** The file's `run-name`; or else the title of what caused the run; or else the workflow's name. */
function titleOf(event: RepositoryEvent, file: WorkflowFile): string {
  if (file.runName !== null) return fillRunName(file.runName, event.payload);
  for (const key of ['issue', 'pull_request']) {
    const subject = event.payload[key];
    if (
      typeof subject === 'object' &&
      subject !== null &&
      'title' in subject &&
      typeof subject.title === 'string'
    ) {
      return subject.title;
    }
  }
  return file.name;
}
