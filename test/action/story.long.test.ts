import { afterAll, describe, expect, it } from 'vitest';

import { openActionTeam, STATE_BRANCH, type ActionTeam, type Wake } from './team.ts';

/** Whether an event reaches the repository's workflow; where it does not, only the schedule wakes it. */
type Delivery = (nth: number) => boolean;

const STORIES: readonly [name: string, token: 'app' | 'default', delivered: Delivery][] = [
  ['each by its event', 'app', () => true],
  ['every second event lost, the schedule wakes', 'app', (nth) => nth % 2 === 0],
  ['under the default token', 'default', () => true],
];

describe.each(STORIES)('a bug becomes a closed bug by steps of the Action, %s', (_name, token, delivered) => {
  let team: ActionTeam | null = null;
  afterAll(() => team?.dispose());

  it('from its report to its verified fix', async () => {
    team = await openActionTeam(token);
    const { at, as } = team;
    let nth = 0;
    const wakes: Wake[] = [];
    const wakeBy = async (event: string, action: string, over: Record<string, unknown>): Promise<Wake> => {
      nth += 1;
      const here = team as ActionTeam;
      const woken = delivered(nth) ? await here.wake(event, action, over) : await here.wake('schedule');
      wakes.push(woken);
      return woken;
    };
    // The first wake begins the state: what was there before counts for nothing.
    await team.wake('schedule');

    const filed = await as('cleo').issues.create({
      ...at,
      title: 'Total is off by one',
      body: '3 + 4 gives 8',
    });
    const issue = filed.data.number;
    await as('ada').issues.addLabels({ ...at, issue_number: issue, labels: ['bug'] });
    const started = await wakeBy('issues', 'labeled', { issue: { number: issue } });
    expect(started.outputs['advanced']).toBe('true');
    expect(started.summary).toContain('```mermaid');
    const answer = async (person: 'quinn' | 'blake' | 'emma', ...lines: string[]): Promise<Wake> => {
      const last = (await (team as ActionTeam).comments(issue)).findLast(({ body }) => body.includes('@'));
      expect(last?.body).toContain(`@${person}`);
      await (team as ActionTeam).report(person, issue, lines);
      return wakeBy('issue_comment', 'created', { issue: { number: issue } });
    };

    await answer('quinn', 'outcome: success', 'outputs: { specialist: backend-engineer }');
    await answer('blake', 'outcome: continue', 'summary: I look at the sum next');
    await answer('blake', 'outcome: continue', 'summary: The loop runs once too often');
    await answer(
      'blake',
      'outcome: success',
      'outputs: { root-cause: "the loop", proposal: "stop earlier" }',
    );

    const pull = await team.decisionPull();
    await as('ada').pulls.createReview({ ...at, pull_number: pull, event: 'APPROVE', body: 'Go on.' });
    await wakeBy('workflow_run', 'completed', {});
    const fix = await team.openPull('blake', 'fix-total', 'src/total.txt', 'right\n');
    await answer('blake', 'outcome: success', `outputs: { pull-request: "${fix}" }`);
    await answer('emma', 'outcome: success');
    await answer('quinn', 'outcome: success', 'summary: 3 + 4 gives 7');

    expect((await as('ada').issues.get({ ...at, issue_number: issue })).data.state).toBe('closed');
    expect(await team.git('show', 'main:src/total.txt')).toBe('right');
    const { data: merged } = await as('ada').pulls.get({ ...at, pull_number: fix });
    expect(merged.merged).toBe(true);
    const { data: decision } = await as('ada').pulls.get({ ...at, pull_number: pull });
    expect(decision.merged).toBe(true);
    const subjects = await team.git('log', '--format=%an: %s', '--first-parent', '--reverse', STATE_BRANCH);
    expect(subjects.split('\n').filter((line) => !line.startsWith('treadle: '))).toEqual([
      'cleo: #1 bug: start → triage',
      'quinn: #1 bug: triage → investigate (success)',
      'blake: #1 bug: investigate (continue, turn 1)',
      'blake: #1 bug: investigate (continue, turn 2)',
      'blake: #1 bug: investigate → approve (success)',
      'ada: #1 bug: approve → fix (approved)',
      'blake: #1 bug: fix → commit (success)',
      'emma: #1 bug: commit → checks (success)',
      'quinn: #1 bug: verify → end (success)',
    ]);
    await team.git('fsck', '--strict');

    // What a wake costs, which is what a token's rate limit is spent on.
    const idle = await team.wake('schedule');
    expect(idle.outputs['advanced']).toBe('false');
    expect.soft(idle.requests.length, idle.requests.join('\n')).toBeLessThanOrEqual(6);
    for (const { requests, log } of wakes) {
      expect.soft(requests.length, `${log}\n${requests.join('\n')}`).toBeLessThanOrEqual(14);
    }
  }, 240_000);
});
