import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { beforeAll, describe, it, vi, type TestContext } from 'vitest';

import { ensureBuilt, startTreadle, treadle, treadleJson } from './built-cli.ts';
import { withServer } from './local-server.ts';
import { processesIn } from './processes.ts';
import { bareOf, gitIn, repositoryWith, type Files, type TestRepository } from './repository.ts';
import { answer, GREETING, smallTeam } from './team.ts';

interface StatusJson {
  readonly runs: readonly { readonly id: string; readonly status: string; readonly conclusion: string }[];
}

beforeAll(ensureBuilt, 120_000);

/** A repository for one test, and what its agents leave behind for that, beside it. */
function repositoryFor(
  { onTestFinished }: TestContext,
  files: Files,
): { repository: TestRepository; began: string } {
  const repository = repositoryWith(files);
  onTestFinished(() => repository.remove());
  return { repository, began: join(dirname(repository.folder), 'began') };
}

const seen = (path: string): Promise<unknown> =>
  vi.waitUntil(() => existsSync(path), { timeout: 30_000, interval: 25 });

/** The first time it comes by, a script stays there for ever. Its workspace is five folders below the place for notes. */
const HANG_ONCE = `if mkdir ../../../../../began 2>/dev/null; then sleep 600; exit 9; fi\n`;

describe('a run that is killed', () => {
  it.concurrent(
    'is gone on with to the same end, and nothing is done twice',
    async (context) => {
      const { expect } = context;
      const worker = GREETING['tools/worker.sh']?.replace('  branch=', `  ${HANG_ONCE}  branch=`) ?? '';
      const { repository, began } = repositoryFor(context, { ...GREETING, 'tools/worker.sh': worker });
      const first = startTreadle(['run', 'greeting', '--issue', 'Say hello', '--yes'], {
        cwd: repository.folder,
      });
      await seen(began);
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
    },
    90_000,
  );
});

describe('Ctrl-C', () => {
  const files = smallTeam(
    '  work: { runs-on: backend-engineer, prompt: Work. }\n',
    HANG_ONCE + answer('success'),
  );

  it.concurrent.for(['SIGINT', 'SIGTERM'] as const)(
    '%s ends the run and its programs in order',
    { timeout: 120_000 },
    async (signal, context) => {
      const { expect } = context;
      const { repository, began } = repositoryFor(context, files);
      const running = startTreadle(['run', 'small', '--issue', 'A bead'], { cwd: repository.folder });
      await seen(began);
      running.child.kill(signal);
      const ended = await running.ended;
      expect(ended).toMatchObject({ code: 130, signal: null });
      expect(ended.stderr).toContain('Nothing was lost. Go on with: treadle advance');
      expect(processesIn(repository.folder)).toEqual([]);
      expect(readdirSync(join(repository.folder, '.git/treadle/work'))).toEqual([]);
      if (signal === 'SIGTERM') return;

      // The turn was not lost: it is given out again, and counts as the same attempt.
      expect(await treadle(['advance'], { cwd: repository.folder })).toMatchObject({ code: 0 });
      const { runs } = await treadleJson<StatusJson>(['status', '--all'], { cwd: repository.folder });
      expect(runs).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
    },
  );
});

describe('two runs at the same time in one repository', () => {
  it.concurrent(
    'both come to their end',
    async (context) => {
      const { expect } = context;
      const { repository } = repositoryFor(
        context,
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
    },
    60_000,
  );
});
