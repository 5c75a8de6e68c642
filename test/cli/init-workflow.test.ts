import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { ensureBuilt, treadleBatch, type Ended } from './built-cli.ts';
import { repositoryWith, type TestRepository } from './repository.ts';

const PATH = '.github/treadle/workflows/review.yml';

let repository: TestRepository;
let ended: readonly Ended[];
beforeAll(async () => {
  await ensureBuilt();
  repository = repositoryWith({ 'readme.md': 'x\n' });
  ended = await treadleBatch(
    [
      ['init', '--workflow'],
      ['init', '--workflow', 'reviw'],
      ['init', '--workflow', 'review', '--dry-run'],
      ['init', '--workflow', 'review', '--json'],
      ['init', '--workflow', 'review'],
      ['lint', PATH],
    ],
    { cwd: repository.folder },
  );
}, 180_000);
afterAll(() => repository.remove());

test('without a name the starters are listed', () => {
  expect(ended[0]).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^bug +\S.*\n(.*\n)*review +/) as string,
  });
});

test('a wrong name is refused with what was meant', () => {
  expect(ended[1]?.code).toBe(2);
  expect(ended[1]?.stderr).toContain("Did you mean 'review'?");
  expect(ended[1]?.stderr).toContain('steps');
});

test('a starter is written where there is neither GitHub nor anything of Treadle, and is not committed', () => {
  expect(ended[2]?.stdout).toContain(`would write ${PATH}`);
  expect(JSON.parse(ended[3]?.stdout ?? '')).toEqual({ version: 1, path: PATH, written: true });
  expect(readFileSync(join(repository.folder, PATH), 'utf8')).toMatch(/^# Several agents review /);
  expect(repository.git('status', '--porcelain')).toContain('.github/');
  expect(repository.git('rev-list', '--count', 'HEAD')).toBe('1');
  expect(ended[5]).toMatchObject({ code: 0, stdout: '' });
});

test('what is there already is not written over, whichever extension it has', async () => {
  expect(ended[4]?.code).toBe(2);
  expect(ended[4]?.stderr).toContain(`there is a workflow ${PATH} already`);
  writeFileSync(join(repository.folder, '.github/treadle/workflows/steps.yaml'), 'mine\n');
  const [again] = await treadleBatch([['init', '--workflow', 'steps']], { cwd: repository.folder });
  expect(again?.code).toBe(2);
  expect(existsSync(join(repository.folder, '.github/treadle/workflows/steps.yml'))).toBe(false);
}, 60_000);
