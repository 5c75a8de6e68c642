import { afterEach, beforeAll, expect, test } from 'vitest';

import { ensureBuilt, treadleBatch } from './built-cli.ts';
import { repositoryWith, type TestRepository } from './repository.ts';

const FOLDER = '.github/treadle/workflows';
const called = `on:
  workflow_call:
    inputs: { what: { type: string, required: true } }
jobs:
  a: { runs-on: ceo, prompt: x }
`;
const files = {
  '.github/treadle.yml': 'roles: { ceo: [casey] }\nbase-brunch: main\n',
  '.github/treadle/routing.yml': 'rules: [{ role: gardener, words: { tree: 1 } }]\n',
  [`${FOLDER}/caller.yml`]: `on: workflow_dispatch\njobs:\n  c: { uses: ./${FOLDER}/called.yml }\n  d: { uses: treadle/bug }\n`,
  [`${FOLDER}/called.yml`]: called,
  'src/nothing.txt': '',
};

let repository: TestRepository;
beforeAll(ensureBuilt, 120_000);
afterEach(() => repository.remove());

test('without files all of the repository is linted, from any of its folders, calls included', async () => {
  repository = repositoryWith(files);
  const [all, from, one] = await treadleBatch(
    [['lint'], ['lint', '--format', 'json'], ['lint', `${FOLDER}/caller.yml`]],
    { cwd: repository.folder },
  );
  const heads = all?.stdout.split('\n').filter((line) => line.includes('.yml:'));
  expect(all?.code).toBe(2);
  expect(heads).toEqual([
    expect.stringMatching(/^\.github\/treadle\.yml:2:1: Unknown key 'base-brunch'/),
    expect.stringMatching(/^\.github\/treadle\/routing\.yml:1:\d+: There is no role 'gardener'/),
    `${FOLDER}/caller.yml:3:14: ./${FOLDER}/called.yml needs the input 'what' [bad-call]`,
    expect.stringMatching(
      /^\.github\/treadle\/workflows\/caller\.yml:4:14: .*bug\.yml has no `workflow_call`/,
    ),
  ]);
  expect(from?.stdout).toContain('"docs": "docs/diagnostics.md#bad-call"');
  expect(one?.stdout.split('\n').filter((line) => line.includes('.yml:'))).toEqual(heads?.slice(2));
  const [below] = await treadleBatch([['lint']], { cwd: `${repository.folder}/src` });
  expect(below?.stdout).toContain(`../${FOLDER}/caller.yml:3:14: `);
}, 60_000);

test('where there is nothing to lint, it says so and what to do', async () => {
  repository = repositoryWith({ 'readme.md': 'x\n' });
  const [ended] = await treadleBatch([['lint']], { cwd: repository.folder });
  expect(ended?.code).toBe(4);
  expect(ended?.stderr).toContain('there is neither .github/treadle.yml nor .github/treadle/workflows in ');
  expect(ended?.stderr).toContain('treadle init --workflow bug');
}, 60_000);
