import type { IssueText } from '../port/issues.ts';
import type { Connection } from './connection.ts';
import { field, nullableTextAt, textAt } from './decode.ts';

/** The title and text of an issue, by GraphQL: asked along with other questions it costs no request of its own. */
export function readIssueText(connection: Connection, number: number): Promise<IssueText | undefined> {
  return connection.query(
    {
      what: `read the text of #${number}`,
      repository: { issue: 'issue(number: $number) { title body }' },
      variables: { number: ['Int!', number] },
    },
    (answer) => {
      const issue = field(field(answer, 'repository'), 'issue') ?? null;
      return issue === null
        ? undefined
        : { title: textAt(issue, 'title'), body: nullableTextAt(issue, 'body') ?? '' };
    },
  );
}
