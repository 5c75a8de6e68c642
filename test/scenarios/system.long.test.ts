import { execFileSync } from 'node:child_process';

import { beforeAll, describe, expect, vi } from 'vitest';

import { ensureBuilt, testEnvironment } from '../cli/built-cli.ts';
import { scenario } from './scenario.ts';
import { issueOf, openProject, openShop, type Script, type Shop } from './shop.ts';

interface IssueJson {
  readonly number: number;
  readonly state: 'open' | 'closed';
}

/** Whether the project's own tests pass on its base branch. */
function testsPass({ repository }: Shop): boolean {
  try {
    execFileSync(process.execPath, ['--test'], {
      cwd: repository.folder,
      env: testEnvironment(),
      stdio: 'pipe',
    });
    return true;
  } catch {
    return false;
  }
}

beforeAll(ensureBuilt, 120_000);

describe('system', () => {
  scenario('system 1', 'an investigation over several turns ends in a proposal for the CEO', async () => {
    const shop = openProject(1);
    const { title, body } = issueOf(1);
    await shop.treadle(3, 'run', 'bug', '--issue', title, '--body', body);
    const history = await shop.history();
    const { attempts, outputs } = await history.job('1-1', 'investigate');
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['success']);
    const turns = attempts[0]?.turns ?? [];
    expect(turns.length).toBeGreaterThan(2);
    expect(turns.slice(0, -1).every(({ outcome }) => outcome === 'continue')).toBe(true);
    // What the CEO is asked is the proposal itself: a patch of what the investigation found.
    const pulls = await shop.ask((ask) =>
      ask<readonly { readonly base: { readonly ref: string } }[]>('/pulls'),
    );
    expect(pulls.map(({ base }) => base.ref)).toEqual(['treadle/state']);
    expect(outputs['proposal']).toMatch(/^[-+]{3} [ab]\//m);
    return shop.observe('1-1');
  });

  scenario('system 2', 'a filed bug is mended, merged, verified and closed', async () => {
    const shop = openProject(2);
    expect(testsPass(shop)).toBe(false);
    await shop.serve(async (ask) => {
      await ask('/issues', { method: 'POST', body: { ...issueOf(2), labels: ['bug'] } });
      const pull = await vi.waitUntil(
        async () => {
          const open =
            await ask<readonly { readonly number: number; readonly base: { readonly ref: string } }[]>(
              '/pulls',
            );
          return open.find(({ base }) => base.ref === 'treadle/state');
        },
        { timeout: 120_000, interval: 100 },
      );
      await ask(`/pulls/${pull.number}/reviews`, { method: 'POST', body: { event: 'APPROVE' } });
      await vi.waitUntil(async () => (await ask<readonly IssueJson[]>('/issues?state=open')).length === 0, {
        timeout: 120_000,
        interval: 100,
      });
    });
    expect(testsPass(shop)).toBe(true);
    const { run } = await (await shop.history()).run('1-1');
    expect(run.conclusion).toBe('success');
    expect(shop.repository.git('log', '--format=%an', '--no-merges', '-1', 'main')).toBe('blake-bot');
    return shop.observe('1-1');
  });

  scenario(
    'system 3',
    'a bug nobody can mend: the CEO closes it, mends it by hand, or has it tried again',
    async () => {
      const failed = { outcome: 'failure', summary: 'I see no cause' } as const;
      const found = { outputs: { 'root-cause': 'the price', proposal: 'Make it 4' } };
      const script: Script = {
        triage: [{ outputs: { specialist: 'backend-engineer' } }],
        investigate: [failed, failed, failed, found],
        fix: [{ change: { file: 'menu.txt', from: 'soup 5', to: 'soup 4' } }],
        verify: [{ expect: { file: 'menu.txt', text: 'soup' } }],
      };
      const shop = openShop({}, script, { 'menu.txt': 'soup 5\n' });
      const file = async (title: string): Promise<string> => {
        const { stdout } = await shop.treadle(3, 'run', 'bug', '--issue', title, '--json');
        return /"id": "([\d-]+)"/.exec(stdout)?.[1] ?? '';
      };
      const stateOf = (run: string): Promise<string> =>
        shop.ask(async (ask) => (await ask<IssueJson>(`/issues/${run.split('-')[0]}`)).state);

      const closed = await file('Soup is cold');
      const { attempts, escalation } = await (await shop.history()).job(closed, 'investigate');
      expect(attempts.map(({ outcome, reason }) => `${outcome}: ${reason}`)).toEqual(
        Array<string>(3).fill('failure: I see no cause'),
      );
      expect(escalation).not.toBeNull();
      await shop.treadle(1, 'close', closed, '--reason', 'it is meant to be');
      expect(await stateOf(closed)).toBe('closed');

      const byHand = await file('Bread is missing');
      shop.repository.commit('Add bread', { 'menu.txt': 'soup 5\nbread 1\n' });
      await shop.treadle(0, 'goto', byHand, 'verify', '--reason', 'I added it myself');
      expect(await stateOf(byHand)).toBe('closed');

      const again = await file('Soup is too dear');
      await shop.treadle(3, 'retry', again, '--reason', 'look at the price');
      await shop.treadle(0, 'approve', again);
      expect(await stateOf(again)).toBe('closed');
      expect(shop.repository.git('show', 'main:menu.txt')).toBe('soup 4\nbread 1');
      return shop.observe(closed, byHand, again);
    },
  );
});
