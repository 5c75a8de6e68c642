import { beforeAll, describe, it, type ExpectStatic } from 'vitest';

import { ensureBuilt, treadle, treadleBatch, treadleJson } from './built-cli.ts';
import { repositoryWith, type TestRepository } from './repository.ts';
import { transcript } from './transcript.ts';

/** People answer by `treadle report`, so that every step waits for the next one. */
const DESK = {
  '.github/treadle.yml': `roles:
  ceo: [boss]
  backend-engineer: [ann]
  qa-engineer: [quinn]
`,
  '.github/treadle/workflows/desk.yml': `name: Desk
on: workflow_dispatch
jobs:
  draft:
    runs-on: backend-engineer
    prompt: Draft it.
    outputs: { text: { required: true, description: what it says } }
  approve:
    type: approval
    needs: draft
    runs-on: ceo
    prompt: \${{ needs.draft.outputs.text }}
    on-rejected: draft
  polish:
    needs: approve
    runs-on: backend-engineer
    prompt: Polish it.
    max-attempts: 1
`,
};

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: number;
  /** What the command says when it is done, in part. */
  readonly says: string | RegExp;
}

const because = ['--reason', 'That is better'];
const done = ['--outcome', 'success'];

/** From the first draft to the answer that lets it go on. */
const ANSWERS: readonly Step[] = [
  { name: 'run', args: ['run', 'desk', '--issue', 'Write it'], code: 3, says: 'draft is with ann' },
  {
    name: 'report a wrong output',
    args: ['report', '1', ...done, '--output', 'txt=hello'],
    code: 2,
    says: 'draft: there is no output "txt" (declared: text); output "text" is missing',
  },
  {
    name: 'report success',
    args: ['report', '1', ...done, '--output', 'text=Hello, world', '--summary', 'Short'],
    code: 3,
    says: 'approve',
  },
  { name: 'reject', args: ['reject', '1', '--reason', 'Too short'], code: 3, says: 'draft is with ann' },
  {
    name: 'report again',
    args: ['report', '1-1', ...done, '--output', 'text=Hello, whole wide world'],
    code: 3,
    says: 'approve',
  },
  { name: 'pause', args: ['pause', '1', ...because], code: 3, says: 'paused' },
  { name: 'approve while it is paused', args: ['approve', '1', ...because], code: 3, says: 'paused' },
  { name: 'resume', args: ['resume', '1', ...because], code: 3, says: 'polish is with ann' },
  {
    name: 'report no time',
    args: ['report', '1', '--outcome', 'failure', '--summary', 'No time'],
    code: 3,
    says: 'polish is escalated',
  },
  { name: 'approve the escalated', args: ['approve', '1', ...because], code: 0, says: 'Completed: success' },
  { name: 'answer nothing', args: ['approve', '1'], code: 4, says: 'there is nothing to approve' },
];

/** From an escalation through every override. */
const OVERRIDES: readonly Step[] = [
  { name: 'start', args: ['start', 'desk', '--issue', 'Write it'], code: 0, says: 'started run 1-1 for #1' },
  { name: 'start again', args: ['start', 'desk', '--issue', '#1'], code: 2, says: 'active run 1-1' },
  { name: 'skip', args: ['skip', '1', 'draft', ...because, '--no-advance'], code: 0, says: 'said:' },
  { name: 'skip more', args: ['skip', '1', 'approve', ...because], code: 3, says: 'polish is with ann' },
  {
    name: 'report failure',
    args: ['report', '1', '--outcome', 'failure', '--summary', 'No time'],
    code: 3,
    says: 'polish is escalated',
  },
  { name: 'retry', args: ['retry', '1', ...because], code: 3, says: 'polish is with ann' },
  {
    name: 'reassign',
    args: ['reassign', '1', 'qa-engineer', ...because],
    code: 3,
    says: 'polish is with quinn',
  },
  { name: 'goto', args: ['goto', '1', 'draft', ...because], code: 3, says: 'draft is with ann' },
  {
    name: 'repin to nothing',
    args: ['repin', '1', 'dusk', ...because],
    code: 4,
    says: /there is no workflow 'dusk' on the default branch\nThere are: .*desk/,
  },
  {
    name: 'retry as a stranger',
    args: ['retry', '1', ...because, '--as', 'eve'],
    code: 2,
    says: 'eve does not',
  },
  { name: 'retry of nothing', args: ['retry', '1', ...because], code: 4, says: 'no job is escalated' },
  { name: 'cancel', args: ['cancel', '1', ...because], code: 1, says: 'Cancelled by boss: That is better' },
  { name: 'close what is over', args: ['close', '1', ...because], code: 4, says: 'is completed' },
  { name: 'start anew', args: ['start', 'desk', '--issue', '#1'], code: 0, says: 'started run 1-2 for #1' },
  { name: 'close', args: ['close', '1', ...because, '--no-advance'], code: 0, says: 'said:' },
  { name: 'advance', args: ['advance', '--json'], code: 0, says: '"version": 1' },
];

/** Golden views of the run, after a step. */
const VIEWS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'report again': [
    ['status'],
    ['explain', '1'],
    ['explain', '1', 'Approve', '--json'],
    ['graph', '1'],
    ['graph', '1', '--format', 'mermaid'],
  ],
  'report failure': [
    ['show', '1'],
    ['show', '1', 'polish'],
    ['explain', '1', 'polish'],
    ['status', '--json'],
    ['graph', '1', '--format', 'json'],
  ],
  cancel: [
    ['status', '--all'],
    ['explain', '1'],
    ['log', '1'],
    ['log', '--limit', '3', '--json'],
    ['graph', 'bug'],
    ['lint', '.github/treadle/workflows/desk.yml', '.github/treadle.yml'],
    ['lint', '--json', '.github/treadle/workflows/desk.yml'],
  ],
};

async function play(
  story: readonly Step[],
  repository: TestRepository,
  name: string,
  expect: ExpectStatic,
): Promise<void> {
  const { folder } = repository;
  for (const step of story) {
    const ended = await treadle(step.args, { cwd: folder });
    const said = ended.stdout + ended.stderr;
    expect(said, step.name).toMatch(step.says);
    expect(ended.code, step.name).toBe(step.code);
    expect(said, step.name).not.toMatch(/^ {4}at /m);
    const views = VIEWS[step.name] ?? [];
    if (views.length === 0) continue;
    for (const [index, view] of (await treadleBatch(views, { cwd: folder })).entries()) {
      const args = views[index] ?? [];
      const file = [step.name, ...args].join(' ').replaceAll(/[^\w]+/g, '-');
      expect(view.code, file).toBe(0);
      await expect(transcript(args, view, folder)).toMatchFileSnapshot(`golden/views/${file}.txt`);
    }
  }
  const history = ['log', '--reverse', '--format=%an: %s', '--grep=^Treadle-Run: ', 'treadle/state'];
  await expect(repository.git(...history)).toMatchFileSnapshot(`golden/views/history-of-${name}.txt`);
}

describe('every answer, override and view', () => {
  beforeAll(ensureBuilt, 120_000);

  it.concurrent(
    'answers',
    async ({ expect, onTestFinished }) => {
      const repository = repositoryWith(DESK);
      onTestFinished(() => repository.remove());
      await play(ANSWERS, repository, 'answers', expect);
    },
    240_000,
  );

  it.concurrent(
    'overrides',
    async ({ expect, onTestFinished }) => {
      const repository = repositoryWith(DESK);
      onTestFinished(() => repository.remove());
      await play(OVERRIDES, repository, 'overrides', expect);
      const shown = await treadleJson<{ version: number; run: object; jobs: object }>(['show', '1-1'], {
        cwd: repository.folder,
      });
      expect(shown.version).toBe(1);
      expect(shown.run).toMatchObject({ id: '1-1', conclusion: 'cancelled', paused: false, awaited: [] });
      expect(Object.keys(shown.jobs).sort()).toEqual(['approve', 'draft', 'polish']);

      // Whoever looks is not kept from it by settings that are broken.
      repository.commit('Break the settings', { '.github/treadle.yml': 'roles: [\n' });
      const looks = ['status --all', 'show 1', 'explain 1', 'log 1', 'graph 1', 'graph desk'];
      const seen = await treadleBatch(
        looks.map((line) => line.split(' ')),
        { cwd: repository.folder },
      );
      expect(seen.map(({ code }) => code)).toEqual(looks.map(() => 0));
      expect(await treadle(['run', 'desk', '--issue', 'More'], { cwd: repository.folder })).toMatchObject({
        code: 2,
      });
      repository.commit('Give a role to nobody', { '.github/treadle.yml': 'roles: { ceo: [boss] }\n' });
      const lint = ['lint', '.github/treadle/workflows/desk.yml', '.github/treadle.yml', '--json'];
      const { diagnostics } = await treadleJson<{ diagnostics: readonly object[] }>(lint, {
        cwd: repository.folder,
      });
      expect(diagnostics).toMatchObject([
        { code: 'role-held-by-nobody', severity: 'warning', start: { line: 5, column: 5 } },
        { code: 'role-held-by-nobody', severity: 'warning', start: { line: 16, column: 5 } },
      ]);
    },
    240_000,
  );
});
