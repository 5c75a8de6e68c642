import { afterAll, beforeAll, expect, test } from 'vitest';

import { readRepositoryConfig } from '../../src/runtime/repository-config.ts';
import { openHost, type Host, type World } from './world.ts';

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
  world = await host.newWorld({ workflows: {}, files: { 'ops/treadle.yml': 'roles: { ceo: [blake] }\n' } });
}, 60_000);
afterAll(() => host.close());

test('settings elsewhere count instead of the usual ones, and are protected as code', async () => {
  const usual = await readRepositoryConfig(world.as('ada'), new Map());
  const { config } = await readRepositoryConfig(world.as('ada'), new Map(), null, 'ops/treadle.yml');
  expect(config.roles['ceo']?.map(({ login }) => login)).toEqual(['blake']);
  expect(config.settings.protectedPaths).toEqual([
    ...usual.config.settings.protectedPaths,
    'ops/treadle.yml',
  ]);
});

test('settings that are not there are told by the path that was given', async () => {
  const missing = readRepositoryConfig(world.as('ada'), new Map(), null, 'ops/other.yml');
  await expect(missing).rejects.toMatchObject({
    code: 'config-missing',
    message: expect.stringContaining('ops/other.yml') as string,
  });
});
