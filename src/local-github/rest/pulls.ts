import { reaches } from '../auth.ts';
import type { PullIssue } from '../data/records.ts';
import { countCommits, listCommits, mergeBase } from '../git/commits.ts';
import { diffTrees } from '../git/diff.ts';
import { branchTip } from '../git/refs.ts';
import { type ApiFailure, forbidden, invalid } from '../http/api-failure.ts';
import { created, ok } from '../http/answer.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { oneOf, optionalFlag, optionalText, requiredText } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import { isPull } from '../pulls/is-pull.ts';
import { computeDetails } from '../pulls/pull-details.ts';
import { publishPullEvent } from '../pulls/pull-events.ts';
import { keepHead } from '../pulls/reconcile.ts';
import { renderCommit, renderFile } from '../render/commit.ts';
import { renderPull, renderPullSimple } from '../render/pull.ts';
import type { ServerContext } from '../server-context.ts';
import { findPull } from './find-issue.ts';
import { bodyField } from './issues.ts';
import { sortRecords } from './select-issues.ts';

/** Pull requests: list, create, get, update, files, commits. */
export function addPullEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const whole = async (call: RepositoryCall, pull: PullIssue): Promise<Record<string, unknown>> =>
    renderPull(server, call.repository, pull, await computeDetails(server, call.repository, pull));

  api.read('/pulls', (call) =>
    listAnswer(call.url, selectPulls(call), (pull) => renderPullSimple(server, call.repository, pull)),
  );
  api.add('post', '/pulls', 'write', async (call) =>
    created(await whole(call, await createPull(server, call))),
  );
  api.read('/pulls/:number{[0-9]+}', async (call) => ok(await whole(call, findPull(call))));
  api.add('patch', '/pulls/:number{[0-9]+}', 'account', async (call) =>
    ok(await whole(call, await updatePull(server, call, findPull(call)))),
  );
  api.read('/pulls/:number{[0-9]+}/commits', async (call) => {
    const [from, to] = await rangeOf(call);
    const commits = await listCommits(call.repository.path, ['--reverse', '-n', '250', `${from}..${to}`]);
    return listAnswer(call.url, commits, (commit) => renderCommit(server, call.repository, commit));
  });
  api.read('/pulls/:number{[0-9]+}/files', async (call) => {
    const [from, to] = await rangeOf(call);
    const files = await diffTrees(call.repository.path, from, to);
    return listAnswer(call.url, files, (file) => renderFile(server, call.repository, to, file));
  });
  // Inline comments cannot be made here, so there never are any.
  api.read('/pulls/:number{[0-9]+}/comments', (call) => {
    findPull(call);
    return ok([]);
  });
}

/** What a pull request adds to its base as it was when it was last open. */
async function rangeOf(call: RepositoryCall): Promise<readonly [string, string]> {
  const { headSha, baseSha } = findPull(call).pull;
  return [(await mergeBase(call.repository.path, baseSha, headSha)) ?? baseSha, headSha];
}

function selectPulls(call: RepositoryCall): readonly PullIssue[] {
  const { repository, query } = call;
  const state = query.get('state') ?? 'open';
  const base = query.get('base');
  const head = query.get('head');
  const owner = repository.record.owner.toLowerCase();
  const chosen = repository.issues
    .values()
    .filter(isPull)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => base === null || issue.pull.baseRef === base)
    .filter((issue) => {
      if (head === null) return true;
      const colon = head.indexOf(':');
      // GitHub ignores a head without an owner; it is matched by its name here.
      if (colon < 0) return issue.pull.headRef === head;
      return head.slice(0, colon).toLowerCase() === owner && issue.pull.headRef === head.slice(colon + 1);
    });
  const byDefault = (query.get('sort') ?? 'created') === 'created' ? 'desc' : 'asc';
  return sortRecords(
    chosen,
    query,
    (issue, sort) => (sort === 'updated' ? issue.updatedAt : issue.createdAt),
    byDefault,
  );
}

const resource = 'PullRequest';

async function createPull(server: ServerContext, call: RepositoryCall & SignedIn): Promise<PullIssue> {
  const { repository, actor, fields } = call;
  const title = requiredText(fields, 'title', resource);
  const baseRef = requiredText(fields, 'base', resource);
  const headRef = headBranch(call, requiredText(fields, 'head', resource));
  const [headSha, baseSha] = await Promise.all([
    branchTip(repository.path, headRef),
    branchTip(repository.path, baseRef),
  ]);
  if (baseSha === null) throw invalid({ resource, field: 'base', code: 'invalid' });
  if (headSha === null) throw invalid({ resource, field: 'head', code: 'invalid' });
  const open = repository.issues
    .values()
    .filter(isPull)
    .some(({ state, pull }) => state === 'open' && pull.headRef === headRef && pull.baseRef === baseRef);
  const label = `${repository.record.owner}:${headRef}`;
  if (open) throw custom(`A pull request already exists for ${label}.`);
  if ((await countCommits(repository.path, baseSha, headSha)) === 0) {
    throw custom(`No commits between ${repository.record.owner}:${baseRef} and ${label}`);
  }
  const now = server.now();
  const number = repository.nextNumber();
  const pull: PullIssue = {
    id: server.database.nextId(),
    number,
    title,
    body: bodyField(call, resource) ?? null,
    state: 'open',
    stateReason: null,
    authorId: actor.user.id,
    assigneeIds: [],
    labelIds: [],
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedById: null,
    pull: {
      id: server.database.nextId(),
      headRef,
      headSha,
      baseRef,
      baseSha,
      draft: optionalFlag(fields, 'draft') ?? false,
      mergedAt: null,
      mergedById: null,
      mergeCommitSha: null,
      requestedReviewerIds: [],
    },
  };
  repository.issues.put(number, pull);
  await keepHead(repository, pull);
  await publishPullEvent(server, repository, pull, 'opened', actor);
  return pull;
}

function custom(message: string): ApiFailure {
  return invalid({ resource, code: 'custom', message });
}

/** The branch of a head, which may name the owner. There are no forks here. */
function headBranch(call: RepositoryCall, head: string): string {
  const colon = head.indexOf(':');
  if (colon < 0) return head;
  const owner = head.slice(0, colon).toLowerCase();
  if (owner !== call.repository.record.owner.toLowerCase()) {
    throw invalid({ resource, field: 'head', code: 'invalid' });
  }
  return head.slice(colon + 1);
}

async function updatePull(
  server: ServerContext,
  call: RepositoryCall & SignedIn,
  issue: PullIssue,
): Promise<PullIssue> {
  const { repository, actor, fields } = call;
  if (!reaches(call.permission, 'write') && issue.authorId !== actor.user.id) throw forbidden();
  const title = fields['title'] === undefined ? issue.title : requiredText(fields, 'title', resource);
  const body = fields['body'] === undefined ? issue.body : (bodyField(call, resource) ?? null);
  const state = oneOf(fields, 'state', ['open', 'closed'], resource) ?? issue.state;
  const baseRef = optionalText(fields, 'base') ?? issue.pull.baseRef;
  const baseSha =
    baseRef === issue.pull.baseRef ? issue.pull.baseSha : await branchTip(repository.path, baseRef);
  if (baseSha === null) throw invalid({ resource, field: 'base', code: 'invalid' });
  if (state === 'open' && issue.state === 'closed') await requireReopenable(call, issue);
  const now = server.now();
  const closing = state === 'closed' && issue.state === 'open';
  const saved: PullIssue = {
    ...issue,
    title,
    body,
    state,
    closedAt: state === 'open' ? null : closing ? now : issue.closedAt,
    closedById: state === 'open' ? null : closing ? actor.user.id : issue.closedById,
    updatedAt: now,
    pull: { ...issue.pull, baseRef, baseSha },
  };
  repository.issues.put(issue.number, saved);
  if (title !== issue.title || body !== issue.body || baseRef !== issue.pull.baseRef) {
    await publishPullEvent(server, repository, saved, 'edited', actor, { changes: {} });
  }
  if (state !== issue.state) {
    await publishPullEvent(server, repository, saved, state === 'closed' ? 'closed' : 'reopened', actor);
  }
  return saved;
}

async function requireReopenable(call: RepositoryCall, issue: PullIssue): Promise<void> {
  if (issue.pull.mergedAt !== null) throw custom('state cannot be changed. The pull request was merged.');
  if ((await branchTip(call.repository.path, issue.pull.headRef)) === null) {
    throw custom(`state cannot be changed. The ${issue.pull.headRef} branch has been deleted.`);
  }
}
