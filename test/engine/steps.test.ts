import { describe, expect, it } from 'vitest';

import { contextsOf } from '../../src/engine/contexts.ts';
import { readStepFile } from '../../src/engine/step-file.ts';
import {
  beginSteps,
  endStep,
  judgeSteps,
  nextStep,
  type StepCommand,
  type StepEnd,
  type StepRun,
  type StepsVerdict,
} from '../../src/engine/step-run.ts';
import { beginStory, type Story } from './story.ts';

const BUILD = `
jobs:
  build:
    runs-on: treadle
    timeout-minutes: 10
    steps: [{ id: make, run: make }]
    outputs: { way: "\${{ steps.make.outputs.way }}" }
  after: { needs: build, runs-on: backend-engineer, prompt: "\${{ needs.build.outputs.way }}" }
`;

const RECORD = { steps: [], log: 'made\n' };

function finish(
  story: Story,
  outcome: 'success' | 'failure',
  outputs: Readonly<Record<string, string>> = {},
  attempt = 1,
): void {
  const reason = outcome === 'success' ? null : 'make broke';
  story.happen({ type: 'steps_finished', job: 'build', attempt, outcome, reason, outputs, steps: RECORD });
}

describe('a job with steps', () => {
  it('is a wish of its own, and hands its outputs on', () => {
    const story = beginStory(BUILD);
    story.start();
    expect(story.effects()).toEqual(['run_steps build 1']);
    expect(story.lines()).toEqual({ build: 'in_progress', after: 'queued' });
    finish(story, 'success', { way: 'left' });
    expect(story.lines()['build']).toBe('completed success');
    expect(story.document('build')).toMatchObject({ outputs: { way: 'left' }, timeoutAt: null });
    expect(story.document('build').attempts[0]?.steps).toEqual(RECORD);
    expect(story.effects()).toEqual(['dispatch after 1.1']);
    expect(story.state().run.outbox.some(({ effect }) => effect.type === 'run_steps')).toBe(false);
  });

  it('fails at once where nothing else is said, as on GitHub, and its outputs stay', () => {
    const story = beginStory(BUILD);
    story.start();
    finish(story, 'failure', { way: 'half' });
    expect(story.lines()).toEqual({ build: 'completed failure', after: 'completed skipped' });
    expect(story.state().run.conclusion).toBe('failure');
    expect(story.document('build').outputs).toEqual({ way: 'half' });
    expect(story.attempts('build')).toEqual(['failure: make broke']);
  });

  it('is tried again as often as it says', () => {
    const story = beginStory(BUILD.replace('timeout-minutes: 10', 'max-attempts: 2'));
    story.start();
    finish(story, 'failure');
    expect(story.effects()).toEqual(['run_steps build 2']);
    finish(story, 'success', {}, 1);
    expect(story.said()).toBe('ignored: its attempt is over');
    finish(story, 'success', {}, 2);
    expect(story.lines()['build']).toBe('completed success');
  });

  it.each([
    ['continue-on-error: true', 'completed failure as success', 'in_progress'],
    ['on-failure: escalate', 'waiting', 'queued'],
  ])('follows %s', (key, build, after) => {
    const story = beginStory(BUILD.replace('timeout-minutes: 10', key));
    story.start();
    finish(story, 'failure');
    expect(story.lines()).toEqual({ build, after });
  });

  it('is cancelled by its timeout, and its commands are ended', () => {
    const story = beginStory(BUILD);
    story.start();
    story.pass('timeout', 'build');
    expect(story.lines()).toEqual({ build: 'completed cancelled', after: 'completed skipped' });
    expect(story.state().run.conclusion).toBe('cancelled');
    expect(story.effects()).toContain('cancel_steps build 1');
    expect(story.state().run.outbox.some(({ effect }) => effect.type === 'run_steps')).toBe(false);
  });

  it('ends with the run', () => {
    const story = beginStory(BUILD);
    story.start();
    story.override({ action: 'cancel' });
    expect(story.lines()['build']).toBe('completed cancelled');
    expect(story.effects()).toContain('cancel_steps build 1');
    finish(story, 'success');
    expect(story.said()).toBe('ignored: the run is completed');
  });

  it('is the CEO’s where it cannot be run at all', () => {
    const story = beginStory(BUILD);
    story.start();
    for (let count = 1; count <= 5; count += 1) {
      story.perform('run_steps', () => ({ kind: 'failed', problem: 'no disk' }));
    }
    expect(story.lines()['build']).toBe('waiting');
    expect(story.document('build').escalation?.reason).toBe('build could not be run, 5 times: no disk');
  });

  it.each([
    ['pull-request: "#12"', 'run_steps build 1 #12'],
    ['pull-request: https://github.com/acme/shop/pull/7', 'run_steps build 1 #7'],
  ])('works on the head that %s names', (key, effect) => {
    const story = beginStory(BUILD.replace('timeout-minutes: 10', key));
    story.start();
    expect(story.effects()).toEqual([effect]);
  });

  it.each([
    ['pull-request: none', '"none" names no pull request: a number, #number or its address is needed'],
    ['timeout-minutes: ${{ vars.X }}', 'timeout-minutes gives "", which is no number of minutes'],
  ])('fails over %s', (key, reason) => {
    const story = beginStory(BUILD.replace('timeout-minutes: 10', key));
    story.start();
    expect(story.attempts('build')).toEqual([`failure: ${reason}`]);
  });
});

/** What a script comes to that is given by its text: `make` succeeds, `fail` fails; more fields say more. */
type Script = (command: StepCommand) => Partial<StepEnd>;
const byText: Script = ({ script }) =>
  script.includes('fail') ? { outcome: 'failure', reason: 'it ended with exit code 1' } : {};

interface Told {
  /** For each step `name: outcome` or `name: outcome as conclusion`. */
  readonly steps: readonly string[];
  readonly verdict: StepsVerdict;
  readonly commands: readonly StepCommand[];
}

/** Runs the steps of the job `build` by a script. */
function tell(yaml: string, script: Script = byText, cancelAt = Infinity): Told {
  const story = beginStory(`jobs:\n  build:\n    runs-on: treadle\n${yaml.replace(/^/gm, '    ')}`, {
    inputs: {},
  });
  story.start();
  const { workflow, config } = story.context();
  const job = workflow.jobs.get('build');
  if (job?.type !== 'steps') throw new Error('no steps');
  const contexts = contextsOf({ workflow, config }, story.state(), 'build', 'job');
  const begun = beginSteps(job, contexts, { os: 'Linux', temp: '/tmp/x' });
  if (!begun.ok) throw new Error(begun.problem);
  let run: StepRun = begun.value;
  const commands: StepCommand[] = [];
  for (;;) {
    const isCancelled = commands.length >= cancelAt;
    const next = nextStep(run, isCancelled);
    if (next.kind === 'end') break;
    if (next.kind === 'over') {
      ({ run } = next);
      continue;
    }
    commands.push(next.command);
    const end = { outcome: 'success', reason: null, seconds: 1, output: '', env: '', path: '' } as const;
    run = endStep(run, next.command, { ...end, ...script(next.command) });
  }
  return {
    steps: run.done.map(({ name, outcome, conclusion }) =>
      outcome === conclusion ? `${name}: ${outcome}` : `${name}: ${outcome} as ${conclusion}`,
    ),
    verdict: judgeSteps(run, commands.length >= cancelAt),
    commands,
  };
}

describe('steps', () => {
  it.each<[string, string, readonly string[], 'success' | 'failure']>([
    ['one after the other', '- run: a\n- run: b', ['Run a: success', 'Run b: success'], 'success'],
    ['none after a failure', '- run: fail\n- run: b', ['Run fail: failure', 'Run b: skipped'], 'failure'],
    [
      'always() and failure() after a failure',
      '- run: fail\n- { run: a, if: always() }\n- { run: b, if: failure() }\n- { run: c, if: "!failure()" }',
      ['Run fail: failure', 'Run a: success', 'Run b: success', 'Run c: skipped'],
      'failure',
    ],
    [
      'continue-on-error: outcome and conclusion',
      "- { id: x, run: fail, continue-on-error: true }\n- { run: a, if: steps.x.outcome == 'failure' && steps.x.conclusion == 'success' }",
      ['Run fail: failure as success', 'Run a: success'],
      'success',
    ],
    [
      'continue-on-error by an expression',
      '- { run: fail, continue-on-error: "${{ runner.os == \'Linux\' }}" }',
      ['Run fail: failure as success'],
      'success',
    ],
    [
      'a skipped step is no failure',
      '- { id: x, run: a, if: false && success() }\n- { run: b, if: "steps.x.conclusion == \'skipped\'" }',
      ['Run a: skipped', 'Run b: success'],
      'success',
    ],
    [
      'an if without a value fails the step',
      '- { run: a, if: "fromJSON(\'{\')" }\n- run: b',
      ['Run a: failure', 'Run b: skipped'],
      'failure',
    ],
    [
      'an env without a value fails the step, whatever its if',
      '- { run: a, if: false && success(), env: { A: "${{ fromJSON(\'{\') }}" } }',
      ['Run a: failure'],
      'failure',
    ],
    [
      'a name with an expression',
      '- { name: "Build ${{ runner.os }}", run: a }',
      ['Build Linux: success'],
      'success',
    ],
    ['a bad timeout', '- { run: a, timeout-minutes: "${{ runner.os }}" }', ['Run a: failure'], 'failure'],
    [
      'the state of the job',
      "- { run: fail, continue-on-error: true }\n- { run: a, if: job.status == 'success' }",
      ['Run fail: failure as success', 'Run a: success'],
      'success',
    ],
  ])('%s', (_, steps, expected, outcome) => {
    const told = tell(`steps:\n${steps.replace(/^/gm, '  ')}`);
    expect(told.steps).toEqual(expected);
    expect(told.verdict.outcome).toBe(outcome);
  });

  it('still run where their if holds in a cancelled job', () => {
    const yaml =
      'steps:\n  - run: a\n  - run: b\n  - { run: c, if: always() }\n  - { run: d, if: cancelled() }\n  - { run: e, if: failure() }';
    const stopped: Script = ({ script }) =>
      script === 'a' ? { outcome: 'cancelled', reason: 'cancelled' } : {};
    expect(tell(yaml, stopped, 1).steps).toEqual([
      'Run a: cancelled',
      'Run b: skipped',
      'Run c: success',
      'Run d: success',
      'Run e: skipped',
    ]);
  });

  it('hand outputs, variables and folders on', () => {
    const yaml = [
      'env: { LEVEL: job, ONLY: job }',
      'steps:',
      '  - { id: one, run: one, env: { LEVEL: step } }',
      '  - id: two',
      '    run: "two ${{ env.LEVEL }} ${{ env.ONLY }}"',
      '    env: { SEEN: "${{ env.LEVEL }}", WAY: "${{ steps.one.outputs.way }}" }',
      '    working-directory: "${{ steps.one.outputs.folder }}"',
      '    timeout-minutes: 0.5',
      'outputs: { way: "${{ steps.one.outputs.way }}/${{ steps.two.outputs.way }}", none: "${{ steps.one.outputs.none }}" }',
    ].join('\n');
    const { commands, verdict } = tell(yaml, ({ script }) =>
      script === 'one'
        ? { output: 'way=left\nfolder=web\n', env: 'LEVEL=file\n', path: '/opt/a\n/opt/b\n' }
        : { output: 'way<<END\nup\nand down\nEND\n' },
    );
    expect(commands[0]).toMatchObject({ env: { LEVEL: 'step', ONLY: 'job' }, path: [], timeoutMs: null });
    expect(commands[1]).toMatchObject({
      script: 'two file job',
      env: { LEVEL: 'file', ONLY: 'job', SEEN: 'file', WAY: 'left' },
      folder: 'web',
      path: ['/opt/a', '/opt/b'],
      timeoutMs: 30_000,
    });
    expect(verdict).toEqual({ outcome: 'success', reason: null, outputs: { way: 'left/up\nand down' } });
  });

  it('take shell and folder from the nearest defaults', () => {
    const yaml = [
      'defaults: { run: { shell: sh, working-directory: web } }',
      'steps:',
      '  - run: a',
      '  - { run: b, shell: python, working-directory: api }',
    ].join('\n');
    expect(tell(yaml).commands.map(({ shell, folder }) => [shell, folder])).toEqual([
      ['sh', 'web'],
      ['python', 'api'],
    ]);
  });

  it.each<[string, string, Script, Partial<StepsVerdict>]>([
    [
      'an output without a value, though the step succeeded',
      'outputs: { a: "${{ fromJSON(\'{\') }}" }',
      () => ({}),
      { outcome: 'failure', outputs: {} },
    ],
    [
      'outputs of a failed job',
      'outputs: { a: "${{ steps.x.outputs.a }}" }',
      () => ({ outcome: 'failure', reason: 'it ended with exit code 2', output: 'a=1' }),
      { outcome: 'failure', outputs: { a: '1' }, reason: 'step "Run x": it ended with exit code 2' },
    ],
    [
      'outputs of more than 1 MB',
      'outputs: { a: "${{ steps.x.outputs.a }}", b: "${{ steps.x.outputs.a }}" }',
      () => ({ output: `a=${'x'.repeat(300_000)}` }),
      { outcome: 'failure', outputs: {}, reason: 'the outputs are larger than 1 MB' },
    ],
    [
      'a file that cannot be read',
      'outputs: { a: "${{ steps.x.outputs.a }}" }',
      () => ({ output: 'nonsense' }),
      {
        outcome: 'failure',
        reason: 'step "Run x": GITHUB_OUTPUT: \'nonsense\' is not name=value or name<<WORD',
      },
    ],
  ])('come to %s', (_, outputs, script, expected) => {
    expect(tell(`steps: [{ id: x, run: x }]\n${outputs}`, script).verdict).toMatchObject(expected);
  });

  it('do not begin where env has no value', () => {
    const yaml = 'env: { A: "${{ fromJSON(\'{\') }}" }\nsteps: [{ run: a }]';
    expect(() => tell(yaml)).toThrow("fromJSON('{')");
  });
});

describe('a file that a step wrote', () => {
  it.each<[string, string, Readonly<Record<string, string>> | string]>([
    ['nothing', '', {}],
    ['lines', 'a=1\r\nb=x=y\n\n', { a: '1', b: 'x=y' }],
    ['a text of several lines', 'a<<E\none\n\ntwo\nE\nb=2', { a: 'one\n\ntwo', b: '2' }],
    ['the last one wins', 'a=1\na=2', { a: '2' }],
    ['no name', '=1', "GITHUB_ENV: '=1' is not name=value or name<<WORD"],
    ['no end', 'a<<E\none', "GITHUB_ENV: the value of a has no line 'E' after it"],
    ['a name of the runner', 'GITHUB_SHA=1', 'GITHUB_ENV: GITHUB_SHA cannot be set by a step'],
    ['options of node', 'NODE_OPTIONS=-r x', 'GITHUB_ENV: NODE_OPTIONS cannot be set by a step'],
    ['too much', 'x'.repeat(600_000), 'GITHUB_ENV: it is longer than 524288 characters'],
  ])('%s', (_, text, expected) => {
    const read = readStepFile(text, 'GITHUB_ENV');
    expect(read.ok ? read.values : read.problem).toEqual(expected);
  });
});
