import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { TreadleError } from '../../src/base/errors.ts';
import { addInit } from '../../src/cli/commands/init.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import { readSettings } from '../../src/workflow/settings.ts';

const SHA = 'a'.repeat(40);
const ACTION = `loom-dev/loom@${SHA}#v1.0.0`;
const REVIEW = '.github/workflows/treadle-review.yml';
const FILES = [
  '.github/treadle.yml',
  '.github/treadle/workflows/hello.yml',
  '.github/workflows/treadle.yml',
  REVIEW,
];

let top: string;
let count = 0;
const before = { ...process.env };
beforeAll(() => {
  top = mkdtempSync(join(tmpdir(), 'treadle-init-'));
  Object.assign(process.env, {
    GIT_CONFIG_GLOBAL: join(top, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
  });
  makeSeeds();
});
afterAll(() => {
  process.env = before;
  rmSync(top, { recursive: true, force: true });
});

/** A clone of a remote that has one commit, or of an empty one. */
interface Clone {
  readonly folder: string;
  readonly remote: string;
  git(...args: readonly string[]): string;
  bare(...args: readonly string[]): string;
  write(path: string, text: string): void;
  read(path: string): string;
}

function gitIn(folder: string, args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

function clone(options: { readonly empty?: true } = {}): Clone {
  count += 1;
  const [folder, remote] = [join(top, `shop-${count}`), join(top, `remote-${count}.git`)];
  const seed = options.empty === true ? 'empty' : 'seed';
  cpSync(join(top, seed), folder, { recursive: true });
  cpSync(join(top, `${seed}.git`), remote, { recursive: true });
  const git = (...args: readonly string[]): string => gitIn(folder, args);
  git('remote', 'set-url', 'origin', remote);
  return {
    folder,
    remote,
    git,
    bare: (...args) => gitIn(remote, args),
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
  };
}

/** What clones are copies of: a repository with one commit, published or not. */
function makeSeeds(): void {
  for (const seed of ['empty', 'seed']) {
    const folder = join(top, seed);
    gitIn(top, ['init', '--quiet', '--bare', '--initial-branch=main', `${folder}.git`]);
    gitIn(top, ['init', '--quiet', '--initial-branch=main', folder]);
    writeFileSync(join(folder, 'README.md'), '# Shop\n');
    gitIn(folder, ['remote', 'add', 'origin', `${folder}.git`]);
    gitIn(folder, ['add', '--all']);
    gitIn(folder, ['commit', '--quiet', '--message=Begin']);
    if (seed === 'seed') gitIn(folder, ['push', '--quiet', '--set-upstream', 'origin', 'main']);
  }
}

interface Said {
  readonly out: string;
  readonly error: TreadleError | null;
  readonly json: Record<string, unknown>;
}

async function init(at: Clone, ...args: readonly string[]): Promise<Said> {
  let out = '';
  const say = (text: string): void => void (out += `${text}\n`);
  const terminal = {
    print: say,
    note: say,
    style: (_: unknown, text: string) => text,
    color: false,
    interactive: false,
  };
  const program = new Command();
  addInit(program, { terminal, finish: () => undefined });
  try {
    await program.parseAsync(['init', '--repo', at.folder, ...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof TreadleError)) throw error;
    return { out, error, json: {} };
  }
  return {
    out,
    error: null,
    json: args.includes('--json') ? (JSON.parse(out) as Record<string, unknown>) : {},
  };
}

describe('treadle init', () => {
  let at: Clone;
  beforeEach(() => {
    at = clone();
  });

  test('commits and publishes the files, and the review workflow on the state branch', async () => {
    const { error, out } = await init(at, '--action', ACTION, '--ceo', 'ada');
    expect(error).toBeNull();
    expect(at.bare('ls-tree', '-r', '--name-only', 'main').split('\n')).toEqual(
      [...FILES, 'README.md'].sort(),
    );
    expect(at.bare('ls-tree', '-r', '--name-only', 'treadle/state')).toBe(REVIEW);
    expect(at.bare('show', `treadle/state:${REVIEW}`)).toBe(at.read(REVIEW).trim());
    expect(at.bare('log', '--format=%an %s', 'treadle/state')).toBe('Ada Let reviews wake Treadle');
    expect(at.bare('log', '-1', '--format=%an %s', 'main')).toBe('Ada Set up Treadle');
    expect(at.git('status', '--porcelain')).toBe('');
    expect(at.git('branch', '--list', 'treadle/state'), 'no local branch is made').toBe('');
    expect(out).toMatch(/treadle doctor/);
  });

  test('writes settings and a workflow without a remark', async () => {
    await init(at, '--action', ACTION, '--ceo', 'ada');
    const [settings = '', hello = ''] = FILES;
    expect(readSettings({ path: settings, text: at.read(settings) })).toMatchObject({
      diagnostics: [],
      settings: { roles: { ceo: ['ada'] }, stateBranch: 'treadle/state' },
    });
    expect(compileWorkflow({ path: hello, text: at.read(hello) }).diagnostics).toEqual([]);
  });

  test('again changes nothing, and needs no --action', async () => {
    await init(at, '--action', ACTION);
    const refs = at.bare('for-each-ref');
    const { json } = await init(at, '--json');
    expect(json).toMatchObject({ version: 1, commit: null, state: { action: 'present' } });
    expect(at.bare('for-each-ref')).toBe(refs);
  });

  test('pins the commit that a tag stands for', async () => {
    const action = clone();
    action.git('tag', '--annotate', '--message=1.0', 'v1.0.0');
    action.git('push', '--quiet', 'origin', 'v1.0.0');
    writeFileSync(
      join(top, 'gitconfig'),
      `[url "${action.remote}"]\n\tinsteadOf = https://github.com/loom-dev/loom.git\n`,
    );
    expect((await init(at, '--action', 'loom-dev/loom@v1.0.0')).error).toBeNull();
    const commit = action.git('rev-parse', 'HEAD');
    expect(at.read('.github/workflows/treadle.yml')).toContain(`uses: loom-dev/loom@${commit} # v1.0.0\n`);
    expect((await init(at, '--action', 'loom-dev/loom@v9')).error).toMatchObject({ code: 'usage' });
  });

  test('an action of the repository itself is checked out first', async () => {
    await init(at, '--action', './');
    expect(at.read('.github/workflows/treadle.yml')).toMatch(
      /steps:\n {6}- uses: actions\/checkout@[0-9a-f]{40} # v\d\S*\n {8}with:\n {10}persist-credentials: false\n {6}- uses: \.\/\n/,
    );
    expect((await init(at, '--json')).json).toMatchObject({ commit: null });
  });

  test('adds agents, whose end wakes Treadle, and keeps them', async () => {
    await init(at, '--action', ACTION, '--agent', 'claude-code');
    expect(at.read('.github/workflows/treadle-claude-code.yml')).toContain(
      `uses: loom-dev/loom/report@${SHA} # v1.0.0`,
    );
    expect(at.read('.github/workflows/treadle.yml')).toContain(
      'workflows: [Treadle review, Claude Code agent]',
    );
    await init(at, '--agent', 'copilot', '--force');
    expect(at.read('.github/workflows/treadle.yml')).toContain(
      '[Treadle review, Claude Code agent, Copilot agent]',
    );
    expect((await init(at, '--json')).json).toMatchObject({ commit: null });
  });

  test('keeps settings that are there, and their state branch', async () => {
    at.write('.github/treadle.yml', 'roles: { ceo: [bea] }\nstate-branch: loom/state\n');
    at.git('add', '--all');
    at.git('commit', '--quiet', '--message=Settings');
    at.git('push', '--quiet');
    expect((await init(at, '--action', ACTION)).error).toBeNull();
    expect(at.read('.github/treadle.yml')).toMatch(/bea/);
    expect(at.bare('ls-tree', '-r', '--name-only', 'loom/state')).toBe(REVIEW);
    expect((await init(at, '--branch', 'other')).error).toMatchObject({ code: 'usage' });
  });

  test('another state branch stands in the settings it writes', async () => {
    await init(at, '--action', ACTION, '--branch', 'loom/state');
    expect(readSettings({ path: '', text: at.read('.github/treadle.yml') }).settings?.stateBranch).toBe(
      'loom/state',
    );
    expect((await init(at, '--json')).json).toMatchObject({ state: { action: 'present' } });
  });

  test('adds the file to a state branch that Treadle works on already', async () => {
    at.git('push', '--quiet', 'origin', 'main:refs/heads/treadle/state');
    await init(at, '--action', ACTION);
    expect(at.bare('log', '--format=%s', 'treadle/state')).toBe('Let reviews wake Treadle\nBegin');
    expect(at.bare('ls-tree', '-r', '--name-only', 'treadle/state').split('\n')).toEqual([
      REVIEW,
      'README.md',
    ]);
  });

  test('--no-push keeps everything here, without a remote too', async () => {
    at.git('remote', 'remove', 'origin');
    expect((await init(at, '--action', ACTION)).error).toMatchObject({ code: 'usage' });
    expect((await init(at, '--action', ACTION, '--no-push')).error).toBeNull();
    expect(at.git('ls-tree', '-r', '--name-only', 'treadle/state')).toBe(REVIEW);
    expect(at.bare('branch', '--list')).toBe('* main');
  });

  test('an empty remote gets the default branch first', async () => {
    const empty = clone({ empty: true });
    expect((await init(empty, '--action', ACTION)).error).toBeNull();
    expect(empty.bare('for-each-ref', '--format=%(refname)')).toBe(
      'refs/heads/main\nrefs/heads/treadle/state',
    );
  });

  test("a person's own unpublished commits are theirs to push", async () => {
    at.write('draft.md', 'Not yet.\n');
    at.git('add', '--all');
    at.git('commit', '--quiet', '--message=Draft');
    const { out, error } = await init(at, '--action', ACTION);
    expect(error).toBeNull();
    expect(out).toMatch(/push it yourself: git push origin main/);
    expect(at.bare('log', '--format=%s', 'main')).toBe('Begin');
    expect(at.bare('ls-tree', '-r', '--name-only', 'treadle/state')).toBe(REVIEW);
  });

  test('what was committed and not pushed is pushed by the next init', async () => {
    at.git('remote', 'rename', 'origin', 'away');
    await init(at, '--action', ACTION, '--no-push');
    at.git('remote', 'rename', 'away', 'origin');
    expect((await init(at)).error).toBeNull();
    expect(at.bare('log', '-1', '--format=%s', 'main')).toBe('Set up Treadle');
  });

  test('--dry-run says what it would do and does nothing', async () => {
    const { out } = await init(at, '--action', ACTION, '--dry-run');
    for (const file of FILES) expect(out).toContain(`write       ${file}`);
    expect(out.trimEnd().split('\n').at(-1)).toBe('nothing was done (--dry-run)');
    expect(out).not.toContain('nothing to commit');
    expect(at.git('status', '--porcelain')).toBe('');
    expect(at.bare('branch', '--list')).toBe('* main');
  });

  test.each<[name: string, args: readonly string[], prepare: (at: Clone) => void, code: string]>([
    ['no action', [], () => undefined, 'usage'],
    ['no action by its form', ['--action', 'loom'], () => undefined, 'usage'],
    ['an action outside the repository', ['--action', './../x'], () => undefined, 'usage'],
    ['an unknown agent', ['--action', ACTION, '--agent', 'hal'], () => undefined, 'usage'],
    ['no name of a branch', ['--action', ACTION, '--branch', '-x'], () => undefined, 'usage'],
    [
      'staged changes',
      ['--action', ACTION],
      (clone) => {
        clone.write('a.md', 'a');
        clone.git('add', 'a.md');
      },
      'index-dirty',
    ],
    [
      'a file that differs',
      ['--action', ACTION],
      (clone) => clone.write(REVIEW, 'name: Mine\n'),
      'files-differ',
    ],
    [
      'broken settings',
      ['--action', ACTION],
      (clone) => clone.write('.github/treadle.yml', 'rolls: {}\n'),
      'config-invalid',
    ],
    [
      'no checked-out branch',
      ['--action', ACTION],
      (clone) => clone.git('checkout', '--quiet', '--detach'),
      'repository-unborn',
    ],
  ])('refuses %s, and changes nothing', async (_, args, prepare, code) => {
    prepare(at);
    const status = at.git('status', '--porcelain', '--untracked-files=all');
    const { error } = await init(at, ...args);
    expect(error).toMatchObject({ code });
    expect(error?.remedy ?? 'none is needed').not.toBe('');
    expect(at.git('status', '--porcelain', '--untracked-files=all')).toBe(status);
    expect(at.bare('branch', '--list')).toBe('* main');
  });

  test('--force writes over what differs', async () => {
    at.write(REVIEW, 'name: Mine\n');
    expect((await init(at, '--action', ACTION, '--force')).error).toBeNull();
    expect(at.read(REVIEW)).toMatch(/^name: Treadle review$/m);
  });

  test('a refused push says what the remote said and what to do', async () => {
    const hook = join(at.remote, 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\necho "GH013: Repository rule violations found" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const { error } = await init(at, '--action', ACTION);
    expect(error).toMatchObject({ code: 'push-refused' });
    expect(error?.message).toMatch(/GH013/);
    expect(error?.remedy).toMatch(/pull request/);
    rmSync(hook);
    expect((await init(at)).error).toBeNull();
    expect(at.bare('ls-tree', '-r', '--name-only', 'treadle/state')).toBe(REVIEW);
  });

  test('--remove takes back what nobody changed, and tells of the rest', async () => {
    await init(at, '--action', ACTION, '--ceo', 'ada', '--agent', 'copilot');
    at.write(
      '.github/treadle/workflows/hello.yml',
      `${at.read('.github/treadle/workflows/hello.yml')}# Ours.\n`,
    );
    at.git('commit', '--quiet', '--all', '--message=Ours');
    at.git('push', '--quiet');
    const { out, error } = await init(at, '--remove');
    expect(error).toBeNull();
    expect(at.git('ls-files')).toBe('.github/treadle/workflows/hello.yml\nREADME.md');
    expect(at.bare('log', '-1', '--format=%s', 'main')).toBe('Remove Treadle');
    expect(out).toMatch(/treadle\/state was kept.*git push origin --delete treadle\/state/);
    expect(out).toMatch(/hello\.yml was changed, so it stays/);
    expect(at.bare('ls-tree', '-r', '--name-only', 'treadle/state')).toBe(REVIEW);
    expect((await init(at, '--remove', '--json')).json).toMatchObject({ commit: null });
  });
});
