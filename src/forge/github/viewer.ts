import type { Account } from '../port/people.ts';
import type { Connection } from './connection.ts';
import { decodeAccount } from './decode-shapes.ts';
import { decodeViewer } from './glance.ts';

/** Whose token a connection holds: asked for once, since a token never changes hands. */
export interface RememberedViewer {
  viewer(): Promise<Account>;
  /** What another query told. */
  learn(viewer: Account): void;
}

export function rememberViewer(connection: Connection): RememberedViewer {
  let known: Account | null = null;
  return {
    viewer: async () => (known ??= await readViewer(connection)),
    learn: (viewer) => void (known = viewer),
  };
}

async function readViewer(connection: Connection): Promise<Account> {
  const what = 'read whose token this is';
  const answer = await connection.tryAsk({ what, route: 'GET /user' }, [403], decodeAccount);
  if (answer.kind === 'done') return answer.value;
  // The token of an App's installation, GITHUB_TOKEN among them, has no user in REST, but a viewer in GraphQL.
  return connection.query({ what, fields: { viewer: 'viewer { login databaseId }' } }, decodeViewer);
}
