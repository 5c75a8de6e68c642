import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { beforeAll, describe, expect, onTestFinished, vi } from 'vitest';

import { ensureBuilt } from '../cli/built-cli.ts';
import { scenario } from './scenario.ts';
import { openShop, type Script, type Shop } from './shop.ts';

interface IssueJson {
  readonly number: number;
  readonly state: 'open' | 'closed';
  readonly title: string;
  readonly body: string;
  readonly labels: readonly { readonly name: string }[];
}

const work = (body: string): string => `name: Work\non: workflow_dispatch\njobs:\n${body}`;

const PROPOSAL = work(`  propose:
    runs-on: backend-engineer
    prompt: Propose.
    outputs: { proposal: { required: true } }
  approve: { type: approval, needs: propose, runs-on: ceo, prompt: 'May it be so?', on-rejected: propose }
  apply: { needs: approve, runs-on: backend-engineer, prompt: Apply what was approved. }
`);

/** How often each attempt of a job was dispatched. */
async function turnsOf(shop: Shop, run: string, job: string): Promise<readonly number[]> {
  return (await (await shop.history()).job(run, job)).attempts.map(({ turns }) => turns.length);
}

async function expectClosed(shop: Shop, issue = 1): Promise<void> {
  expect((await shop.ask((ask) => ask<IssueJson>(`/issues/${issue}`))).state).toBe('closed');
}

beforeAll(ensureBuilt, 120_000);

describe('integration', () => {
  scenario('integration 1', 'a linear workflow runs to its end', async () => {
    const shop = openShop({ line: work('  task: { runs-on: backend-engineer, prompt: Do it. }\n') }, {});
    await shop.treadle(0, 'run', 'line', '--issue', 'Do it');
    const history = await shop.history();
    expect(await history.events('1-1')).toEqual(['run_started', 'report_received']);
    const { run } = await history.run('1-1');
    expect(run).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(Date.parse(run.completedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(run.createdAt));
    await expectClosed(shop);
    return shop.observe('1-1');
  });

  scenario('integration 2', 'an investigation is dispatched again until it is done', async () => {
    const hunt = `name: Hunt
on: { issues: { types: [opened], labels: [hunt] } }
jobs:
  investigate:
    runs-on: backend-engineer
    max-turns: 5
    prompt: Find the cause.
    outputs: { proposal: { required: true } }
  approve: { type: approval, needs: investigate, runs-on: ceo, prompt: 'May it be so?' }
`;
    const more = { outcome: 'continue' } as const;
    const script: Script = { investigate: [more, more, { outputs: { proposal: 'Mend line 3' } }] };
    const shop = openShop({ hunt }, script);
    await shop.serve(async (ask) => {
      await ask('/issues', { method: 'POST', body: { title: 'It breaks', labels: ['hunt'] } });
      // The proposal is there for the CEO as soon as the investigation is complete.
      await vi.waitUntil(async () => (await ask<readonly unknown[]>('/pulls')).length === 1, {
        timeout: 60_000,
        interval: 100,
      });
    });
    const [attempt, ...others] = (await (await shop.history()).job('1-1', 'investigate')).attempts;
    expect(others).toEqual([]);
    expect(attempt?.turns.map(({ outcome }) => outcome)).toEqual(['continue', 'continue', 'success']);
    // Nothing holds the next turn back: it is dispatched by the transition that ends the last one.
    const [first, second, third] = attempt?.turns ?? [];
    expect([second?.dispatchedAt, third?.dispatchedAt]).toEqual([first?.endedAt, second?.endedAt]);
    return shop.observe('1-1');
  });

  scenario('integration 3', 'the CEO rejects with feedback, then approves', async () => {
    const script: Script = { propose: [{ outputs: { proposal: 'After hearing {feedback}' } }] };
    const shop = openShop({ ask: PROPOSAL }, script);
    await shop.treadle(3, 'run', 'ask', '--issue', 'May I?');
    expect(await turnsOf(shop, '1-1', 'approve')).toEqual([0]);
    expect((await (await shop.history()).run('1-1')).run.jobs['apply']).toMatchObject({ status: 'queued' });
    await shop.treadle(3, 'reject', '1-1', '--reason', 'make it smaller');
    const { outputs } = await (await shop.history()).job('1-1', 'propose');
    expect(outputs['proposal']).toBe('After hearing make it smaller');
    await shop.treadle(0, 'approve', '1-1');
    expect(await turnsOf(shop, '1-1', 'propose')).toEqual([1, 1]);
    expect(await turnsOf(shop, '1-1', 'apply')).toEqual([1]);
    await expectClosed(shop);
    return shop.observe('1-1');
  });

  scenario('integration 4', 'a failure is tried again, and what was tried is kept', async () => {
    const flaky = work(
      '  flaky: { runs-on: backend-engineer, max-attempts: 3, retry-delay: 1s, prompt: Try. }\n',
    );
    const failed = { outcome: 'failure', summary: 'the disk is full' } as const;
    const shop = openShop({ flaky }, { flaky: [failed, failed, {}] });
    await shop.treadle(0, 'run', 'flaky', '--issue', 'Try');
    const { attempts } = await (await shop.history()).job('1-1', 'flaky');
    expect(attempts.map(({ number, outcome }) => `${number} ${outcome}`)).toEqual([
      '1 failure',
      '2 failure',
      '3 success',
    ]);
    const times = attempts.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt ?? '']);
    expect(times.every((time) => time !== '')).toBe(true);
    expect(times.toSorted()).toEqual(times);
    return shop.observe('1-1');
  });

  scenario('integration 5', 'three failures are escalated; the CEO lets it go on, or ends it', async () => {
    const stuck = work(`  try: { runs-on: backend-engineer, prompt: Try. }
  after: { needs: try, runs-on: qa-engineer, prompt: Go on. }
`);
    const failed = { outcome: 'failure', summary: 'the disk is full' } as const;
    const shop = openShop({ stuck }, { try: [failed] });
    await shop.treadle(3, 'run', 'stuck', '--issue', 'Mend the printer');
    const beads = await shop.ask((ask) => ask<readonly IssueJson[]>('/issues?labels=treadle:ceo&state=all'));
    expect(beads).toHaveLength(1);
    expect(beads[0]?.labels.map(({ name }) => name)).toContain('P0');
    for (const said of ['#1', 'the disk is full', 'attempt 1', 'attempt 2', 'attempt 3', 'What could help'])
      expect(beads[0]?.body.toLowerCase()).toContain(said.toLowerCase());
    await shop.treadle(0, 'approve', '1-1', '--reason', 'the disk was replaced');
    expect(await turnsOf(shop, '1-1', 'after')).toEqual([1]);
    await expectClosed(shop);
    await expectClosed(shop, beads[0]?.number);

    const { stdout } = await shop.treadle(3, 'run', 'stuck', '--issue', 'Mend the scanner', '--json');
    const second = /"id": "([\d-]+)"/.exec(stdout)?.[1] ?? '';
    await shop.treadle(1, 'reject', second, '--reason', 'we buy a new one');
    expect((await (await shop.history()).run(second)).run).toMatchObject({ status: 'completed' });
    await expectClosed(shop, Number(second.split('-')[0]));
    return shop.observe('1-1', second);
  });

  scenario('integration 6', 'three changes reach the base branch at once, one after the other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'treadle-gather-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const fix = `name: Fix
on: { issues: { types: [opened], labels: [fix] } }
jobs:
  fix:
    runs-on: backend-engineer
    prompt: Fix it.
    outputs: { pull-request: { required: true } }
  commit: { type: commit, needs: fix, runs-on: engineering-manager, pull-request: '\${{ needs.fix.outputs.pull-request }}', on-failure: fix }
  verify: { type: verify, needs: commit, runs-on: qa-engineer, prompt: Look., on-failure: fix }
`;
    const script: Script = {
      fix: [{ change: { file: 'dishes.d/{issue}.txt', to: 'salad 2\n' } }],
      // Nobody agrees before everybody was asked: so all three wait for the base branch together.
      commit: [{ gather: { folder, count: 3 } }],
    };
    const shop = openShop({ fix }, script);
    await shop.serve(async (ask) => {
      for (const title of ['One', 'Two', 'Three'])
        await ask('/issues', { method: 'POST', body: { title, labels: ['fix'] } });
      const closed = async (): Promise<number> =>
        (await ask<readonly IssueJson[]>('/issues?state=closed')).filter(({ title }) =>
          ['One', 'Two', 'Three'].includes(title),
        ).length;
      await vi.waitUntil(async () => (await closed()) === 3, { timeout: 120_000, interval: 200 });
    });
    const history = await shop.history();
    const types = await history.events();
    expect(types.filter((type) => type === 'merge_refused')).toEqual([]);
    expect(types.filter((type) => type === 'pull_request_merged')).toHaveLength(3);
    expect(shop.repository.git('ls-tree', '--name-only', 'main', 'dishes.d/').split('\n')).toHaveLength(3);
    return shop.observe('1-1', '2-1', '3-1');
  });

  scenario('integration 7', 'each job goes to its role, and a role nobody holds to the CEO', async () => {
    const roles = work(`  investigate: { runs-on: qa-engineer, prompt: Look. }
  fix: { needs: investigate, runs-on: backend-engineer, prompt: Fix., outputs: { pull-request: { required: true } } }
  commit: { type: commit, needs: fix, runs-on: engineering-manager, pull-request: '\${{ needs.fix.outputs.pull-request }}' }
  verify: { type: verify, needs: commit, runs-on: qa-engineer, prompt: Look again. }
`);
    const script: Script = { fix: [{ change: { file: 'menu.txt', from: 'soup 3', to: 'soup 4' } }] };
    const lonely = work('  deploy: { runs-on: devops-engineer, prompt: Deploy. }\n');
    const shop = openShop({ roles, lonely }, script);
    await shop.treadle(0, 'run', 'roles', '--issue', 'Soup is dearer now');
    const { jobs } = await (await shop.history()).run('1-1');
    const done = Object.values(jobs).map(
      ({ id, attempts }) => `${id}: ${attempts[0]?.turns[0]?.assignee.login}`,
    );
    expect(done.toSorted()).toEqual([
      'commit: emery-bot',
      'fix: blake-bot',
      'investigate: quinn-bot',
      'verify: quinn-bot',
    ]);
    expect(shop.repository.git('show', 'main:menu.txt')).toContain('soup 4');

    const { stdout } = await shop.treadle(3, 'run', 'lonely', '--issue', 'Deploy it', '--json');
    const second = /"id": "([\d-]+)"/.exec(stdout)?.[1] ?? '';
    const { escalation } = await (await shop.history()).job(second, 'deploy');
    expect(escalation?.reason).toMatch(/nobody holds the role/i);
    // Who merges and who verifies is not for a workflow to say.
    shop.repository.write({
      'wrong.yml': roles.replace('runs-on: engineering-manager', 'runs-on: backend-engineer'),
    });
    const { stdout: said } = await shop.treadle(2, 'lint', 'wrong.yml');
    expect(said).toContain('commit job runs on');
    return shop.observe('1-1', second);
  });
});
