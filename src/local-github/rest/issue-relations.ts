import type { IssueRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { created, ok } from '../http/answer.ts';
import { invalid, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints } from '../http/endpoint.ts';
import { optionalFlag } from '../http/fields.ts';
import { listAnswer } from '../http/pagination.ts';
import { blockedOf, blockersOf, isAbove, subIssuesOf } from '../issue-relations.ts';
import { renderIssue } from '../render/issue.ts';
import type { ServerContext } from '../server-context.ts';
import { findIssue } from './find-issue.ts';

const PATH = '/issues/:number{[0-9]+}';
/** GitHub's limits: 100 sub-issues of one issue, 50 issues that block one. */
const MOST_SUB_ISSUES = 100;
const MOST_BLOCKERS = 50;

/** Sub-issues and dependencies between issues: https://docs.github.com/en/rest/issues/sub-issues, …/issue-dependencies */
export function addIssueRelationEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  addSubIssueEndpoints(api, server);
  addDependencyEndpoints(api, server);
}

function addSubIssueEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read(`${PATH}/sub_issues`, (call) =>
    listAnswer(call.url, subIssuesOf(call.repository, findIssue(call)), (issue) =>
      renderIssue(server, call.repository, issue),
    ),
  );
  api.read(`${PATH}/parent`, (call) => {
    const { parent } = findIssue(call);
    const found = parent == null ? undefined : call.repository.issues.get(parent);
    if (found === undefined) throw notFound();
    return ok(renderIssue(server, call.repository, found));
  });
  api.add('post', `${PATH}/sub_issues`, 'triage', (call) => {
    const { repository } = call;
    const parent = findIssue(call);
    const child = issueOfField(call, 'sub_issue_id');
    if (isAbove(repository, child, parent)) refuse('sub_issue_id', 'an issue cannot be below itself');
    const replaces = optionalFlag(call.fields, 'replace_parent') === true;
    if (child.parent != null && !replaces) refuse('sub_issue_id', 'Sub issue may only have one parent');
    if (subIssuesOf(repository, parent).length >= MOST_SUB_ISSUES) {
      refuse('sub_issue_id', `Parent cannot have more than ${MOST_SUB_ISSUES} sub-issues`);
    }
    save(server, repository, { ...child, parent: parent.number });
    return created(renderIssue(server, repository, save(server, repository, parent)));
  });
  api.add('delete', `${PATH}/sub_issue`, 'triage', (call) => {
    const { repository } = call;
    const parent = findIssue(call);
    const child = issueOfField(call, 'sub_issue_id');
    if (child.parent !== parent.number) throw notFound();
    save(server, repository, { ...child, parent: null });
    return ok(renderIssue(server, repository, save(server, repository, parent)));
  });
}

function addDependencyEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  const path = `${PATH}/dependencies/blocked_by`;
  api.read(path, (call) =>
    listAnswer(call.url, blockersOf(call.repository, findIssue(call)), (issue) =>
      renderIssue(server, call.repository, issue),
    ),
  );
  api.read(`${PATH}/dependencies/blocking`, (call) =>
    listAnswer(call.url, blockedOf(call.repository, findIssue(call)), (issue) =>
      renderIssue(server, call.repository, issue),
    ),
  );
  api.add('post', path, 'triage', (call) => {
    const { repository } = call;
    const issue = findIssue(call);
    const blocker = issueOfField(call, 'issue_id');
    const known = issue.blockedBy ?? [];
    if (waitsFor(repository, blocker, issue)) refuse('issue_id', 'issues cannot wait for each other');
    if (known.includes(blocker.number)) refuse('issue_id', 'Dependency already exists');
    if (known.length >= MOST_BLOCKERS) refuse('issue_id', `at most ${MOST_BLOCKERS} issues can block one`);
    const saved = save(server, repository, { ...issue, blockedBy: [...known, blocker.number] });
    return created(renderIssue(server, repository, saved));
  });
  api.add('delete', `${path}/:id{[0-9]+}`, 'triage', (call) => {
    const { repository } = call;
    const issue = findIssue(call);
    const blocker = issueOfId(repository, Number(call.param('id')));
    const known = issue.blockedBy ?? [];
    if (!known.includes(blocker.number)) throw notFound();
    const blockedBy = known.filter((number) => number !== blocker.number);
    return ok(renderIssue(server, repository, save(server, repository, { ...issue, blockedBy })));
  });
}

/** Whether one issue is, or waits through any number of others for, the other. */
function waitsFor(repository: Repository, from: IssueRecord, to: IssueRecord): boolean {
  const seen = new Set<number>();
  const next = [from];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    if (at.number === to.number) return true;
    if (seen.has(at.number)) continue;
    seen.add(at.number);
    next.push(...blockersOf(repository, at));
  }
  return false;
}

/** Relations go by the ids of issues, not by their numbers. */
function issueOfField(call: RepositoryCall, field: string): IssueRecord {
  const id = call.fields[field];
  if (typeof id !== 'number') throw invalid({ resource: 'Issue', field, code: 'missing_field' });
  return issueOfId(call.repository, id);
}

function issueOfId(repository: Repository, id: number): IssueRecord {
  const issue = repository.issues.values().find((each) => each.id === id && each.pull === null);
  if (issue === undefined) throw notFound();
  return issue;
}

function save(server: ServerContext, repository: Repository, issue: IssueRecord): IssueRecord {
  return repository.issues.put(issue.number, { ...issue, updatedAt: server.now() });
}

function refuse(field: string, message: string): never {
  throw invalid({ resource: 'Issue', field, code: 'custom', message });
}
