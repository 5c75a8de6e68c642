import { describe, expect, test } from 'vitest';

import type { Permission } from '../../../src/forge/port/people.ts';
import type { NewWorld, Person } from './world.ts';

export function describePeopleContract(newWorld: NewWorld): void {
  describe('people', () => {
    test.each<{ readonly person: Person }>([
      { person: 'ada' },
      { person: 'cleo' },
      { person: 'weaver[bot]' },
    ])('the viewer is whose token it is: $person', async ({ person }) => {
      const world = await newWorld();
      expect(await world.as(person).people.viewer()).toEqual(world.account(person));
    });

    test.each([
      { name: 'a user', login: 'bert', kind: 'user' },
      { name: 'an App', login: 'weaver[bot]', kind: 'app' },
    ])('finds $name', async ({ login, kind }) => {
      const world = await newWorld();
      expect(await world.as('ada').people.find(login)).toMatchObject({ login, kind });
    });

    test.each([
      { name: 'an unknown login', login: 'nobody-at-all' },
      { name: 'no login', login: '' },
      { name: 'a path', login: '../repos/ada' },
      { name: 'a dot path', login: '..' },
      { name: 'words', login: 'two words' },
    ])('finds nobody under $name', async ({ login }) => {
      const { people } = (await newWorld()).as('ada');
      expect(await people.find(login)).toBeUndefined();
      expect(await people.permission(login)).toBe('none');
    });

    test('finds several at once, by the logins that were asked for', async () => {
      const world = await newWorld();
      const found = await world
        .as('ada')
        .people.findAll(['BERT', 'nobody-at-all', 'weaver[bot]', '..', 'ada']);
      expect([...found].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual([
        ['BERT', world.account('bert')],
        ['ada', world.account('ada')],
        ['weaver[bot]', world.account('weaver[bot]')],
      ]);
      expect(await world.as('ada').people.findAll([])).toEqual(new Map());
    });

    test('lists the members of a team', async () => {
      const world = await newWorld();
      await world.putTeam('looms', 'weavers', ['bert', 'tara']);
      const { people } = world.as('ada');
      expect(await people.teamMembers('looms', 'weavers')).toEqual([
        world.account('bert'),
        world.account('tara'),
      ]);
      expect(await people.teamMembers('looms', 'nobody')).toBeUndefined();
      expect(await people.teamMembers('../repos', 'nobody')).toBeUndefined();
    });

    test.each<{ readonly login: Person; readonly permission: Permission }>([
      { login: 'ada', permission: 'admin' },
      { login: 'bert', permission: 'write' },
      { login: 'tara', permission: 'triage' },
      { login: 'cleo', permission: 'read' },
    ])('the permission of $login is $permission', async ({ login, permission }) => {
      expect(await (await newWorld()).as('ada').people.permission(login)).toBe(permission);
    });

    test('a permission is the live one', async () => {
      const world = await newWorld();
      const { people } = world.as('ada');
      expect(await people.permission('bert')).toBe('write');
      await world.grant('bert', 'read');
      expect(await people.permission('bert')).toBe('read');
    });
  });
}
