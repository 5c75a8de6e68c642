import { describe, expect, test } from 'vitest';

import type { NewWorld } from './world.ts';
import { openPullRequest } from './world.ts';

export function describeIssuesContract(newWorld: NewWorld): void {
  describe('issues', () => {
    test('creates and reads an issue', async () => {
      const world = await newWorld();
      const { issues } = world.as('bert');
      const number = await issues.create({
        title: 'It breaks',
        body: 'Look.',
        labels: ['bug', 'treadle:ceo'],
      });
      expect(await world.as('cleo').issues.get(number)).toEqual({
        number,
        title: 'It breaks',
        body: 'Look.',
        state: 'open',
        labels: ['bug', 'treadle:ceo'],
        author: world.account('bert'),
        closedBy: null,
        closedAt: null,
        isReopened: false,
        isPull: false,
        createdAt: world.now(),
        updatedAt: world.now(),
      });
      expect(await issues.get(number + 1)).toBeUndefined();
    });

    test('closes, reopens and labels, twice as well as once', async () => {
      const world = await newWorld();
      const { issues } = world.as('bert');
      const number = await issues.create({ title: 'It breaks', body: '', labels: ['bug'] });
      await issues.close(number, 'not_planned');
      await issues.close(number, 'not_planned');
      expect(await issues.get(number)).toMatchObject({ state: 'closed', closedBy: world.account('bert') });
      await issues.reopen(number);
      await issues.reopen(number);
      expect(await issues.get(number)).toMatchObject({ state: 'open', closedBy: null });
      await issues.addLabels(number, ['P0', 'bug']);
      await issues.addLabels(number, []);
      expect([...((await issues.get(number))?.labels ?? [])].sort()).toEqual(['P0', 'bug']);
    });

    test('tells who closed issues, and by the merge of which pull request', async () => {
      const world = await newWorld();
      const { issues, pulls } = world.as('ada');
      const make = (title: string): Promise<number> => issues.create({ title, body: '', labels: [] });
      const [byHand, byText, byCommit, open] = [
        await make('by hand'),
        await make('by text'),
        await make('by commit'),
        await make('open'),
      ];
      await world.as('bert').issues.close(byHand, 'completed');
      const text = await openPullRequest(world, { by: 'bert' });
      await world.rest('bert', 'PATCH', `/pulls/${text.number}`, { body: `Fixes #${byText}` });
      await pulls.merge(text.number, { head: text.head, title: 'Take it', message: '' });
      const commit = await openPullRequest(world, { by: 'bert', branch: 'other', path: 'other.md' });
      await pulls.merge(commit.number, { head: commit.head, title: `Fixes #${byCommit}`, message: '' });
      const closings = await issues.closings([byHand, byText, byCommit, open, 999]);
      expect([...closings].sort(([a], [b]) => a - b)).toEqual([
        [byHand, { by: world.account('bert'), isByReference: false, pulls: [] }],
        [byText, { by: world.account('ada'), isByReference: true, pulls: [text.number] }],
        [byCommit, { by: world.account('ada'), isByReference: true, pulls: [commit.number] }],
      ]);
      await issues.reopen(byText);
      expect(await issues.closings([byText])).toEqual(new Map());
    });

    test('tells what an issue asks for', async () => {
      const world = await newWorld();
      const { issues } = world.as('bert');
      const body = 'First line.\n\n- second';
      const number = await issues.create({ title: 'It is "broken"', body, labels: [] });
      const bare = await issues.create({ title: 'Nothing more', body: '', labels: [] });
      expect(await issues.text(number)).toEqual({ title: 'It is "broken"', body });
      expect(await issues.text(bare)).toEqual({ title: 'Nothing more', body: '' });
      expect(await issues.text(999)).toBeUndefined();
    });

    test('tells a pull request from an issue', async () => {
      const world = await newWorld();
      const { number } = await openPullRequest(world);
      expect(await world.as('ada').issues.get(number)).toMatchObject({ isPull: true });
    });

    test('lists what changed at or after a time, the oldest change first', async () => {
      const world = await newWorld();
      const { issues } = world.as('bert');
      const [first, second, third] = [
        await issues.create({ title: 'first', body: '', labels: [] }),
        await issues.create({ title: 'second', body: '', labels: [] }),
        await issues.create({ title: 'third', body: '', labels: [] }),
      ];
      world.later(10);
      const since = world.now();
      await issues.close(second, 'completed');
      world.later(10);
      await issues.addLabels(first, ['bug']);
      expect(
        (await issues.changedSince(since)).items.map(({ number, state }) => ({ number, state })),
      ).toEqual([
        { number: second, state: 'closed' },
        { number: first, state: 'open' },
      ]);
      expect((await issues.labelled('bug', since)).map(({ number }) => number)).toEqual([first]);
      expect(await issues.labelled('none', since)).toEqual([]);
      expect(third).toBeGreaterThan(second);
      world.later(10);
      expect(await issues.changedSince(world.now())).toEqual({ items: [], isComplete: true });
    });

    test('sees a change on the second look', async () => {
      const world = await newWorld();
      const { issues } = world.as('bert');
      const since = world.now();
      await issues.create({ title: 'one', body: '', labels: [] });
      expect((await issues.changedSince(since)).items).toHaveLength(1);
      await issues.create({ title: 'two', body: '', labels: [] });
      expect((await issues.changedSince(since)).items).toHaveLength(2);
    });

    test('lists more than a page, of one second and of several', async () => {
      const world = await newWorld();
      const { issues } = world.as('bert');
      const since = world.now();
      const numbers: number[] = [];
      for (const batch of [102, 20]) {
        world.later(1);
        const made = Array.from({ length: batch }, (_, index) =>
          issues.create({ title: `issue ${index}`, body: '', labels: index % 2 === 0 ? ['even'] : [] }),
        );
        numbers.push(...(await Promise.all(made)));
      }
      const { items: listed } = await issues.changedSince(since);
      expect(listed.map(({ number }) => number).sort((a, b) => a - b)).toEqual(numbers.sort((a, b) => a - b));
      // The first 102 are of one second, and are read however small the limit.
      const some = await issues.changedSince(listed[0]?.updatedAt ?? '', 1);
      expect([some.items.length, some.isComplete]).toEqual([122, true]);
      const { updatedAt: last = '' } = some.items.at(-1) ?? {};
      world.later(1);
      for (let more = 0; more < 100; more += 1) await issues.create({ title: 'more', body: '', labels: [] });
      const part = await issues.changedSince(last, 1);
      expect([part.items.length, part.isComplete]).toEqual([100, false]);
      expect(listed.map(({ updatedAt }) => updatedAt)).toEqual(
        listed.map(({ updatedAt }) => updatedAt).sort(),
      );
      expect(await issues.labelled('even', since)).toHaveLength(61);
    });

    test('tells an issue that was reopened', async () => {
      const world = await newWorld();
      const { issues } = world.as('bert');
      const number = await issues.create({ title: 'Again', body: '', labels: [] });
      expect(await issues.get(number)).toMatchObject({ isReopened: false });
      await issues.close(number, 'completed');
      expect(await issues.get(number)).toMatchObject({ isReopened: false });
      await issues.reopen(number);
      expect(await issues.get(number)).toMatchObject({ isReopened: true });
    });
  });
}
