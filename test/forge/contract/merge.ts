import { describe, expect, test } from 'vitest';

import type { ForgeWorld, NewWorld } from './world.ts';
import { commitFile, openPullRequest } from './world.ts';

interface Row {
  readonly name: string;
  readonly prepare: (
    world: ForgeWorld,
    pull: { readonly number: number; readonly head: string },
  ) => Promise<unknown>;
  readonly cause: string;
}

const refusals: readonly Row[] = [
  {
    name: 'a conflict',
    prepare: (world) => commitFile(world, 'main', 'topic.md', 'another topic\n'),
    cause: 'conflict',
  },
  {
    name: 'a head that moved',
    prepare: (world) => commitFile(world, 'topic', 'topic.md', 'more\n'),
    cause: 'head-moved',
  },
  {
    name: 'one that was closed',
    prepare: (world, { number }) => world.as('ada').pulls.close(number),
    cause: 'closed',
  },
  {
    name: 'a person who may not',
    prepare: (world) => world.grant('bert', 'read'),
    cause: 'not-permitted',
  },
  {
    name: 'one that was merged with another head',
    prepare: async (world, { number }) => {
      const head = await commitFile(world, 'topic', 'topic.md', 'more\n');
      await world.as('ada').pulls.merge(number, { head, title: 'Take', message: '' });
    },
    cause: 'closed',
  },
];

/** A merge queue, and a check that it wants of pull requests and once more of what it would merge. */
const mergeQueue = {
  name: 'queue',
  conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
  rules: [
    { type: 'merge_queue', parameters: { merge_method: 'MERGE' } },
    { type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'build' }] } },
  ],
};

async function groupsOf(
  world: ForgeWorld,
): Promise<readonly { readonly ref: string; readonly object: { readonly sha: string } }[]> {
  const found = await world.rest('ada', 'GET', '/git/matching-refs/heads/gh-readonly-queue/');
  return found as readonly { readonly ref: string; readonly object: { readonly sha: string } }[];
}

export function describeMergeContract(newWorld: NewWorld): void {
  describe('merge', () => {
    test('merges the expected head with a commit of two parents, and says so again', async () => {
      const world = await newWorld();
      const pull = await openPullRequest(world);
      const { pulls, files } = world.as('bert');
      const merge = { head: pull.head, title: 'Take the topic (#1)', message: 'Treadle-Run: 1-1' };
      const outcome = await pulls.merge(pull.number, merge);
      const main = await files.head('main');
      expect(outcome).toEqual({ kind: 'merged', commit: main });
      expect(await world.rest('ada', 'GET', `/git/commits/${main ?? ''}`)).toMatchObject({
        message: 'Take the topic (#1)\n\nTreadle-Run: 1-1',
        parents: [{ sha: world.root }, { sha: pull.head }],
      });
      expect(await pulls.get(pull.number)).toMatchObject({
        state: 'closed',
        merged: true,
        mergeCommit: main,
      });
      expect(await pulls.merge(pull.number, merge)).toEqual({ kind: 'merged', commit: main });
      await files.deleteBranch('topic');
      expect(await world.as('ada').pulls.merge(pull.number, merge)).toEqual({ kind: 'merged', commit: main });
      expect(await files.head('main')).toBe(main);
      expect(await pulls.reviewed([pull.number])).toMatchObject([
        { merged: true, mergeCommit: main, state: 'closed' },
      ]);
      expect(await pulls.fromBranch('topic')).toMatchObject({ merged: true, mergeCommit: main });
    });

    test('merges over a base that moved elsewhere', async () => {
      const world = await newWorld();
      const pull = await openPullRequest(world);
      await commitFile(world, 'main', 'README.md', 'moved on\n');
      expect(
        await world.as('bert').pulls.merge(pull.number, { head: pull.head, title: 'Take', message: '' }),
      ).toMatchObject({ kind: 'merged' });
    });

    test.each(refusals)('refuses $name: $cause', async ({ prepare, cause }) => {
      const world = await newWorld();
      const pull = await openPullRequest(world);
      await prepare(world, pull);
      const before = await world.as('ada').files.head('main');
      const outcome = await world
        .as('bert')
        .pulls.merge(pull.number, { head: pull.head, title: 'Take', message: '' });
      expect(outcome).toMatchObject({
        kind: 'refused',
        cause,
        problem: expect.stringMatching(/./) as unknown,
      });
      expect(await world.as('ada').files.head('main')).toBe(before);
    });

    test('puts the expected head into a merge queue, which alone merges, and takes it out', async () => {
      const world = await newWorld();
      const { pulls } = world.as('bert');
      const pull = await openPullRequest(world);
      const other = await openPullRequest(world, { branch: 'other', path: 'other.md' });
      expect(await pulls.enqueue(pull.number, pull.head)).toMatchObject({
        kind: 'refused',
        cause: 'not-permitted',
      });
      expect(await pulls.readiness([pull.number])).toMatchObject([{ mergeQueue: null }]);
      await world.rest('ada', 'POST', '/rulesets', mergeQueue);
      const merge = { head: pull.head, title: 'Take', message: '' };
      expect(await pulls.merge(pull.number, merge)).toMatchObject({
        kind: 'refused',
        cause: 'merge-queue',
        problem: expect.stringContaining('Changes must be made through the merge queue') as unknown,
      });
      const before = world.now();
      expect(await pulls.enqueue(pull.number, pull.head)).toMatchObject({ kind: 'refused', cause: 'checks' });
      const pass = (sha: string): Promise<unknown> =>
        world.rest('bert', 'POST', `/statuses/${sha}`, { state: 'success', context: 'build' });
      await pass(pull.head);
      await pass(other.head);
      expect(await pulls.enqueue(pull.number, '0'.repeat(40))).toMatchObject({ cause: 'head-moved' });
      expect(await pulls.enqueue(pull.number, pull.head)).toEqual({ kind: 'enqueued', at: before });
      world.later(5);
      expect(await pulls.enqueue(pull.number, pull.head)).toEqual({ kind: 'enqueued', at: before });
      await pulls.enqueue(other.number, other.head);
      expect(await pulls.readiness([pull.number])).toMatchObject([
        { isOpen: true, mergeQueue: { enqueuedAt: before, removal: null } },
      ]);
      await pulls.dequeue(pull.number);
      await pulls.dequeue(pull.number);
      expect(await pulls.readiness([pull.number])).toMatchObject([
        { isOpen: true, mergeQueue: { enqueuedAt: null, removal: { at: world.now(), reason: 'manual' } } },
      ]);
      const [group] = await groupsOf(world);
      expect(group?.ref).toMatch(/^refs\/heads\/gh-readonly-queue\/main\/pr-\d+-[0-9a-f]{40}$/);
      await pass(group?.object.sha ?? '');
      expect(await pulls.readiness([other.number])).toMatchObject([{ isOpen: false }]);
      expect(await pulls.get(other.number)).toMatchObject({ merged: true, mergeCommit: group?.object.sha });
      expect(await pulls.enqueue(other.number, other.head)).toMatchObject({
        kind: 'refused',
        cause: 'closed',
      });
      expect(await groupsOf(world)).toEqual([]);
    });

    test('of two merges at the same time there is one', async () => {
      const world = await newWorld();
      const pull = await openPullRequest(world);
      const merge = { head: pull.head, title: 'Take', message: '' };
      const outcomes = await Promise.all([
        world.as('ada').pulls.merge(pull.number, merge),
        world.as('bert').pulls.merge(pull.number, merge),
      ]);
      const main = await world.as('ada').files.head('main');
      expect(outcomes).toEqual([
        { kind: 'merged', commit: main },
        { kind: 'merged', commit: main },
      ]);
    });
  });
}
