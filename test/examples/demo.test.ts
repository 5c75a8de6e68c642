import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

import { EXAMPLE, makeFolder } from './workbench.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function runDemo(...args: readonly string[]): Promise<Ended> {
  return promisify(execFile)(process.execPath, [join(EXAMPLE, 'demo.mjs'), ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Ended,
  );
}

describe('the command line of the demo', () => {
  test.concurrent.each([
    { name: 'a bug there is none of', args: ['--bug', '4'], reason: '--bug is a number from 1 to 3, not 4' },
    { name: 'a seed that is no number', args: ['--seed', 'x'], reason: '--seed is a number' },
    {
      name: 'a scenario there is none of',
      args: ['--scenario', 'sad'],
      reason: 'happy, rejected, escalated, not sad',
    },
    { name: 'an unknown option', args: ['--fast'], reason: "Unknown option '--fast'" },
  ])('$name is refused with exit code 2', async ({ args, reason }) => {
    const { code, stderr } = await runDemo(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('npm run demo -- --help');
  });

  test('a folder with something in it is refused with exit code 2', async () => {
    const folder = await makeFolder();
    await writeFile(join(folder, 'mine'), '');
    const { code, stderr } = await runDemo('--dir', folder);
    expect(code).toBe(2);
    expect(stderr).toContain('is not an empty folder');
  });

  test('--help tells every option', async () => {
    const { code, stdout } = await runDemo('--help');
    expect(code).toBe(0);
    for (const option of ['--bug', '--seed', '--scenario', '--yes', '--dir'])
      expect(stdout).toContain(option);
  });
});
