import type { Actor } from '../auth.ts';
import { reaches } from '../auth.ts';
import type { IssueRecord, StateReason } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { created, ok } from '../http/answer.ts';
import { forbidden, invalid } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { oneOf, optionalNames, optionalText, requiredText } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import { isPull } from '../pulls/is-pull.ts';
import { publishIssueEvent, publishPullEvent } from '../pulls/pull-events.ts';
import { renderIssue, renderLabels } from '../render/issue.ts';
import { renderUserOf } from '../render/user.ts';
import type { ServerContext } from '../server-context.ts';
import { ensureLabels } from './ensure-labels.ts';
import { findIssue } from './find-issue.ts';
import { selectIssues } from './select-issues.ts';

/** GitHub's limit for the text of an issue or a comment, in characters. */
const bodyLimit = 65_536;

/** Issues: list, create, get, update, assignees. */
export function addIssueEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('/issues', ({ repository, query, url }) =>
    listAnswer(url, selectIssues(server, repository, query), (issue) =>
      renderIssue(server, repository, issue),
    ),
  );
  api.add('post', '/issues', 'account', async (call) => {
    const issue = await createIssue(server, call);
    return created(renderIssue(server, call.repository, issue));
  });
  api.read('/issues/:number{[0-9]+}', (call) => ok(renderIssue(server, call.repository, findIssue(call))));
  api.add('patch', '/issues/:number{[0-9]+}', 'account', async (call) => {
    const issue = await updateIssue(server, call, findIssue(call));
    return ok(renderIssue(server, call.repository, issue));
  });
  addAssigneeEndpoints(api, server);
}

/** The body field, within GitHub's limit. */
export function bodyField(call: Pick<RepositoryCall, 'fields'>, resource: string): string | undefined {
  const body = optionalText(call.fields, 'body');
  if (body !== undefined && body.length > bodyLimit) {
    const message = `body is too long (maximum is ${bodyLimit} characters)`;
    throw invalid({ resource, field: 'body', code: 'custom', message });
  }
  return body;
}

async function createIssue(server: ServerContext, call: RepositoryCall & SignedIn): Promise<IssueRecord> {
  const { repository, actor, fields } = call;
  const title = requiredText(fields, 'title', 'Issue');
  const body = bodyField(call, 'Issue');
  const trusted = reaches(call.permission, 'triage');
  // GitHub silently drops what the author may not set.
  const labels = trusted ? (optionalNames(fields, 'labels') ?? []) : [];
  const assignees = trusted ? namedAssignees(fields) : [];
  const labelIds = ensureLabels(server, repository, labels);
  const assigneeIds = assigneeIdsOf(server, repository, assignees ?? []);
  const now = server.now();
  const number = repository.nextNumber();
  const issue = repository.issues.put(number, {
    id: server.database.nextId(),
    number,
    title,
    body: body ?? null,
    state: 'open',
    stateReason: null,
    authorId: actor.user.id,
    assigneeIds,
    labelIds,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedById: null,
    pull: null,
  });
  await publishIssueEvent(server, repository, issue, 'opened', actor);
  await publishLabelChanges(server, repository, issue, [], actor);
  await publishAssigneeChanges(server, repository, issue, [], actor);
  return issue;
}

function namedAssignees(fields: RepositoryCall['fields']): readonly string[] | undefined {
  const one = optionalText(fields, 'assignee');
  return optionalNames(fields, 'assignees') ?? (one === undefined ? undefined : [one]);
}

/** The accounts that may be assigned; others are dropped, as GitHub does. */
function assigneeIdsOf(
  server: ServerContext,
  repository: Repository,
  logins: readonly string[],
): readonly number[] {
  const ids = logins
    .map((login) => server.database.userByLogin(login))
    .filter((user) => user !== undefined)
    .filter(
      (user) =>
        user.login.toLowerCase() === repository.record.owner.toLowerCase() ||
        repository.collaborators.get(user.id) !== undefined,
    )
    .map((user) => user.id);
  return [...new Set(ids)].slice(0, 10);
}

async function updateIssue(
  server: ServerContext,
  call: RepositoryCall & SignedIn,
  issue: IssueRecord,
): Promise<IssueRecord> {
  const { repository, actor, fields, permission } = call;
  const trusted = reaches(permission, 'triage');
  if (!trusted && issue.authorId !== actor.user.id) throw forbidden('Must have admin rights to Repository.');
  const title = fields['title'] === undefined ? issue.title : requiredText(fields, 'title', 'Issue');
  const body = fields['body'] === undefined ? issue.body : (bodyField(call, 'Issue') ?? null);
  const names = trusted ? optionalNames(fields, 'labels') : undefined;
  const logins = trusted ? namedAssignees(fields) : undefined;
  const changed: IssueRecord = {
    ...withState(server, call, issue),
    title,
    body,
    labelIds: names === undefined ? issue.labelIds : ensureLabels(server, repository, names),
    assigneeIds: logins === undefined ? issue.assigneeIds : assigneeIdsOf(server, repository, logins),
  };
  const saved = repository.issues.put(issue.number, { ...changed, updatedAt: server.now() });
  await publishTextChange(server, repository, saved, issue, actor);
  await publishLabelChanges(server, repository, saved, issue.labelIds, actor);
  await publishAssigneeChanges(server, repository, saved, issue.assigneeIds, actor);
  if (saved.state !== issue.state) {
    const action = saved.state === 'closed' ? 'closed' : 'reopened';
    await publishChange(server, repository, saved, action, actor, {});
  }
  return saved;
}

function withState(server: ServerContext, call: RepositoryCall & SignedIn, issue: IssueRecord): IssueRecord {
  const state = oneOf(call.fields, 'state', ['open', 'closed'], 'Issue') ?? issue.state;
  const reasons: readonly StateReason[] = ['completed', 'not_planned', 'duplicate', 'reopened'];
  const reason = oneOf(call.fields, 'state_reason', reasons, 'Issue');
  if (state === issue.state) {
    return reason === undefined || issue.state === 'open' ? issue : { ...issue, stateReason: reason };
  }
  if (state === 'closed') {
    const stateReason = issue.pull === null ? (reason ?? 'completed') : null;
    return {
      ...issue,
      closer: null,
      state,
      stateReason,
      closedAt: server.now(),
      closedById: call.actor.user.id,
    };
  }
  if (issue.pull?.mergedAt != null) {
    throw invalid({
      resource: 'Issue',
      field: 'state',
      code: 'invalid',
      message: 'A merged pull request stays closed.',
    });
  }
  const stateReason = issue.pull === null ? 'reopened' : null;
  return { ...issue, state, stateReason, closedAt: null, closedById: null };
}

/** Tells of a change of an issue or a pull request by the event that belongs to it. */
async function publishChange(
  server: ServerContext,
  repository: Repository,
  issue: IssueRecord,
  action: string,
  actor: Actor,
  extra: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (isPull(issue)) await publishPullEvent(server, repository, issue, action, actor, extra);
  else await publishIssueEvent(server, repository, issue, action, actor, extra);
}

async function publishTextChange(
  server: ServerContext,
  repository: Repository,
  issue: IssueRecord,
  before: IssueRecord,
  actor: Actor,
): Promise<void> {
  const changes = {
    ...(issue.title === before.title ? {} : { title: { from: before.title } }),
    ...(issue.body === before.body ? {} : { body: { from: before.body ?? '' } }),
  };
  if (Object.keys(changes).length === 0) return;
  await publishChange(server, repository, issue, 'edited', actor, { changes });
}

/** Tells of each label that an issue got or lost. */
export async function publishLabelChanges(
  server: ServerContext,
  repository: Repository,
  issue: IssueRecord,
  before: readonly number[],
  actor: Actor,
): Promise<void> {
  const got = issue.labelIds.filter((id) => !before.includes(id));
  const lost = before.filter((id) => !issue.labelIds.includes(id));
  for (const label of renderLabels(server, repository, got)) {
    await publishChange(server, repository, issue, 'labeled', actor, { label });
  }
  for (const label of renderLabels(server, repository, lost)) {
    await publishChange(server, repository, issue, 'unlabeled', actor, { label });
  }
}

async function publishAssigneeChanges(
  server: ServerContext,
  repository: Repository,
  issue: IssueRecord,
  before: readonly number[],
  actor: Actor,
): Promise<void> {
  const got = issue.assigneeIds.filter((id) => !before.includes(id));
  const lost = before.filter((id) => !issue.assigneeIds.includes(id));
  for (const [action, ids] of [
    ['assigned', got],
    ['unassigned', lost],
  ] as const) {
    for (const id of ids) {
      await publishChange(server, repository, issue, action, actor, { assignee: renderUserOf(server, id) });
    }
  }
}

function addAssigneeEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const path = '/issues/:number{[0-9]+}/assignees';
  const change = async (call: RepositoryCall & SignedIn, add: boolean): Promise<IssueRecord> => {
    const issue = findIssue(call);
    const ids = assigneeIdsOf(server, call.repository, optionalNames(call.fields, 'assignees') ?? []);
    const assigneeIds = add
      ? [...new Set([...issue.assigneeIds, ...ids])]
      : issue.assigneeIds.filter((id) => !ids.includes(id));
    const saved = call.repository.issues.put(issue.number, {
      ...issue,
      assigneeIds,
      updatedAt: server.now(),
    });
    await publishAssigneeChanges(server, call.repository, saved, issue.assigneeIds, call.actor);
    return saved;
  };
  api.add('post', path, 'triage', async (call) =>
    created(renderIssue(server, call.repository, await change(call, true))),
  );
  api.add('delete', path, 'triage', async (call) =>
    ok(renderIssue(server, call.repository, await change(call, false))),
  );
}
