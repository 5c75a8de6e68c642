import { describe, expect, test } from 'vitest';

import type { NewWorld } from './world.ts';

export function describeVariablesContract(newWorld: NewWorld): void {
  describe('variables', () => {
    test('are read whole, over all pages', async () => {
      const world = await newWorld();
      expect(await world.as('ada').variables()).toEqual({});
      const names = Array.from({ length: 33 }, (_, index) => `NAME_${index}`);
      for (const name of names) {
        await world.rest('ada', 'POST', '/actions/variables', {
          name: name.toLowerCase(),
          value: `of ${name}\n`,
        });
      }
      const expected = Object.fromEntries(names.map((name) => [name, `of ${name}\n`]));
      expect(await world.as('ada').variables()).toEqual(expected);
    });

    test('are hidden from a token that may not read them', async () => {
      const world = await newWorld();
      expect(await world.as('cleo').variables()).toBeUndefined();
    });
  });
}
