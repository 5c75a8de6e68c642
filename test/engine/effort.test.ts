/** What a transition looks at: counted, so that it holds on any machine. */
import { describe, expect, test } from 'vitest';

import { beginLargeRun } from '../../bench/large-run.ts';
import type { Shape } from '../../bench/workflow-text.ts';
import { workflowText } from '../../bench/workflow-text.ts';
import { transition } from '../../src/engine/transition.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import { beginStory, workflowOf } from './story.ts';

/** Pairs of a job and one that needs it; all but the first job of each wait. */
const pairs = (count: number): string =>
  `jobs:\n${Array.from(
    { length: count },
    (_, n) =>
      `  a${n}: { runs-on: backend-engineer, prompt: x }\n  b${n}: { runs-on: ceo, prompt: x, needs: a${n}, if: "needs.a${n}.result == 'success'" }\n`,
  ).join('')}`;

/** How often the definition of a job is asked for when one job of many is reported. */
function looksOf(count: number): number {
  const story = beginStory(pairs(count));
  story.start();
  const before = story.state();
  story.report('a1');
  let looks = 0;
  const { workflow } = story.context();
  const jobs = new Map(workflow.jobs);
  const get = jobs.get.bind(jobs);
  jobs.get = (id) => {
    looks += 1;
    return get(id);
  };
  const counted: Workflow = { ...workflow, jobs };
  transition({ ...story.context(), workflow: counted }, before, story.lastEvent);
  return looks;
}

test('the advance of one job does not look at the others', () => {
  expect(looksOf(200)).toBe(looksOf(5));
});

/** A workflow that writes down whose `if` is evaluated, and counts how often a definition is asked for. */
function watch(workflow: Workflow) {
  const evaluated: string[] = [];
  let looks = 0;
  const jobs = new Map(
    [...workflow.jobs].map(([id, job]) => {
      if (job.if === null) return [id, job];
      const { source, expression } = job.if;
      const condition = {
        source,
        get expression() {
          evaluated.push(id);
          return expression;
        },
      };
      return [id, { ...job, if: condition }];
    }),
  );
  const get = jobs.get.bind(jobs);
  jobs.get = (id) => {
    looks += 1;
    return get(id);
  };
  return { workflow: { ...workflow, jobs }, evaluated, looks: () => looks };
}

describe('in a run of 500 jobs', () => {
  const workflow = workflowOf(workflowText('mixed', 500));

  test('every `if` is evaluated once, when the turn of its job has come', () => {
    const watched = watch(workflow);
    const run = beginLargeRun(watched.workflow);
    expect(watched.evaluated).toEqual([]);
    run.finish();
    expect(run.state().run.conclusion).toBe('success');
    const conditional = [...workflow.jobs.values()].filter((job) => job.if !== null).map((job) => job.id);
    expect(watched.evaluated.toSorted()).toEqual(conditional.toSorted());
  });

  test('one job that is done has the conditions of those evaluated that waited for it', () => {
    const watched = watch(workflow);
    const run = beginLargeRun(watched.workflow);
    run.step();
    expect(watched.evaluated.splice(0)).toEqual(['j1', 'j2', 'j3', 'j4', 'j5']);
    run.step();
    expect(watched.evaluated.splice(0)).toEqual(['j101', 'j102', 'j103', 'j104', 'j105']);
    for (const root of ['j200', 'j300', 'j400', 'j1']) {
      run.step();
      expect(run.state().run.jobs[root]?.status).toBe('completed');
    }
    expect(watched.evaluated.filter((id) => !/^j[234]0[1-5]$/.test(id))).toEqual([]);
  });
});

test.each<Shape>(['mixed', 'chain', 'fan', 'grid'])('twice the jobs are twice the work: %s', (shape) => {
  const looksIn = (count: number): number => {
    const { workflow, looks } = watch(workflowOf(workflowText(shape, count)));
    const run = beginLargeRun(workflow);
    run.finish();
    expect(run.state().run.conclusion).toBe('success');
    return looks();
  };
  expect(looksIn(400) / looksIn(200)).toBeLessThan(2.2);
});

describe('a join of many that waits for any', () => {
  /** How often a need of the join is looked at while so many of them answer. */
  const looksIn = (
    count: number,
    outcomeOf: (job: string) => 'success' | 'failure',
  ): [number, string | null] => {
    const needs = Array.from({ length: count }, (_, index) => `a${index}`);
    const workflow = workflowOf(
      `jobs:\n${needs.map((id) => `  ${id}: { runs-on: ceo, prompt: x, max-attempts: 1, on-failure: fail }\n`).join('')}` +
        `  join: { type: merge, wait: any, needs: [${needs.join(', ')}] }\n`,
    );
    let looks = 0;
    const jobs = new Map(
      [...workflow.jobs].map(([id, job]) => {
        const get = (list: readonly string[], key: string | symbol): unknown => {
          if (typeof key === 'string' && /^\d+$/.test(key)) looks += 1;
          return Reflect.get(list, key) as unknown;
        };
        return [id, id === 'join' ? { ...job, needs: new Proxy(job.needs, { get }) } : job];
      }),
    );
    const run = beginLargeRun({ ...workflow, jobs }, outcomeOf);
    run.finish();
    return [looks, run.state().run.conclusion];
  };

  test('costs its needs where all of them fail', () => {
    const [some, first] = looksIn(100, () => 'failure');
    const [twice, second] = looksIn(200, () => 'failure');
    expect([first, second]).toEqual(['failure', 'failure']);
    expect(twice / some).toBeLessThan(2.2);
  });

  test('costs its needs where the last one succeeds', () => {
    const [some, first] = looksIn(100, (job) => (job === 'a99' ? 'success' : 'failure'));
    const [twice, second] = looksIn(200, (job) => (job === 'a199' ? 'success' : 'failure'));
    expect([first, second]).toEqual(['success', 'success']);
    expect(twice / some).toBeLessThan(2.2);
  });
});
