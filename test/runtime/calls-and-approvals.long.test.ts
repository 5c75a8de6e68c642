/** What a merge rests on, where the approvals lie in other runs of the bead: those that call and those that were called. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { openHost, type Host, type World } from './world.ts';

const PHASE = `on:
  workflow_call:
    outputs: { pull-request: { value: "\${{ jobs.mend.outputs.pull-request }}" } }
jobs:
  mend:
    runs-on: backend-engineer
    prompt: Mend it.
    outputs: { pull-request: { required: true } }
  ok:
    type: approval
    needs: mend
    runs-on: ceo
    pull-request: "\${{ needs.mend.outputs.pull-request }}"
    on-rejected: mend
`;
/** The approval lies in the run that was called, and is over when its caller merges. */
const CALLER_MERGES = `name: Caller merges
on: { issues: { labels: [bug] } }
jobs:
  phase: { uses: ./.github/treadle/workflows/phase.yml }
  merge:
    type: commit
    needs: phase
    runs-on: engineering-manager
    pull-request: "\${{ needs.phase.outputs.pull-request }}"
  verify: { type: verify, needs: merge, runs-on: qa-engineer, prompt: Try it. }
`;
const DELIVERY = `on:
  workflow_call:
    inputs: { pull-request: { type: string, required: true } }
jobs:
  merge:
    type: commit
    runs-on: engineering-manager
    pull-request: "\${{ inputs.pull-request }}"
  verify: { type: verify, needs: merge, runs-on: qa-engineer, prompt: Try it. }
`;
/** The approval lies in the run that calls, and the one that is called merges. */
const CALLED_MERGES = `name: Called merges
on: { issues: { labels: [bug] } }
jobs:
  mend:
    runs-on: backend-engineer
    prompt: Mend it.
    outputs: { pull-request: { required: true } }
  ok:
    type: approval
    needs: mend
    runs-on: ceo
    pull-request: "\${{ needs.mend.outputs.pull-request }}"
    on-rejected: mend
  delivery:
    needs: [mend, ok]
    uses: ./.github/treadle/workflows/delivery.yml
    with: { pull-request: "\${{ needs.mend.outputs.pull-request }}" }
`;

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
const begin = async (bug: string): Promise<void> => {
  const workflows = { bug, phase: PHASE, delivery: DELIVERY };
  world = await host.newWorld({ workflows, store: 'memory' });
};
afterEach(() => world.history.expectSound());

const wake = async (): Promise<void> => {
  await (await world.runner()).wake();
};
const isMerged = async (pull: number): Promise<boolean> =>
  (await world.as('ada').pulls.get(pull))?.merged ?? false;

/** A bead whose pull request is approved, and whose engineering manager is asked. */
async function approved(
  files: Readonly<Record<string, string>> = { 'src/new.txt': 'new\n' },
): Promise<{ bead: number; pull: number; review: number }> {
  const bead = await world.fileBead();
  await wake();
  const pull = await world.openPull('blake', `fix-${bead}`, files);
  await world.report('blake', bead, { outputs: { 'pull-request': `#${pull}` } });
  await wake();
  const review = await world.review('ada', pull, 'approve');
  await wake();
  return { bead, pull, review };
}

describe.each([
  { name: 'of a run that it called', workflow: CALLER_MERGES },
  { name: 'of the run that called it', workflow: CALLED_MERGES },
])('an approval $name', ({ workflow }) => {
  beforeEach(() => begin(workflow));

  test('holds at the merge, and opens protected paths', async () => {
    const { bead, pull } = await approved({ 'AGENTS.md': 'Obey.\n' });
    await world.report('emma', bead, {});
    await wake();
    expect(await isMerged(pull)).toBe(true);
  });

  test('is void at the merge when it was dismissed: it is asked for again, and then merged', async () => {
    const { bead, pull, review } = await approved();
    await world.report('emma', bead, {});
    await world.rest('ada', 'PUT', `/pulls/${pull}/reviews/${review}/dismissals`, { message: 'No.' });
    await wake();
    expect(await isMerged(pull)).toBe(false);
    if (workflow === CALLER_MERGES) {
      await world.report('blake', bead, { outputs: { 'pull-request': `#${pull}` } });
      await wake();
    }
    await world.review('ada', pull, 'approve', 'Again.');
    await wake();
    await world.report('emma', bead, {});
    await wake();
    expect(await isMerged(pull)).toBe(true);
  });
});
