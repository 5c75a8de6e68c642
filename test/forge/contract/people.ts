import { describe, expect, test } from 'vitest';

import type { Permission } from '../../../src/forge/port.ts';
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
