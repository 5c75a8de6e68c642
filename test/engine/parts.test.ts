/** Parts of the engine told one by one: what the story of a whole run seldom comes to. */
import { describe, expect, test } from 'vitest';

import { contextsOf } from '../../src/engine/contexts.ts';
import { isAtLimit } from '../../src/engine/escalation.ts';
import { emptyGroup, enter, leave, placeIn, type GroupDocument } from '../../src/engine/group.ts';
import { definitionsOf, openStatusOf, resolveJob, rollUp } from '../../src/engine/legs.ts';
import type { Conclusion, Status } from '../../src/engine/state/status.ts';
import type { EscalationCause } from '../../src/engine/state/escalation.ts';
import { beginSteps, judgeSteps, nextStep } from '../../src/engine/step-run.ts';
import type { Contexts } from '../../src/expression/model.ts';
import { beginStory, epoch, workflowOf } from './story.ts';

describe('the legs of a job', () => {
  test.each<[Conclusion, readonly (Conclusion | null)[]]>([
    ['skipped', []],
    ['skipped', ['skipped', 'skipped']],
    ['success', ['skipped', 'success']],
    ['cancelled', ['success', 'cancelled']],
    ['failure', ['cancelled', 'failure', 'success']],
  ])('come to %s', (expected, legs) => {
    expect(rollUp(legs)).toBe(expected);
  });

  test.each<[Status | null, readonly Status[]]>([
    [null, []],
    [null, ['completed']],
    ['queued', ['completed', 'queued']],
    ['pending', ['queued', 'pending']],
    ['waiting', ['pending', 'waiting']],
    ['in_progress', ['waiting', 'in_progress']],
  ])('stand as %s', (expected, statuses) => {
    const lines = statuses.map((status) => ({ status, conclusion: null, result: null, summary: null }));
    expect(openStatusOf(lines)).toBe(expected);
  });

  test('are defined by their job, and there are none before the run began', () => {
    const yaml =
      'jobs:\n  a: { runs-on: backend-engineer, prompt: x, strategy: { matrix: { n: [1, 2] } } }\n';
    const story = beginStory(yaml);
    const workflow = workflowOf(yaml);
    expect(definitionsOf(workflow, null).map(({ id }) => id)).toEqual(['a']);
    story.start();
    const view = { workflow, document: (id: string) => story.state().jobs[id] };
    const legs = Object.keys(story.state().jobs).filter((id) => id !== 'a');
    expect(definitionsOf(workflow, story.state()).map(({ id }) => id)).toEqual(['a', ...legs]);
    expect(legs.map((id) => resolveJob(view, ` ${id.toUpperCase()} `))).toEqual(legs);
    expect(resolveJob(view, 'a (3)')).toBeUndefined();
  });
});

test.each<[EscalationCause | null, boolean]>([
  ['dispatches', true],
  ['hops', true],
  ['budget', true],
  ['loop', false],
  ['turns', false],
  [null, false],
])('an escalation for %s is at a limit: %s', (cause, expected) => {
  expect(isAtLimit(cause === null ? null : { cause })).toBe(expected);
});

describe('a concurrency group', () => {
  const member = (run: string, job: string | null = 'work') => ({ run, job, since: epoch });
  const full: GroupDocument = {
    ...emptyGroup('deploy'),
    running: member('1-1'),
    pending: [member('2-1'), member('3-1', null)],
  };

  test.each<[string, string | null, 'running' | 'pending' | null]>([
    ['1-1', 'work', 'running'],
    ['2-1', 'work', 'pending'],
    ['3-1', null, 'pending'],
    ['1-1', null, null],
    ['3-1', 'work', null],
  ])('has %s %s as %s', (run, job, place) => {
    expect(placeIn(full, { run, job })).toBe(place);
  });

  test.each<[string, string | null, string | null, readonly string[]]>([
    ['1-1', 'work', '2-1', ['3-1']],
    ['2-1', 'work', null, ['3-1']],
    ['9-1', null, null, ['2-1', '3-1']],
  ])('when %s %s leaves, %s goes on', (run, job, next, waiting) => {
    const left = leave(full, { run, job });
    expect(left.next?.run ?? null).toBe(next);
    expect(left.group.pending.map((one) => one.run)).toEqual(waiting);
  });

  test('refuses whoever comes when as many wait as may', () => {
    const pending = Array.from({ length: 100 }, (_, index) => member(`${index + 2}-1`));
    const entered = enter({ ...full, pending }, member('200-1'), { cancelInProgress: false, queue: 'max' });
    expect(entered.place).toBe('refused');
    expect(entered.displaced).toEqual([]);
    expect(entered.group.pending).toEqual(pending);
  });

  test('keeps whoever is cancelled at work until that has ended', () => {
    const entered = enter(full, member('4-1'), { cancelInProgress: true, queue: 'single' });
    expect(entered.place).toBe('pending');
    expect(entered.group.running).toEqual({ ...member('1-1'), displacedBy: '4-1' });
    expect(entered.displaced.map(({ run }) => run).sort()).toEqual(['1-1', '2-1', '3-1']);
    const last = leave({ ...emptyGroup('deploy'), running: member('1-1') }, member('1-1'));
    expect(last).toEqual({ group: emptyGroup('deploy'), next: null });
  });
});

describe('steps', () => {
  const begin = (step: string, more: Contexts = {}) => {
    const story = beginStory(`jobs:\n  build:\n    runs-on: treadle\n    steps: [${step}]\n`);
    story.start();
    const { workflow, config } = story.context();
    const job = workflow.jobs.get('build');
    if (job?.type !== 'steps') throw new Error('no steps');
    const contexts = contextsOf({ workflow, config }, story.state(), 'build', 'job');
    const begun = beginSteps(job, { ...contexts, ...more }, {});
    if (!begun.ok) throw new Error(begun.problem);
    return begun.value;
  };
  /** A context that cannot be read, for a reason that is no fault of the workflow. */
  const broken: Contexts = {
    get matrix(): never {
      throw new RangeError('out of memory');
    },
  };
  const withBroken = (step: string) => {
    const run = begin(step);
    return { ...run, contexts: Object.defineProperties({}, Object.getOwnPropertyDescriptors(broken)) };
  };

  test.each<[string, Contexts, Readonly<Record<string, string>>]>([
    ['nothing', { env: null }, {}],
    ['a text', { env: 'text' }, {}],
    ['values', { env: { A: 1, B: true } }, { A: '1', B: 'true' }],
  ])('take %s for env', (_what, contexts, env) => {
    expect(begin('{ run: a }', contexts).env).toEqual(env);
  });

  test('do not hide what is no fault of an expression', () => {
    expect(() => nextStep(withBroken('{ run: a }'), false)).toThrow('out of memory');
    expect(() => judgeSteps(withBroken('{ run: a }'), false)).toThrow('out of memory');
    const { job } = begin('{ run: a }');
    const unreadable = Object.defineProperty({}, 'env', {
      enumerable: true,
      get: () => {
        throw new RangeError('out of memory');
      },
    }) as Contexts;
    expect(() => beginSteps(job, unreadable, {})).toThrow('out of memory');
  });

  test.each([
    ['{ run: a, timeout-minutes: "${{ fromJSON(\'0\') }}" }', 'failure', 'no number of minutes'],
    ['{ run: a, timeout-minutes: "${{ \'\' }}" }', 'failure', 'no number of minutes'],
    ['{ run: a, timeout-minutes: "${{ \'x\' }}", continue-on-error: true }', 'success', 'no number'],
  ])('%s is over as %s', (step, conclusion, reason) => {
    const next = nextStep(begin(step), false);
    if (next.kind !== 'over') throw new Error('it runs');
    expect(next.line).toMatchObject({ outcome: 'failure', conclusion });
    expect(next.line.reason).toContain(reason);
  });
});
