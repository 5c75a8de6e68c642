import { expect } from 'vitest';

import type { Host, World } from '../world.ts';
import { coldWake } from './cold-wake.ts';
import { playSteps } from './steps.ts';
import { dispatchWorkflows, openGates } from './waiting.ts';
import { AGENT, CI, CODE, ELSEWHERE, GATED, LEGS } from './workflows.ts';

/** What a wake may cost, requests of git included. */
const IDLE = 6;
const STEP = 14;

const ROLES = `roles:
  ceo: [ada]
  engineering-manager: [emma]
  qa-engineer: [quinn]
  backend-engineer: [blake]
  web-designer: [casey]
`;

/**
 * Proves what a wake may cost while so many gates are open and so many workflow runs are awaited, each wake on its own, as the
 * Action makes it.
 *
 * @returns what each wake made of requests, by what it did
 */
export async function proveBudget(
  host: Host,
  waiting: { readonly gates: number; readonly workflowRuns: number },
): Promise<Readonly<Record<string, number>>> {
  const world = await host.newWorld({
    workflows: { fix: GATED, code: CODE, legs: LEGS, elsewhere: ELSEWHERE },
    roles: ROLES,
    settings: 'escalation-reminder-hours: 1\nagents:\n  casey: { dispatch: workflow, workflow: agent.yml }\n',
    files: { '.github/workflows/agent.yml': AGENT, '.github/workflows/ci.yml': CI },
  });
  await (await world.runner()).wake();
  const pulls = await openGates(world, waiting.gates);
  await dispatchWorkflows(world, waiting.workflowRuns);
  world.clock.later(60 * 60);
  // Moves the cursor past what was listed for them.
  await coldWake(world);
  const costs: Record<string, number> = {};
  const count = async (name: string, most: number, isToldOfFailure = false): Promise<number> => {
    const { sent, remarks } = await coldWake(world, isToldOfFailure);
    costs[name] = sent.length;
    expect(sent.length, `${name}: ${remarks}\n${sent.join('\n')}`).toBeLessThanOrEqual(most);
    return sent.filter((request) => request.includes('git-receive-pack')).length;
  };
  await proveIdle(world, count, pulls[0] ?? 0);
  await playSteps(world, host, async (name, { steps = 1, isToldOfFailure = false } = {}) => {
    expect(await count(name, steps * STEP, isToldOfFailure), name).toBeGreaterThan(0);
    expect(await count('nothing after it', IDLE), `after: ${name}`).toBe(0);
  });
  world.clock.later(60 * 60);
  expect(await count('nothing again', IDLE)).toBe(0);
  return costs;
}

/** A wake with nothing to do; the second one after an answer that does not count is such a wake, too. */
async function proveIdle(
  world: World,
  count: (name: string, most: number) => Promise<number>,
  pull: number,
): Promise<void> {
  expect(await count('nothing', IDLE)).toBe(0);
  await world.review('cleo', pull, 'approve');
  expect(await count('an answer is found not to count', STEP)).toBe(1);
  world.clock.later(60 * 60);
  expect(await count('it stands', IDLE)).toBe(0);
  expect(await count('it still stands', IDLE)).toBe(0);
}
