import { beforeAll, describe, expect, it } from 'vitest';

import { ensureBuilt, ROOT, treadleBatch } from './built-cli.ts';

const COMMANDS =
  'run start approve reject status ready show explain log graph metrics lint advance retry goto skip reassign repin pause resume cancel close report file-bug import serve init doctor conformance';

describe('--help', () => {
  let help: ReadonlyMap<string, string>;
  beforeAll(async () => {
    await ensureBuilt();
    const names = COMMANDS.split(' ');
    const lines = [['--help'], ...names.map((name) => [name, '--help'])];
    const told = await treadleBatch(lines, { cwd: ROOT });
    help = new Map(['treadle', ...names].map((name, index) => [name, told[index]?.stdout ?? '']));
  }, 120_000);

  it.each(['treadle', ...COMMANDS.split(' ')])('of %s has examples', async (name) => {
    expect(help.get(name)).toContain('Examples:\n  $ treadle');
    await expect(help.get(name)).toMatchFileSnapshot(`golden/help/${name}.txt`);
  });

  it('names every command there is', () => {
    const listed = [...(help.get('treadle') ?? '').matchAll(/^ {2}([a-z-]+) .*/gm)].map(([, name]) => name);
    expect(listed.filter((name) => name !== 'help')).toEqual(COMMANDS.split(' '));
  });
});
