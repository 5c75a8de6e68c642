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
