import type { BeadIssue, IssueReference, Relations } from '../port/relations.ts';
import { ignoreAnswer, type Connection } from './connection.ts';
import { field, integerAt, textAt, wordAt } from './decode.ts';
import { decodeIssue } from './decode-shapes.ts';

const ISSUE = '/repos/{owner}/{repo}/issues/{issue_number}';

/**
 * Sub-issues and dependencies between issues, over the REST API:
 * https://docs.github.com/en/rest/issues/sub-issues and https://docs.github.com/en/rest/issues/issue-dependencies
 */
export function githubRelations(connection: Connection): Relations {
  const listed = (number: number, what: string, route: string): Promise<readonly IssueReference[]> =>
    connection.list(
      {
        what: `list the ${what} of issue #${number}`,
        route: `GET ${ISSUE}/${route}`,
        parameters: { issue_number: number },
      },
      decodeReference,
    );
  const link = async (number: number, what: string, route: string, id: object): Promise<boolean> => {
    const answer = await connection.tryAsk(
      { what, route: `POST ${ISSUE}/${route}`, parameters: { issue_number: number, ...id } },
      [422],
      ignoreAnswer,
    );
    return answer.kind === 'done';
  };
  return {
    beads: (state) => listBeads(connection, state),
    subIssues: (number) => listed(number, 'sub-issues', 'sub_issues'),
    blockers: (number) => listed(number, 'dependencies', 'dependencies/blocked_by'),
    addSubIssue: (parent, child) =>
      link(parent, `put issue #${child.number} below #${parent}`, 'sub_issues', {
        sub_issue_id: child.id,
        replace_parent: true,
      }),
    addBlocker: (number, blocker) =>
      link(number, `let issue #${number} wait for #${blocker.number}`, 'dependencies/blocked_by', {
        issue_id: blocker.id,
      }),
    edit: (number, { title, body, labels }) =>
      connection.ask(
        {
          what: `edit issue #${number}`,
          route: `PATCH ${ISSUE}`,
          parameters: { issue_number: number, title, body, labels: [...labels] },
          repeatable: true,
        },
        ignoreAnswer,
      ),
  };
}

async function listBeads(connection: Connection, state: 'open' | 'all'): Promise<readonly BeadIssue[]> {
  const issues = await connection.list(
    {
      what: `list ${state === 'open' ? 'open' : 'all'} issues`,
      route: 'GET /repos/{owner}/{repo}/issues',
      parameters: { state, sort: 'created', direction: 'asc' },
    },
    decodeBead,
  );
  // A page that moves while it is read shows an issue twice.
  return [...new Map(issues.filter(({ isPull }) => !isPull).map((issue) => [issue.number, issue])).values()];
}

/** Counts of an issue's relations: null where the forge is too old to tell them, so that they must be asked for. */
function decodeBead(answer: unknown): BeadIssue {
  const count = (summary: string, ...names: readonly [string, string?]): number | null => {
    const counts = field(answer, summary) ?? null;
    if (counts === null) return null;
    const [first, without] = names;
    return integerAt(counts, first) - (without === undefined ? 0 : integerAt(counts, without));
  };
  return {
    ...decodeIssue(answer),
    id: integerAt(answer, 'id'),
    openBlockers: count('issue_dependencies_summary', 'blocked_by'),
    openSubIssues: count('sub_issues_summary', 'total', 'completed'),
    blockers: count('issue_dependencies_summary', 'total_blocked_by'),
    subIssues: count('sub_issues_summary', 'total'),
  };
}

/** A related issue may stand in another repository; then its number means nothing here. */
function decodeReference(answer: unknown): IssueReference {
  const repository = /\/repos\/([^/]+\/[^/]+)$/.exec(textAt(answer, 'repository_url'))?.[1] ?? '';
  return {
    repository,
    number: integerAt(answer, 'number'),
    title: textAt(answer, 'title'),
    state: wordAt(answer, ['open', 'closed'], 'state'),
  };
}
