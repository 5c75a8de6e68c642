import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ensureBuilt, treadle, treadleBatch, type Ended } from './built-cli.ts';
import { emptyRepository, repositoryWith, type Files, type TestRepository } from './repository.ts';
import { smallTeam } from './team.ts';
import { transcript } from './transcript.ts';

/** A repository in which everything is right. */
const SOUND = smallTeam('  work: { runs-on: backend-engineer, prompt: Work. }\n', 'exit 0\n');
const SETTINGS = '.github/treadle.yml';

const TEN_MISTAKES = `name: Ten mistakes
on: workflow_dispatch
permisions: {}
jobs:
  plan:
    runs-on: backend-enginer
    prompt: Plan.
    max-attempts: none
  choose:
    type: descision
    needs: plan
  work:
    needs: [plan, pln]
    runs-on: backend-engineer
    prompt: \${{ needs.plan.outputs.txt }}
    if: \${{ needs.plan.result = 'success' }}
    on-failure: check
  land:
    type: commit
    needs: work
    runs-on: backend-engineer
    pull-request: "1"
    timeout-minutes: -5
  check:
    type: verify
    needs: [land, loop]
    runs-on: qa-engineer
    prompt: Check.
  loop:
    needs: check
    runs-on: backend-engineer
    prompt: Go round.
`;

interface Row {
  readonly name: string;
  readonly make: () => TestRepository;
  readonly args: readonly string[];
  readonly code: number;
}

const run = ['run', 'small', '--issue', 'A bead'];
const withFiles =
  (files: Files): (() => TestRepository) =>
  () =>
    repositoryWith({ ...SOUND, ...files });

const ROWS: readonly Row[] = [
  {
    name: 'workflow-with-ten-mistakes',
    make: withFiles({ '.github/treadle/workflows/ten.yml': TEN_MISTAKES }),
    args: ['run', 'ten', '--issue', 'A bead'],
    code: 2,
  },
  {
    name: 'workflow-not-startable-by-hand',
    make: withFiles({
      '.github/treadle/workflows/small.yml':
        SOUND['.github/treadle/workflows/small.yml']?.replace(
          'on: workflow_dispatch',
          'on: { issues: { types: [opened] } }',
        ) ?? '',
    }),
    args: run,
    code: 2,
  },
  { name: 'workflow-unknown', make: withFiles({}), args: ['run', 'smal', '--issue', 'A bead'], code: 4 },
  {
    name: 'settings-yaml-error',
    make: withFiles({ [SETTINGS]: 'roles:\n  ceo: [boss\n  qa-engineer: [checker]\n' }),
    args: run,
    code: 2,
  },
  {
    name: 'settings-unknown-key',
    make: withFiles({ [SETTINGS]: 'roels:\n  ceo: [boss]\n' }),
    args: run,
    code: 2,
  },
  {
    name: 'settings-wrong-types',
    make: withFiles({
      [SETTINGS]: 'roles:\n  ceo: 7\nagents:\n  boss: { dispatch: telepathy }\nlease-minutes: soon\n',
    }),
    args: run,
    code: 2,
  },
  {
    name: 'settings-missing',
    make: () => repositoryWith({ 'README.md': 'Nothing here.\n' }),
    args: run,
    code: 2,
  },
  {
    name: 'settings-not-committed',
    make: () => {
      const repository = repositoryWith({ 'README.md': 'Nothing here.\n' });
      repository.write(SOUND);
      return repository;
    },
    args: run,
    code: 2,
  },
  { name: 'repository-empty', make: emptyRepository, args: run, code: 2 },
  {
    name: 'head-detached',
    make: () => {
      const repository = repositoryWith(SOUND);
      repository.git('checkout', '--quiet', '--detach');
      return repository;
    },
    args: run,
    code: 2,
  },
];

describe('a repository that is not ready', () => {
  beforeAll(ensureBuilt, 120_000);

  it.concurrent.for(ROWS)(
    '$name: is refused with a place and a remedy, and changes nothing',
    async (row, { expect, onTestFinished }) => {
      const repository = row.make();
      onTestFinished(() => repository.remove());
      const before = repository.git('for-each-ref');
      const ended = await treadle(row.args, { cwd: repository.folder });
      expect(ended.code).toBe(row.code);
      expect(ended.stderr).not.toMatch(/^ {4}at /m);
      expect(repository.git('for-each-ref')).toBe(before);
      const text = transcript(row.args, ended, repository.folder);
      await expect(text).toMatchFileSnapshot(`golden/mistakes/${row.name}.txt`);
    },
  );
});

/** One repository serves them all: none of them may change anything. */
const COMMAND_LINES: readonly (readonly [name: string, code: number, args: readonly string[]])[] = [
  ['command-unknown', 2, ['rnu', 'small']],
  ['command-none', 2, []],
  ['option-unknown', 2, ['status', '--jsno']],
  ['option-missing', 2, ['run', 'small']],
  ['option-without-value', 2, ['run', 'small', '--issue']],
  ['title-empty', 2, ['run', 'small', '--issue', ' ']],
  ['title-of-digits', 2, ['run', 'small', '--issue', '1']],
  ['run-empty', 2, ['show', '']],
  ['run-no-name', 2, ['explain', '../x']],
  ['run-unknown', 4, ['show', '7-1']],
  ['run-unknown-json', 4, ['show', '7-1', '--json']],
  ['reject-without-reason', 2, ['reject', '7']],
  ['override-without-reason', 2, ['retry', '7', '--reason', ' ']],
  ['report-outcome-unknown', 2, ['report', '1', '--outcome', 'splendid']],
  ['limit-no-number', 2, ['log', '--limit', 'few']],
  ['port-no-number', 2, ['serve', '--port', '99999']],
  ['graph-of-nothing', 4, ['graph', 'nope']],
  ['graph-format-unknown', 2, ['graph', 'bug', '--format', 'png']],
  ['graph-of-mistakes', 2, ['graph', 'broken.yml']],
  ['lint-of-nothing', 4, ['lint', 'nope.yml']],
  ['lint-of-a-folder', 4, ['lint', '.github']],
  ['conformance-of-nothing', 4, ['conformance', 'nope.yml']],
  ['import-of-nothing', 4, ['import', 'beads', 'nope.jsonl']],
  ['import-loom-of-nothing', 4, ['import', 'loom', 'nope']],
  ['api-no-address', 2, ['doctor', '--api', 'nonsense', '--repository', 'acme/site']],
  ['folder-unknown', 2, ['status', '--repo', '/nonexistent/folder']],
  ['folder-no-folder', 2, ['status', '--repo', 'broken.yml']],
];

/** These need the local server to be found wrong, one after the other. */
const REQUESTS: typeof COMMAND_LINES = [
  ['issue-unknown', 4, ['run', 'small', '--issue', '#7']],
  ['input-unknown', 2, [...run, '--input', 'greeting=hi']],
  ['report-for-no-name', 2, ['report', 'x', '--outcome', 'success']],
  ['report-for-unknown-dispatch', 4, ['report', '0123456789abcdef01234567', '--outcome', 'success']],
];

describe('a wrong command line', () => {
  let repository: TestRepository;
  beforeAll(async () => {
    await ensureBuilt();
    repository = repositoryWith({ ...SOUND, 'broken.yml': 'on: workflow_dispatch\njobs: [\n' });
  }, 120_000);
  afterAll(() => repository.remove());

  let offline: readonly Ended[];
  beforeAll(async () => {
    offline = await treadleBatch(
      COMMAND_LINES.map(([, , args]) => args),
      { cwd: repository.folder },
    );
  }, 120_000);
  const check = async ([name, code, args]: (typeof COMMAND_LINES)[number], ended: Ended): Promise<void> => {
    expect(ended.code).toBe(code);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
    await expect(transcript(args, ended, repository.folder)).toMatchFileSnapshot(
      `golden/command-lines/${name}.txt`,
    );
  };
  it.each(COMMAND_LINES.map((row, index) => ({ name: row[0], row, index })))('$name', ({ row, index }) => {
    const ended = offline[index];
    return ended === undefined ? expect.fail('it was not run') : check(row, ended);
  });
  it.each(REQUESTS.map((row) => ({ name: row[0], row })))('$name', async ({ row }) => {
    await check(row, await treadle(row[2], { cwd: repository.folder }));
  });

  it('changed nothing, and the next good run works', async () => {
    expect(repository.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
    const ended = await treadle(['status'], { cwd: repository.folder });
    expect(ended.code).toBe(0);
  });
});

it('outside of any repository nothing can be done', async () => {
  await ensureBuilt();
  const ended = await treadle(['status'], { cwd: '/' });
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain('[not-a-repository]: / is not in a git repository');
});
