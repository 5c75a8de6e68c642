/** What runs of a bead hand each other besides inputs and outputs: the approvals they rest on, and who reported. */
import { describe, expect, test } from 'vitest';

import { TREADLE } from '../../src/engine/actor.ts';
import { approvalsIn, mergesBehind, reportersOf } from '../../src/engine/hand-over.ts';
import { documentsOf } from '../../src/engine/legs.ts';
import { createGroupWorld, type GroupWorld } from './group-world.ts';
import { workflowOf } from './story.ts';

const INNER = './.github/treadle/workflows/inner.yml';
const MIDDLE = './.github/treadle/workflows/middle.yml';
const BOT = 5;
const QUINN = 2;

/** A proposal that is approved. */
const PHASE = `on:
  workflow_call:
    inputs: { what: { type: string } }
    outputs: { idea: { value: "\${{ jobs.plan.outputs.idea }}" } }
jobs:
  plan: { runs-on: backend-engineer, prompt: x, max-attempts: 1, on-failure: fail, outputs: { idea: {} } }
  ok: { type: approval, needs: plan, runs-on: ceo, prompt: "\${{ needs.plan.outputs.idea }}" }
`;
const CALLER = `on: workflow_dispatch
jobs:
  phase: { uses: ${INNER}, on-failure: escalate }
  choose: { type: decision, needs: phase, outputs: { idea: "\${{ needs.phase.outputs.idea }}" } }
  again: { type: approval, needs: choose, runs-on: ceo }
  go: { needs: again, runs-on: web-designer, prompt: x }
`;

const approve = (world: GroupWorld, run: string, job: string, pull: number): void => {
  const { gate } = world.stateOf(run).jobs[job] ?? {};
  if (gate == null) throw new Error(`${run}/${job} asks for nothing`);
  world.happen(run, {
    type: 'review_submitted',
    job,
    pull: gate.pull ?? pull,
    review: 70 + pull,
    verdict: 'approved',
    head: 'a1',
    body: '',
  });
};
const begin = (yaml: string, files: Readonly<Record<string, string>>) => {
  const world = createGroupWorld(files);
  return { world, run: world.start(1, yaml) };
};
const code = (text: string): string =>
  text.replace('runs-on: ceo, prompt: "${{ needs.plan.outputs.idea }}"', 'runs-on: ceo, pull-request: "12"');
const voided = { type: 'approval_voided', reason: 'it was dismissed', head: 'a2' } as const;

describe('a run that was called leaves behind', () => {
  const after = () => {
    const { world, run } = begin(CALLER, { [INNER]: code(PHASE) });
    world.report('1-2', 'plan', 'success', { idea: 'Paint it.' });
    approve(world, '1-2', 'ok', 12);
    return { world, run };
  };

  test('its approvals, held by the job that called it, and who reported', () => {
    const { world, run } = after();
    expect(world.stateOf(run).jobs['phase']?.given).toEqual({
      approvals: [
        {
          holder: { run: '1-2', job: 'ok' },
          asked: { run: '1-2', job: 'ok' },
          role: 'ceo',
          kind: 'code',
          pull: 12,
          head: 'a1',
          by: TREADLE,
          review: 82,
          reporters: [BOT],
        },
      ],
      reporters: [BOT],
    });
    expect(approvalsIn(documentsOf(world.stateOf(run)), ['phase'])).toMatchObject([
      { holder: { run, job: 'phase' }, asked: { run: '1-2', job: 'ok' } },
    ]);
  });

  test('nobody who reported there may approve what comes of it, by way of a decision either', () => {
    const { world, run } = after();
    expect([...reportersOf(documentsOf(world.stateOf(run)), 'again')]).toEqual([BOT]);
  });

  test('nothing but who reported where it failed', () => {
    const { world, run } = begin(CALLER, { [INNER]: code(PHASE) });
    world.report('1-2', 'plan', 'failure');
    expect(world.stateOf(run).jobs['phase']?.given).toEqual({ approvals: [], reporters: [BOT] });
    expect([...reportersOf(documentsOf(world.stateOf(run)), 'phase')]).toEqual([BOT]);
    world.happen(run, { type: 'override_issued', override: { action: 'retry', job: null }, reason: 'x' });
    expect(world.stateOf(run).jobs['phase']?.given).toBeNull();
  });

  test('when such an approval is void, the job that called it calls anew, and its first jobs are told why', () => {
    const { world, run } = after();
    world.happen(run, { ...voided, job: 'phase' });
    expect(world.tell(run)).toBe('in_progress: phase in_progress, choose queued, again queued, go queued');
    expect(world.stateOf(run).jobs['phase']?.given).toBeNull();
    expect(world.stateOf('1-3').jobs['plan']?.feedback).toEqual({
      from: 'treadle',
      text: 'it was dismissed',
    });
    expect(world.happen(run, { ...voided, job: 'phase' })).toMatchObject({ reason: 'there is no approval' });
  });

  test('after the merge it voids nothing', () => {
    const merging = CALLER.replace(
      'runs-on: web-designer, prompt: x',
      'type: commit, runs-on: engineering-manager, pull-request: "12"',
    );
    const { world, run } = begin(`${merging}  after: { needs: go, runs-on: web-designer, prompt: x }\n`, {
      [INNER]: code(PHASE),
    });
    world.report('1-2', 'plan');
    approve(world, '1-2', 'ok', 12);
    world.happen(run, {
      type: 'override_issued',
      override: { action: 'approve', job: null },
      reason: 'Yes.',
    });
    world.report(run, 'go');
    expect(world.stateOf(run).jobs['go']?.merge?.head).toBe('a1');
    world.happen(run, { type: 'pull_request_merged', job: 'go', attempt: 1, pull: 12, commit: 'c1' });
    expect(world.happen(run, { ...voided, job: 'phase' })).toMatchObject({
      reason: 'the approval is not in use any more',
    });
  });
});

describe('a run that is called is given', () => {
  const gate = (inputs: string, more = ''): string => `on:
  workflow_call: { inputs: { what: { type: string } } }
jobs:
${more}  ok: { type: approval, runs-on: ceo, prompt: "${inputs}"${more === '' ? '' : ', needs: pass'} }
`;
  const outer = (uses: string, given = '${{ needs.look.outputs.idea }}'): string => `on: workflow_dispatch
jobs:
  look: { runs-on: qa-engineer, prompt: x, outputs: { idea: {} } }
  first: { type: approval, needs: look, runs-on: ceo, pull-request: "12" }
  call: { needs: [look, first], uses: ${uses}, with: { what: "${given}" } }
`;
  const called = (inner: string) => {
    const { world, run } = begin(outer(INNER), { [INNER]: inner });
    world.report(run, 'look', 'success', { idea: 'It is red.' });
    approve(world, run, 'first', 12);
    return { world, run };
  };

  test('the approvals behind the call, held where they were asked for, and who reported what is handed in', () => {
    const { world, run } = called(gate('${{ inputs.what }}'));
    expect(world.stateOf('1-2').run.given).toMatchObject({
      approvals: [{ holder: { run, job: 'first' }, asked: { run, job: 'first' }, kind: 'code', pull: 12 }],
      reporters: [QUINN],
    });
  });

  const pass = (job: string): string => `  pass: { ${job} }\n`;
  test.each([
    ['shows it', gate('${{ inputs.what }}'), [QUINN]],
    ['shows nothing of it', gate('Go on?'), []],
    [
      'shows it by way of a decision',
      gate('${{ needs.pass.outputs.a }}', pass('type: decision, outputs: { a: "${{ inputs.what }}" }')),
      [QUINN],
    ],
    [
      'may show it by way of commands',
      gate('${{ needs.pass.result }}', pass('runs-on: treadle, steps: [{ run: echo }]')),
      [QUINN],
    ],
    [
      'comes after a join',
      gate(
        'Go on?',
        `${pass('type: merge, needs: [a, b]')}  a: { type: decision, outputs: { x: y } }\n  b: { type: decision, outputs: { x: y } }\n`,
      ),
      [],
    ],
  ])('no reporter of it approves a gate that %s', (_what, inner, expected) => {
    const { world } = called(inner);
    const dispatch = world.stateOf('1-2').run.outbox.find(({ effect }) => effect.type === 'run_steps');
    if (dispatch !== undefined) {
      world.happen('1-2', {
        type: 'steps_finished',
        job: 'pass',
        attempt: 1,
        outcome: 'success',
        reason: null,
        outputs: {},
        steps: { steps: [], log: '' },
      });
    }
    expect([...reportersOf(documentsOf(world.stateOf('1-2')), 'ok')]).toEqual(expected);
  });

  test('what its caller was given, at any depth', () => {
    const middle = `on: { workflow_call: { inputs: { what: { type: string } } } }
jobs:
  deeper: { uses: ${INNER}, with: { what: "\${{ inputs.what }}" } }
`;
    const { world, run } = begin(outer(MIDDLE), {
      [INNER]: gate('${{ inputs.what }}'),
      [MIDDLE]: middle,
    });
    world.report(run, 'look', 'success', { idea: 'It is red.' });
    approve(world, run, 'first', 12);
    expect(world.stateOf('1-3').run.given).toMatchObject({
      approvals: [{ holder: { run, job: 'first' } }],
      reporters: [QUINN],
    });
    world.happen(run, { ...voided, job: 'first' });
    expect(world.stateOf('1-3').run.conclusion).toBe('cancelled');
    expect(world.stateOf(run).jobs['first']?.gate).toMatchObject({ answer: null, pull: 12 });
  });
});

describe('a commit', () => {
  const inner = `on: { workflow_call: { inputs: { pull: { type: string } } } }
jobs:
  commit: { type: commit, runs-on: engineering-manager, pull-request: "\${{ inputs.pull }}" }
`;
  test('merges the head that was approved in the run which called it', () => {
    const outer = `on: workflow_dispatch
jobs:
  ok: { type: approval, runs-on: ceo, pull-request: "12" }
  call: { needs: ok, uses: ${INNER}, with: { pull: "12" } }
  after: { needs: call, uses: ${MIDDLE} }
`;
    const later = 'on: workflow_call\njobs:\n  look: { type: verify, runs-on: qa-engineer, prompt: x }\n';
    const { world, run } = begin(outer, { [INNER]: inner, [MIDDLE]: later });
    approve(world, run, 'ok', 12);
    world.report('1-2', 'commit');
    expect(world.stateOf('1-2').jobs['commit']?.merge).toMatchObject({ pull: 12, head: 'a1' });
    world.happen('1-2', { type: 'pull_request_merged', job: 'commit', attempt: 1, pull: 12, commit: 'c1' });
    expect(world.stateOf(run).jobs['call']?.given).toMatchObject({ approvals: [], merged: ['c1'] });
    const view = { workflow: workflowOf(outer), ...documentsOf(world.stateOf(run)) };
    expect(mergesBehind(view, 'after')).toEqual(['c1']);
    expect(mergesBehind(view, 'call')).toEqual([]);
    expect(world.stateOf('1-3').run.given?.merged).toEqual(['c1']);
    const inside = { workflow: workflowOf(later), ...documentsOf(world.stateOf('1-3')) };
    expect(mergesBehind(inside, 'look')).toEqual(['c1']);
  });
});
