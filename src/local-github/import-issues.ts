import { ApiFailure, notFound } from './http/api-failure.ts';
import { created } from './http/answer.ts';
import { addEndpoint, type Application } from './http/endpoint.ts';
import { type Fields, optionalList, optionalNames, optionalText, requiredText } from './http/fields.ts';
import type { PullRecord } from './data/records.ts';
import type { Repository } from './data/repository.ts';
import { branchTip } from './git/refs.ts';
import { ensureLabels } from './rest/ensure-labels.ts';
import type { ServerContext } from './server-context.ts';

/**
 * `POST /_local/repositories/OWNER/NAME/import`: many issues, pull requests (with `head` and `base`, of branches that exist) and
 * comments at once, with the times that they had elsewhere. No webhook tells of them. Answers with the issues' numbers.
 */
export function addImportEndpoint(app: Application, server: ServerContext): void {
  addEndpoint(app, server, 'post', '/_local/repositories/:owner/:repo/import', async ({ param, fields }) => {
    const repository = server.database.repository(param('owner'), param('repo'));
    if (repository === undefined) throw notFound();
    const numbers: number[] = [];
    const tips = new Map<string, Promise<string | null>>();
    const tipOf = (branch: string): Promise<string | null> => {
      const tip = tips.get(branch) ?? branchTip(repository.path, branch);
      tips.set(branch, tip);
      return tip;
    };
    for (const issue of optionalList(fields, 'issues') ?? []) {
      numbers.push(await importIssue(server, repository, issue, tipOf));
    }
    for (const comment of optionalList(fields, 'comments') ?? []) importComment(server, repository, comment);
    return created({ numbers });
  });
}

type TipOf = (branch: string) => Promise<string | null>;

async function importIssue(
  server: ServerContext,
  repository: Repository,
  fields: Fields,
  tipOf: TipOf,
): Promise<number> {
  const at = optionalText(fields, 'createdAt') ?? server.now();
  const number = repository.nextNumber();
  repository.issues.put(number, {
    id: server.database.nextId(),
    number,
    title: requiredText(fields, 'title', 'Issue'),
    body: optionalText(fields, 'body') ?? null,
    state: 'open',
    stateReason: null,
    authorId: idOf(server, fields),
    assigneeIds: [],
    labelIds: ensureLabels(server, repository, optionalNames(fields, 'labels') ?? []),
    createdAt: at,
    updatedAt: optionalText(fields, 'updatedAt') ?? at,
    closedAt: null,
    closedById: null,
    pull: await pullOf(server, fields, tipOf),
  });
  return number;
}

async function pullOf(server: ServerContext, fields: Fields, tipOf: TipOf): Promise<PullRecord | null> {
  const headRef = optionalText(fields, 'head');
  if (headRef === undefined) return null;
  const baseRef = requiredText(fields, 'base', 'PullRequest');
  const [headSha, baseSha] = await Promise.all([tipOf(headRef), tipOf(baseRef)]);
  if (headSha === null || baseSha === null)
    throw new ApiFailure(422, `${headRef} or ${baseRef} is no branch`);
  return {
    id: server.database.nextId(),
    headRef,
    headSha,
    baseRef,
    baseSha,
    draft: false,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
    requestedReviewerIds: [],
  };
}

function importComment(server: ServerContext, repository: Repository, fields: Fields): void {
  const issueNumber = Number(fields['issue']);
  if (repository.issues.get(issueNumber) === undefined)
    throw new ApiFailure(422, `There is no issue ${issueNumber}`);
  const id = server.database.nextId();
  const at = optionalText(fields, 'createdAt') ?? server.now();
  repository.comments.put(id, {
    id,
    issueNumber,
    authorId: idOf(server, fields),
    body: requiredText(fields, 'body', 'IssueComment'),
    editorId: null,
    createdAt: at,
    updatedAt: at,
  });
}

function idOf(server: ServerContext, fields: Fields): number {
  const login = requiredText(fields, 'author', 'User');
  const user = server.database.userByLogin(login);
  if (user === undefined) throw new ApiFailure(422, `There is no user ${login}`);
  return user.id;
}
