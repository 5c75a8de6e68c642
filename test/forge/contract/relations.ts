import { describe, expect, test } from 'vitest';

import type { NewWorld } from './world.ts';
import { openPullRequest } from './world.ts';

export function describeRelationsContract(newWorld: NewWorld): void {
  describe('relations', () => {
    test('puts issues below and behind others, and tells how many are open', async () => {
      const world = await newWorld();
      const { issues, relations } = world.as('bert');
      const file = (title: string): Promise<number> => issues.create({ title, body: '', labels: [] });
      const [epic, part, then] = [await file('Epic'), await file('Part'), await file('Then')];
      await openPullRequest(world);
      const beads = await relations.beads('open');
      expect(beads.map(({ title }) => title)).toEqual(['Epic', 'Part', 'Then']);
      const [, partBead] = beads;
      if (partBead === undefined) throw new Error('it is not listed');

      expect(await relations.addSubIssue(epic, partBead)).toBe(true);
      expect(await relations.addBlocker(then, partBead)).toBe(true);
      expect(await relations.addBlocker(then, partBead)).toBe(false);
      expect(await relations.subIssues(epic)).toEqual([
        { repository: world.as('bert').repository, number: part, title: 'Part', state: 'open' },
      ]);
      expect(await relations.blockers(then)).toMatchObject([{ number: part }]);
      expect(await relations.blockers(part)).toEqual([]);

      await issues.close(part, 'completed');
      expect(await relations.beads('open')).toMatchObject([
        { number: epic, openSubIssues: 0, subIssues: 1, openBlockers: 0 },
        { number: then, openBlockers: 0, blockers: 1 },
      ]);
      expect(await relations.beads('all')).toHaveLength(3);
    });

    test('gives an issue another text and other labels', async () => {
      const world = await newWorld();
      const { issues, relations } = world.as('bert');
      const number = await issues.create({ title: 'Before', body: '', labels: ['bug'] });
      await relations.edit(number, { title: 'After', body: 'Text', labels: ['P1'] });
      expect(await issues.get(number)).toMatchObject({ title: 'After', body: 'Text', labels: ['P1'] });
    });
  });
}
