import { describe, expect, test } from 'vitest';

import type { ForgeWorld, NewWorld } from './world.ts';
import { openPullRequest } from './world.ts';

export function describeCommentsContract(newWorld: NewWorld): void {
  const newIssue = (world: ForgeWorld): Promise<number> =>
    world.as('ada').issues.create({ title: 'Talk', body: '', labels: [] });

  describe('comments', () => {
    test('creates, reads, updates and removes', async () => {
      const world = await newWorld();
      const issue = await newIssue(world);
      const { comments } = world.as('weaver[bot]');
      const id = await comments.create(issue, '<!-- marker -->\nHello');
      expect(await comments.on(issue)).toEqual([
        {
          id,
          node: expect.any(String) as unknown,
          issue,
          body: '<!-- marker -->\nHello',
          author: world.account('weaver[bot]'),
          createdAt: world.now(),
          updatedAt: world.now(),
        },
      ]);
      const createdAt = world.now();
      world.later(5);
      expect(await comments.update(id, 'Hello again')).toBe('updated');
      expect(await comments.on(issue)).toMatchObject([
        { id, body: 'Hello again', createdAt, updatedAt: world.now() },
      ]);
      expect(await comments.get(id)).toMatchObject({ id, issue, body: 'Hello again' });
      await comments.remove(id);
      expect(await comments.get(id)).toBeUndefined();
      expect(await comments.on(issue)).toEqual([]);
      await comments.remove(id);
      expect(await comments.update(id, 'Too late')).toBe('gone');
    });

    test('are written in their order where they are written at once', async () => {
      const world = await newWorld();
      const [issue, other] = [await newIssue(world), await newIssue(world)];
      const { comments } = world.as('weaver[bot]');
      const pull = await openPullRequest(world, { by: 'ada' });
      const places = [issue, issue, other, pull.number];
      const ids = await Promise.all(places.map((place, index) => comments.create(place, `Text ${index}`)));
      const read = await Promise.all(ids.map((id) => comments.get(id)));
      expect(read.map((comment) => [comment?.issue, comment?.body])).toEqual(
        places.map((place, index) => [place, `Text ${index}`]),
      );
      expect((ids[0] ?? 0) < (ids[1] ?? 0)).toBe(true);
    });

    test('knows who edited a comment last, and the text that they left', async () => {
      const world = await newWorld();
      const issue = await newIssue(world);
      const { comments } = world.as('bert');
      const ids = [];
      for (const body of ['never', 'by me', 'by ada', 'by ada and me']) {
        ids.push(await comments.create(issue, body));
      }
      const [never = 0, mine = 0, adas = 0, both = 0] = ids;
      const gone = await comments.create(issue, 'gone');
      world.later(5);
      await comments.update(mine, 'mine');
      await world.as('ada').comments.update(adas, 'adas');
      await world.as('ada').comments.update(both, 'adas');
      await comments.update(both, 'mine again');
      const listed = await comments.on(issue);
      await comments.remove(gone);
      const [ada, bert] = [world.account('ada'), world.account('bert')];
      expect([...(await comments.lastEdits(listed))].sort(([a], [b]) => a - b)).toEqual([
        [never, { editor: undefined, body: 'never' }],
        [mine, { editor: bert, body: 'mine' }],
        [adas, { editor: ada, body: 'adas' }],
        [both, { editor: bert, body: 'mine again' }],
      ]);
      expect(await comments.lastEdits([])).toEqual(new Map());
    });

    test('comments on a pull request as on an issue', async () => {
      const world = await newWorld();
      const { number } = await openPullRequest(world);
      const { comments } = world.as('ada');
      const id = await comments.create(number, 'Look');
      expect(await comments.on(number)).toMatchObject([{ id, issue: number }]);
    });

    test('lists what changed at or after a time, over all issues, the oldest change first', async () => {
      const world = await newWorld();
      const [one, other] = [await newIssue(world), await newIssue(world)];
      const { comments } = world.as('bert');
      const first = await comments.create(one, 'first');
      const second = await comments.create(other, 'second');
      await comments.create(one, 'third');
      world.later(10);
      const since = world.now();
      await comments.update(second, 'second, edited');
      world.later(1);
      await comments.update(first, 'first, edited');
      expect((await comments.changedSince(since)).items).toMatchObject([
        { id: second, issue: other, body: 'second, edited' },
        { id: first, issue: one, body: 'first, edited' },
      ]);
    });

    test('lists more than a page', async () => {
      const world = await newWorld();
      const issue = await newIssue(world);
      const { comments } = world.as('bert');
      const since = world.now();
      const bodies = Array.from({ length: 105 }, (_, index) => `comment ${index}`);
      await Promise.all(bodies.slice(0, 100).map((body) => comments.create(issue, body)));
      // Exactly one full page, read and kept, has no link to the second page that there is afterwards.
      expect(await comments.on(issue)).toHaveLength(100);
      for (const body of bodies.slice(100)) await comments.create(issue, body);
      const listed = await comments.on(issue);
      expect(listed.map(({ body }) => body).sort()).toEqual(bodies.sort());
      expect(listed.map(({ id }) => id)).toEqual(listed.map(({ id }) => id).sort((a, b) => a - b));
      expect((await comments.changedSince(since)).items).toHaveLength(105);
      // All of one second: the limit would lead to nothing.
      expect(await comments.changedSince(since, 1)).toMatchObject({ isComplete: true });
    });

    test('refuses a comment on an issue that is not there', async () => {
      const { comments } = (await newWorld()).as('bert');
      await expect(comments.create(4711, 'Hello?')).rejects.toMatchObject({ code: 'forge-refused' });
    });
  });
}
