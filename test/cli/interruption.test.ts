import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { ensureBuilt, startTreadle, treadle, treadleJson } from './built-cli.ts';
import { withServer } from './local-server.ts';
import { processesIn } from './processes.ts';
import { bareOf, gitIn, repositoryWith, type Files, type TestRepository } from './repository.ts';
import { answer, GREETING, smallTeam } from './team.ts';

interface StatusJson {
  readonly runs: readonly { readonly id: string; readonly status: string; readonly conclusion: string }[];
}

beforeAll(ensureBuilt, 120_000);

let repository: TestRepository;
/** What agents leave behind for the test, out of the repository. */
const note = (name: string): string => join(dirname(repository.folder), name);
const seen = (path: string): Promise<unknown> =>
  vi.waitUntil(() => existsSync(path), { timeout: 30_000, interval: 25 });
/** The first time it comes by, a script stays there for ever. */
const hangOnce = (name: string): string =>
  `if mkdir ../../../../../${name} 2>/dev/null; then sleep 600; exit 9; fi\n`;

/** Notes lie beside the repository, five folders above a workspace. */
function makeRepository(files: Files): void {
  repository = repositoryWith(files);
}

afterEach(() => repository.remove());

describe('a run that is killed', () => {
  it('is gone on with to the same end, and nothing is done twice', async () => {
    const worker = GREETING['tools/worker.sh']?.replace('  branch=', `  ${hangOnce('began')}  branch=`) ?? '';
    makeRepository({ ...GREETING, 'tools/worker.sh': worker });
    const first = startTreadle(['run', 'greeting', '--issue', 'Say hello', '--yes'], {
      cwd: repository.folder,
    });
    await seen(note('began'));
    first.child.kill('SIGKILL');
    expect((await first.ended).signal).toBe('SIGKILL');

    const second = startTreadle(['advance'], { cwd: repository.folder });
    await second.says('land → merge');
    second.child.kill('SIGKILL');
    await second.ended;

    const last = await treadle(['advance'], { cwd: repository.folder });
    expect(last).toMatchObject({ code: 0 });
    const { runs } = await treadleJson<StatusJson>(['status', '--all'], { cwd: repository.folder });
    expect(runs).toMatchObject([{ id: '1-1', status: 'completed', conclusion: 'success' }]);
    expect(repository.git('show', 'main:hello.txt')).toBe('hello');
    expect(repository.git('log', '--merges', '--format=%s', 'main')).toBe('Merge #3 for #1');
    expect(processesIn(repository.folder)).toEqual([]);
    expect(gitIn(bareOf(repository), 'fsck', '--strict', '--no-dangling')).toBe('');

    await withServer(repository, async (ask) => {
      const issue = await ask<{ readonly state: string }>('/issues/1');
      expect(issue.state).toBe('closed');
      // One status comment, whatever happened; the decision and the change, each once.
      expect(await ask<unknown[]>('/issues/1/comments')).toHaveLength(1);
      expect(await ask<unknown[]>('/pulls?state=all')).toHaveLength(2);
      expect(await ask<unknown[]>('/issues?state=all&labels=treadle:ceo')).toHaveLength(0);
    });
  }, 90_000);
});

describe('Ctrl-C', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s ends the run and its programs in order',
    async (signal) => {
      makeRepository(
        smallTeam(
          '  work: { runs-on: backend-engineer, prompt: Work. }\n',
          hangOnce('began') + answer('success'),
        ),
      );
      const running = startTreadle(['run', 'small', '--issue', 'A bead'], { cwd: repository.folder });
      await seen(note('began'));
      running.child.kill(signal);
      const ended = await running.ended;
      expect(ended).toMatchObject({ code: 130, signal: null });
      expect(ended.stderr).toContain('Nothing was lost. Go on with: treadle advance');
      expect(processesIn(repository.folder)).toEqual([]);
      expect(readdirSync(join(repository.folder, '.git/treadle/work'))).toEqual([]);

      // The turn was not lost: it is given out again, and counts as the same attempt.
      expect(await treadle(['advance'], { cwd: repository.folder })).toMatchObject({ code: 0 });
      const { runs } = await treadleJson<StatusJson>(['status', '--all'], { cwd: repository.folder });
      expect(runs).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
    },
    60_000,
  );
});

describe('two runs at the same time in one repository', () => {
  it('both come to their end', async () => {
    makeRepository(
      smallTeam(
        '  work: { runs-on: backend-engineer, prompt: Work. }\n  more: { needs: work, runs-on: backend-engineer, prompt: More. }\n',
        answer('success'),
      ),
    );
    const options = { cwd: repository.folder };
    const both = await Promise.all([
      treadle(['run', 'small', '--issue', 'One'], options),
      treadle(['run', 'small', '--issue', 'Two'], options),
    ]);
    expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(both.map(({ stderr }) => stderr).join('')).toMatch(/treadle run \(process \d+\) is at work/);
    const { runs } = await treadleJson<StatusJson>(['status', '--all'], options);
    expect(runs.map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
    const dispatches = repository.git('log', '--format=%s', 'treadle/state').split('\n');
    expect(dispatches.filter((subject) => subject.includes('more → end (success)'))).toHaveLength(2);
    expect(gitIn(bareOf(repository), 'fsck', '--strict', '--no-dangling')).toBe('');
  }, 60_000);
});
