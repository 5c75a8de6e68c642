import type { Changes } from '../port/changes.ts';
import type { Issue, Issues } from '../port/issues.ts';
import { readClosings } from './closings.ts';
import { readChangedSince } from './changed-since.ts';
import type { Connection, ForgeRequest } from './connection.ts';
import { ignoreAnswer } from './connection.ts';
import { integerAt } from './decode.ts';
import { decodeIssue } from './decode-shapes.ts';
import { readIssueText } from './issue-text.ts';

/** Issues, over the REST API. */
export function githubIssues(connection: Connection): Issues {
  const update = async (
    number: number,
    what: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<void> => {
    await connection.ask(
      {
        what: `${what} issue #${number}`,
        route: 'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
        parameters: { issue_number: number, ...parameters },
        repeatable: true,
      },
      ignoreAnswer,
    );
  };

  const listed = (
    what: string,
    range: { readonly since: string; readonly mostPages?: number | undefined },
    parameters: ForgeRequest['parameters'],
  ): Promise<Changes<Issue>> =>
    readChangedSince(
      connection,
      { what, route: 'GET /repos/{owner}/{repo}/issues', parameters: { state: 'all', ...parameters } },
      range,
      decodeIssue,
      (issue) => issue.number,
    );

  return {
    get: (number) => readIssue(connection, number),
    text: (number) => readIssueText(connection, number),
    changedSince: (since, mostPages) =>
      listed(`list issues changed since ${since}`, { since, mostPages }, {}),
    labelled: async (label, since) =>
      (await listed(`list issues labelled ${label}`, { since }, { labels: label })).items,
    create: ({ title, body, labels }) =>
      connection.ask(
        {
          what: `create the issue "${title}"`,
          route: 'POST /repos/{owner}/{repo}/issues',
          parameters: { title, body, labels: [...labels] },
        },
        (issue) => integerAt(issue, 'number'),
      ),
    closings: (numbers) => readClosings(connection, numbers),
    close: (number, reason) => update(number, 'close', { state: 'closed', state_reason: reason }),
    reopen: (number) => update(number, 'reopen', { state: 'open' }),
    addLabels: (number, labels) => addLabels(connection, number, labels),
  };
}

async function readIssue(connection: Connection, number: number): Promise<Issue | undefined> {
  const answer = await connection.tryAsk(
    {
      what: `read issue #${number}`,
      route: 'GET /repos/{owner}/{repo}/issues/{issue_number}',
      parameters: { issue_number: number },
    },
    [404, 410],
    decodeIssue,
  );
  // An issue that was moved to another repository answers with the issue that it has become there.
  return answer.kind === 'done' && answer.value.number === number ? answer.value : undefined;
}

async function addLabels(connection: Connection, number: number, labels: readonly string[]): Promise<void> {
  if (labels.length === 0) return;
  await connection.ask(
    {
      what: `label issue #${number}`,
      route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
      parameters: { issue_number: number, labels: [...labels] },
      repeatable: true,
    },
    ignoreAnswer,
  );
}
