import { describe, expect, test } from 'vitest';

import type { Forge } from '../../src/forge/port/forge.ts';
import { cannedForge, type CannedAnswer, type CannedRequest } from './canned.ts';

interface Sent {
  readonly forge: Forge;
  readonly requests: readonly string[];
}

/** A forge that knows #1 and #2, and answers a mutation as told; one issue is locked. */
function forgeWith(
  mutation: (variables: Readonly<Record<string, unknown>>) => CannedAnswer,
  locked = 0,
): Sent {
  const requests: string[] = [];
  const answer = ({ method, path, body }: CannedRequest): CannedAnswer => {
    const query = typeof body['query'] === 'string' ? body['query'] : '';
    const kind = query.startsWith('mutation') ? 'mutation' : 'query';
    requests.push(path === '/graphql' ? kind : `${method} ${path}`);
    if (path === `/issues/${locked}/comments`) return { status: 403, body: { message: 'It is locked.' } };
    if (path !== '/graphql') return { body: { id: 100 + requests.length } };
    if (kind === 'query') {
      const missing = { type: 'NOT_FOUND', path: ['repository', 'issue3'], message: 'No such issue' };
      const repository = { issue1: { id: 'I1' }, issue2: { id: 'I2' }, issue3: null };
      return { body: { data: { repository }, ...(query.includes('issue3') ? { errors: [missing] } : {}) } };
    }
    return mutation(body['variables'] as Record<string, unknown>);
  };
  return { forge: cannedForge(answer), requests };
}

const added = (id: number): unknown => ({ commentEdge: { node: { fullDatabaseId: String(id) } } });

describe('comments that are written at once', () => {
  test('are one request each where they are two', async () => {
    const { forge, requests } = forgeWith(() => ({ status: 500 }));
    await Promise.all([forge.comments.create(1, 'a'), forge.comments.create(2, 'b')]);
    expect(requests).toEqual(['POST /issues/1/comments', 'POST /issues/2/comments']);
  });

  test('are two requests where they are many, and later ones one: the ids of the issues are known', async () => {
    const { forge, requests } = forgeWith((variables) => {
      expect(variables).toMatchObject({
        q0_subject: 'I1',
        q0_body: 'a',
        q2_subject: 'I2',
        q2_body: '$a "c"',
      });
      return { body: { data: { q0_added: added(11), q1_added: added(12), q2_added: added(13) } } };
    });
    for (const expected of [
      ['query', 'mutation'],
      ['query', 'mutation', 'mutation'],
    ]) {
      const bodies = ['a', 'b', '$a "c"'];
      const written = bodies.map((body, index) => forge.comments.create(index === 2 ? 2 : 1, body));
      expect(await Promise.all(written)).toEqual([11, 12, 13]);
      expect(requests).toEqual(expected);
    }
  });

  test('and are refused so are written alone, in their order', async () => {
    const { forge, requests } = forgeWith(() => ({
      body: {
        data: { q0_added: added(11), q1_added: null },
        errors: [{ type: 'FORBIDDEN', path: ['q1_added'], message: 'The issue is locked.' }],
      },
    }));
    const written = [1, 2, 3].map((issue) => forge.comments.create(issue, 'a'));
    expect(await Promise.all(written)).toEqual([11, 103, 104]);
    expect(requests).toEqual(['query', 'mutation', 'POST /issues/2/comments', 'POST /issues/3/comments']);
  });

  test('are written all the same where one of them cannot be', async () => {
    const refused = ['q1_added', 'q2_added'].map((path) => ({
      type: 'FORBIDDEN',
      path: [path],
      message: 'No.',
    }));
    const data = { q0_added: added(11), q1_added: null, q2_added: null };
    const { forge } = forgeWith(() => ({ body: { data, errors: refused } }), 2);
    const ends = await Promise.allSettled([1, 2, 1].map((issue) => forge.comments.create(issue, 'a')));
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('are all in doubt where there is no answer, and are not sent again', async () => {
    const { forge, requests } = forgeWith(() => ({ status: 502 }));
    const written = [1, 1, 2].map((issue) => forge.comments.create(issue, 'a'));
    for (const one of written) await expect(one).rejects.toMatchObject({ code: 'forge-unreachable' });
    expect(requests).toEqual(['query', 'mutation']);
  });
});
