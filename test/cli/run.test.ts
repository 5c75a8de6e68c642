import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ensureBuilt, treadle, treadleJson, type Ended } from './built-cli.ts';
import { bareOf, gitIn, repositoryWith, type TestRepository } from './repository.ts';
import { GREETING } from './team.ts';

interface RunJson {
  readonly run: {
    readonly status: string;
    readonly conclusion: string;
    readonly jobs: Record<string, { phase: string }>;
  };
}

describe('treadle run in a repository of somebody else', () => {
  let repository: TestRepository;
  let ended: Ended;

  beforeAll(async () => {
    await ensureBuilt();
    repository = repositoryWith(GREETING);
    ended = await treadle(['run', 'greeting', '--issue', 'Say hello', '--yes', '--input', 'who=you'], {
      cwd: repository.folder,
    });
  }, 120_000);
  afterAll(() => repository.remove());

  it('ends with exit code 0', () => {
    expect(ended).toMatchObject({ code: 0, stdout: '' });
    expect(ended.stderr).toContain('Completed: success. 9 of 9 jobs done');
  });

  it('brings the base branch forward in the working repository', () => {
    expect(repository.git('show', 'main:hello.txt')).toBe('hello');
    expect(repository.git('status', '--porcelain')).toBe('');
    expect(repository.git('log', '-1', '--format=%s', 'main')).toBe('Merge #3 for #1');
  });

  it('brings the state branch, the same as the one it worked on', () => {
    const tip = repository.git('rev-parse', 'treadle/state');
    expect(gitIn(bareOf(repository), 'rev-parse', 'treadle/state')).toBe(tip);
  });

  it.each(['working repository', "server's repository"])('leaves a sound %s', (which) => {
    const folder = which === 'working repository' ? repository.folder : bareOf(repository);
    expect(gitIn(folder, 'fsck', '--strict', '--no-dangling')).toBe('');
  });

  it('tells the story in the subjects of the state branch', () => {
    const subjects = repository.git('log', '--first-parent', '--reverse', '--format=%s', 'treadle/state');
    const story = subjects.split('\n').filter((subject) => subject.includes('→'));
    expect(story).toEqual([
      '#1 greeting: start → plan',
      '#1 greeting: plan → shout, approve (success)',
      '#1 greeting: approve → write (approved)',
      '#1 greeting: write → land (success)',
      '#1 greeting: land → checks (success)',
      '#1 greeting: land → merge (checks passed)',
      '#1 greeting: land → check (merged)',
      '#1 greeting: check → end (success)',
    ]);
  });

  it('shows the approval as a merge of what was reviewed', () => {
    const merges = repository.git('log', '--merges', '--format=%an', '--first-parent', 'treadle/state');
    expect(merges).toBe('boss');
  });

  it('ends with the jobs of the branch that was taken, and closes the bead', async () => {
    const { run } = await treadleJson<RunJson>(['show', '1'], { cwd: repository.folder });
    expect(run).toMatchObject({ status: 'completed', conclusion: 'success' });
    const phases = Object.fromEntries(Object.entries(run.jobs).map(([job, { phase }]) => [job, phase]));
    expect(phases).toMatchObject({
      choose: 'success',
      shout: 'success',
      whisper: 'skipped',
      check: 'success',
    });
    const log = repository.git('log', '--format=%s', 'treadle/state');
    expect(log).toContain('#1 greeting: bead closed');
  });

  it('leaves no server and no workspace behind', () => {
    const data = join(repository.folder, '.git/treadle');
    expect(readdirSync(join(data, 'work'))).toEqual([]);
    expect(existsSync(join(data, 'server/server.json'))).toBe(false);
    expect(existsSync(join(data, 'runner.json'))).toBe(false);
  });
});
