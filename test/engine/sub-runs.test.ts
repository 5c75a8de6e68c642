/** Reusable workflows: a job that calls one waits for a run of its own. */
import { describe, expect, test } from 'vitest';

import { createGroupWorld } from './group-world.ts';

const INNER = './.github/treadle/workflows/inner.yml';
const inner = `on:
  workflow_call:
    inputs:
      count: { type: number, default: 2 }
      loud: { type: boolean }
      what: { type: string, required: true }
    outputs:
      answer: { value: "\${{ jobs.work.outputs.answer }} of \${{ inputs.what }}" }
jobs:
  work:
    runs-on: backend-engineer
    name: \${{ inputs.what }}
    prompt: Work
    max-attempts: 1
    on-failure: fail
    outputs: { answer: { required: false } }
`;
const outer = (call = `uses: ${INNER}, with: { what: tea }`): string => `name: Outer
on: workflow_dispatch
jobs:
  call: { ${call} }
  after: { needs: call, runs-on: backend-engineer, prompt: "\${{ needs.call.outputs.answer }}" }
`;
const begin = (yaml = outer(), files: Readonly<Record<string, string>> = { [INNER]: inner }) => {
  const world = createGroupWorld(files);
  return { world, run: world.start(1, yaml) };
};
const override = (action: 'cancel' | 'pause' | 'resume' | 'close') =>
  ({ type: 'override_issued', override: { action }, reason: 'because' }) as const;

describe('a job that calls a workflow', () => {
  test('begins a run of the same bead, linked both ways, with typed inputs', () => {
    const { world, run } = begin(outer(`uses: ${INNER}, with: { what: tea, count: '3', loud: true }`));
    expect(world.tell(run)).toBe('in_progress: call in_progress, after queued');
    expect(world.tell('1-2')).toBe('in_progress: work in_progress');
    expect(world.stateOf(run).jobs['call']?.attempts[0]?.child).toBe('1-2');
    expect(world.stateOf('1-2').run).toMatchObject({
      number: 2,
      inputs: { what: 'tea', count: 3, loud: true },
      parent: { run, job: 'call', attempt: 1, callers: [run], outermost: { number: 1, workflow: 'Outer' } },
    });
  });

  test('goes on with the outputs of the workflow when that has succeeded', () => {
    const { world, run } = begin();
    world.report('1-2', 'work', 'success', { answer: 'a pot' });
    expect(world.tell('1-2')).toBe('success: work success');
    expect(world.tell(run)).toBe('in_progress: call success, after in_progress');
    expect(world.stateOf(run).jobs['call']?.outputs).toEqual({ answer: 'a pot of tea' });
    world.report(run, 'after');
    const closing = (id: string) =>
      world.stateOf(id).run.outbox.filter(({ effect }) => effect.type === 'close_issue').length;
    expect([closing(run), closing('1-2')]).toEqual([1, 0]);
  });

  test('fails where the outputs of the workflow are larger than those of a job may be', () => {
    const { world, run } = begin();
    world.report('1-2', 'work', 'success', { answer: 'x'.repeat(512 * 1024) });
    expect(world.tell(run)).toBe('failure: call failure, after skipped');
    expect(world.stateOf(run).jobs['call']).toMatchObject({
      outputs: {},
      attempts: [{ reason: 'the outputs of run 1-2: they are larger than 1 MB' }],
    });
  });

  test('may leave inputs to defaults that are computed as the caller sees things', () => {
    const computed = inner
      .replace('default: 2', 'default: "${{ github.run_number }}"')
      .replace(
        'what: { type: string, required: true }',
        'what: { type: string, default: "${{ github.actor }}" }',
      );
    const { world } = begin(outer(`uses: ${INNER}`), { [INNER]: computed });
    expect(world.stateOf('1-2').run.inputs).toEqual({ count: 1, loud: false, what: 'carol' });
    const wrong = inner.replace('default: 2', 'default: "${{ github.actor }}"');
    const failed = begin(outer(), { [INNER]: wrong });
    expect(failed.world.stateOf(failed.run).jobs['call']?.attempts[0]?.reason).toBe(
      'the default of count is no number: "carol"',
    );
  });

  test('fails when it has failed, and what needs it is skipped', () => {
    const { world, run } = begin();
    world.report('1-2', 'work', 'failure');
    expect(world.tell(run)).toBe('failure: call failure, after skipped');
    expect(world.stateOf(run).jobs['call']?.attempts[0]?.reason).toMatch(
      /^run 1-2 ended as failure: work failed: \w+$/,
    );
  });

  test('is skipped when all of it was, and cancelled when it was cancelled', () => {
    const skipping = inner.replace('    runs-on:', '    if: false\n    runs-on:');
    const skipped = begin(outer(), { [INNER]: skipping });
    expect(skipped.world.tell(skipped.run)).toBe('skipped: call skipped, after skipped');
    const cancelled = begin();
    cancelled.world.cancel('1-2');
    expect(cancelled.world.tell(cancelled.run)).toBe('cancelled: call cancelled, after skipped');
  });

  test.each([
    ['a missing input', `uses: ${INNER}`, 'needs the input what'],
    ['a bad number', `uses: ${INNER}, with: { what: tea, count: "\${{ bead.title }}" }`, 'is no number'],
    ['a bad boolean', `uses: ${INNER}, with: { what: tea, loud: "\${{ bead.title }}" }`, 'is no boolean'],
    ['a value without a value', `uses: ${INNER}, with: { what: "\${{ fromJSON('{') }}" }`, 'with.what'],
    ['a workflow that is not there', 'uses: treadle/other', 'holds no workflow treadle/other'],
  ])('fails for %s', (_why, call, problem) => {
    const { world, run } = begin(outer(call));
    expect(world.tell(run)).toBe('failure: call failure, after skipped');
    expect(world.stateOf(run).jobs['call']?.attempts[0]?.reason).toContain(problem);
  });

  test('fails when an output of the workflow has no value', () => {
    const broken = inner.replace('jobs.work.outputs.answer }}', "fromJSON('{') }}");
    const { world, run } = begin(outer(), { [INNER]: broken });
    world.report('1-2', 'work');
    expect(world.tell(run)).toBe('failure: call failure, after skipped');
  });

  test('can have a matrix: one run a leg', () => {
    const call = `uses: ${INNER}, with: { what: "\${{ matrix.drink }}" }, strategy: { matrix: { drink: [tea, milk] } }`;
    const { world, run } = begin(outer(call));
    expect([world.stateOf('1-2').run.inputs?.['what'], world.stateOf('1-3').run.inputs?.['what']]).toEqual([
      'tea',
      'milk',
    ]);
    world.report('1-2', 'work');
    world.report('1-3', 'work');
    expect(world.stateOf(run).run.jobs['call']?.conclusion).toBe('success');
  });

  test('takes its rework edge', () => {
    const yaml = `on: workflow_dispatch
jobs:
  plan: { runs-on: backend-engineer, prompt: Plan }
  call: { needs: plan, uses: ${INNER}, with: { what: tea }, on-failure: plan }
`;
    const { world, run } = begin(yaml);
    world.report(run, 'plan');
    world.report('1-2', 'work', 'failure');
    expect(world.tell(run)).toBe('in_progress: plan in_progress, call queued');
    world.report(run, 'plan');
    expect(world.stateOf(run).jobs['call']?.attempts.map(({ child }) => child)).toEqual(['1-2', '1-3']);
  });
});

describe('what becomes of a sub-run is told to its caller', () => {
  const PLAN = `on: workflow_dispatch
jobs:
  plan: { runs-on: backend-engineer, prompt: Plan }
  call: { needs: plan, uses: ${INNER}, with: { what: tea }, on-failure: plan }
`;
  const gate = `on: { workflow_call: { inputs: { what: { type: string } } } }
jobs:
  ok: { type: approval, runs-on: ceo }
  twice: { runs-on: backend-engineer, prompt: x, max-attempts: 1, on-failure: fail, strategy: { matrix: { n: [1, 2] } } }
`;
  const called = (file: string) => {
    const { world, run } = begin(PLAN, { [INNER]: file });
    world.report(run, 'plan');
    return { world, run };
  };
  const override = (action: 'reject' | 'close', job: string | null = null) =>
    ({
      type: 'override_issued',
      override: action === 'close' ? { action } : { action, job },
      reason: 'Not this.',
    }) as const;

  test('every job that failed, with its last word, which reaches the job that mends it', () => {
    const { world, run } = called(gate);
    world.happen('1-2', override('reject', 'ok'));
    const dispatch = world.stateOf('1-2').jobs['twice.0']?.attempts[0]?.turns[0]?.dispatch ?? '';
    world.happen('1-2', { ...failure, dispatch });
    expect(world.stateOf(run).jobs['plan']?.feedback).toEqual({
      from: 'call',
      text: 'run 1-2 ended as failure: ok was rejected: Not this.; twice.0 failed: line 7',
    });
  });

  test('what the caller is told, the first jobs of its sub-run are told, at any depth', () => {
    const MIDDLE = './.github/treadle/workflows/middle.yml';
    const middle = `on: { workflow_call: { inputs: { what: { type: string } } } }
jobs:
  deeper: { uses: ${INNER}, with: { what: "\${{ inputs.what }}" } }
`;
    const yaml = `on: workflow_dispatch
jobs:
  call: { uses: ${MIDDLE}, with: { what: tea } }
  check: { needs: call, runs-on: backend-engineer, prompt: x, max-attempts: 1, on-failure: call }
`;
    const { world, run } = begin(yaml, { [INNER]: inner, [MIDDLE]: middle });
    world.report('1-3', 'work');
    world.happen(run, {
      ...failure,
      dispatch: world.stateOf(run).jobs['check']?.attempts[0]?.turns[0]?.dispatch ?? '',
    });
    expect(world.runs()).toEqual([run, '1-2', '1-3', '1-4', '1-5']);
    expect(world.stateOf('1-5').jobs['work']?.feedback).toEqual({ from: 'check', text: 'line 7' });
  });

  test.each(['reject', 'close'] as const)(
    'a CEO who answers its escalation by %s closes all: no edge is taken',
    (action) => {
      const { world, run } = called(inner.replace('on-failure: fail', 'on-failure: escalate'));
      world.report('1-2', 'work', 'failure');
      world.happen('1-2', override(action));
      expect(world.tell('1-2')).toBe('failure: work failure');
      expect(world.tell(run)).toBe('failure: plan success, call failure');
      expect(world.stateOf(run).run.outbox.map(({ effect }) => effect)).toContainEqual({
        type: 'close_issue',
        reason: 'not_planned',
      });
    },
  );
});
const failure = {
  type: 'report_received',
  outcome: 'failure',
  outputs: {},
  summary: 'line 7',
  usage: null,
  source: 'comment 1',
} as const;

describe('what is done to a run reaches all that it called', () => {
  const MIDDLE = './.github/treadle/workflows/middle.yml';
  const middle = `on: { workflow_call: { inputs: { what: { type: string } } } }
jobs:
  deeper: { uses: ${INNER}, with: { what: "\${{ inputs.what }}" } }
`;
  const files = { [INNER]: inner, [MIDDLE]: middle };
  const nested = () => begin(outer(`uses: ${MIDDLE}, with: { what: tea }`), files);

  test('two levels deep, and the github context is that of the outermost', () => {
    const { world, run } = nested();
    expect(world.stateOf('1-3').run.parent).toMatchObject({
      run: '1-2',
      callers: [run, '1-2'],
      outermost: { workflow: 'Outer' },
    });
    world.report('1-3', 'work');
    expect(world.tell(run)).toBe('in_progress: call success, after in_progress');
  });

  test('a cancel', () => {
    const { world, run } = nested();
    world.cancel(run);
    expect([run, '1-2', '1-3'].map((id) => world.stateOf(id).run.conclusion)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
  });

  test('a pause, and its end', () => {
    const { world, run } = nested();
    world.happen(run, override('pause'));
    expect(world.stateOf('1-3').run.paused?.reason).toBe('because');
    world.happen(run, override('resume'));
    expect(world.stateOf('1-3').run.paused).toBeNull();
  });

  test('a skip of the job that called', () => {
    const { world, run } = nested();
    world.happen(run, { type: 'override_issued', override: { action: 'skip', job: 'call' }, reason: 'no' });
    expect(world.stateOf('1-3').run.conclusion).toBe('cancelled');
    expect(world.tell(run)).toBe('in_progress: call skipped, after in_progress');
  });

  test('a group that a caller holds is not waited for', () => {
    const grouped = `concurrency: "\${{ 'deploy' }}"\n${inner}`;
    const { world, run } = begin(`concurrency: deploy\n${outer()}`, { [INNER]: grouped });
    expect(world.tell('1-2')).toBe('cancelled: work cancelled');
    expect(world.tell(run)).toBe('cancelled: call cancelled, after skipped');
  });
});
