/** What the names in expressions stand for, and how a run begins. */
import { describe, expect, test } from 'vitest';

import { contextsOf } from '../../src/engine/contexts.ts';
import { deadlinesOf } from '../../src/engine/deadlines.ts';
import { transition } from '../../src/engine/transition.ts';
import { shapeOfContext, type Shape } from '../../src/workflow/context-shapes.ts';
import { beginStory } from './story.ts';

const yaml = `run-name: "Bug \${{ github.event.issue.number }}"
env: { STAGE: "\${{ github.event_name }}", SAME: workflow }
jobs:
  a: { runs-on: web-designer, prompt: x, outputs: { found: {} } }
  b: { needs: a, runs-on: web-designer, prompt: x, env: { WHAT: "\${{ needs.a.outputs.found }}", SAME: job } }
  c: { needs: b, runs-on: web-designer, prompt: "\${{ env.STAGE }} \${{ bead.title }}" }
`;

const at = (more: Parameters<typeof beginStory>[1] = {}) => {
  const story = beginStory(yaml, more);
  story.start();
  story.report('a', { outputs: { found: 'line 7' } });
  return story;
};

describe('contexts', () => {
  test('github, bead, run, inputs and vars', () => {
    const story = at({ inputs: { fast: true } });
    const contexts = contextsOf(story.context(), story.state(), 'a', 'job');
    expect(contexts['github']).toMatchObject({
      event_name: 'workflow_dispatch',
      event: { issue: { number: 42, labels: [{ name: 'bug' }, { name: 'P1' }], user: { login: 'carol' } } },
      repository: 'acme/shop',
      repository_owner: 'acme',
      actor: 'carol',
      run_id: '42-1',
      run_number: '1',
      workflow: '.github/treadle/workflows/test.yml',
    });
    expect(contexts['bead']).toEqual({
      number: 42,
      title: 'It is broken',
      body: 'Please fix.',
      labels: ['bug', 'P1'],
      author: 'carol',
      priority: 'P1',
    });
    expect(contexts['run']).toEqual({ id: '42-1', number: 1, title: 'Bug 42', cycles: {} });
    expect(contexts['inputs']).toEqual({ fast: true });
    expect(contexts['vars']).toEqual({});
  });

  test.each(['github', 'bead', 'run'])('%s holds what lint knows of it', (name) => {
    const story = at();
    const check = (value: unknown, shape: Shape): void => {
      if (shape === null) return;
      expect(Object.keys(value as object).sort()).toEqual(Object.keys(shape).sort());
      for (const [key, below] of Object.entries(value as object)) check(below, shape[key] ?? null);
    };
    check(contextsOf(story.context(), story.state(), 'a', 'job')[name], shapeOfContext(name, 'jobs.prompt'));
  });

  test('needs: direct ones for a job, all ancestors for its if', () => {
    const story = at();
    const state = story.state();
    expect(contextsOf(story.context(), state, 'c', 'job')['needs']).toEqual({
      b: { result: null, outputs: {} },
    });
    expect(contextsOf(story.context(), state, 'c', 'if')['needs']).toEqual({
      a: { result: 'success', outputs: { found: 'line 7' } },
      b: { result: null, outputs: {} },
    });
    expect(contextsOf(story.context(), state, 'unknown', 'job')['needs']).toEqual({});
  });

  test('env: the workflow’s, beaten by the job’s', () => {
    const story = at();
    const contexts = contextsOf(story.context(), story.state(), 'b', 'job');
    expect(contexts['env']).toEqual({ STAGE: 'workflow_dispatch', SAME: 'job', WHAT: 'line 7' });
    expect(contexts['env']).toBe(contexts['env']);
    const none = contextsOf(story.context(), story.state(), 'unknown', 'job');
    expect(none['env']).toEqual({ STAGE: 'workflow_dispatch', SAME: 'workflow' });
  });

  test.each([
    { labels: ['priority:p0'], priority: 'P0' },
    { labels: ['bug', 'P4', 'P1'], priority: 'P4' },
    { labels: ['P9', 'p'], priority: null },
  ])('priority of $labels is $priority', ({ labels, priority }) => {
    const story = at({ labels });
    expect(contextsOf(story.context(), story.state(), 'a', 'job')['bead']).toMatchObject({ priority });
  });

  test('a value of env that cannot be had fails the job that reads it', () => {
    const story = beginStory(`env: { BAD: "\${{ fromJSON(github.event.issue.title) }}" }
jobs:
  a: { runs-on: web-designer, prompt: "\${{ env.BAD }}" }
  b: { runs-on: web-designer, prompt: x }
`);
    story.start();
    expect(story.document('a').escalation?.cause).toBe('definition');
    expect(story.lines()['b']).toBe('in_progress');
  });
});

describe('a run', () => {
  test('begins once, with every job queued and the first started', () => {
    const story = beginStory(yaml);
    story.start();
    expect(story.said()).toBe('start → a');
    expect(story.lines()).toEqual({ a: 'in_progress', b: 'queued', c: 'queued' });
    expect(story.state().run).toMatchObject({
      id: '42-1',
      issue: 42,
      title: 'Bug 42',
      status: 'in_progress',
    });
    expect(story.state().queue).toEqual({ version: 1, base: 'main', entries: [], lease: null });
    expect(deadlinesOf(story.state()).map(({ kind, job }) => `${kind} ${job}`)).toEqual(['timeout a']);
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: the run began already');
  });

  test.each([
    { name: 'no run-name', line: '', title: 'It is broken' },
    { name: 'an empty one', line: 'run-name: "${{ github.event.nothing }}"\n', title: 'It is broken' },
    { name: 'one without a value', line: 'run-name: "${{ fromJSON(bead.title) }}"\n', title: 'It is broken' },
    { name: 'one with a value', line: 'run-name: "#${{ bead.number }}"\n', title: '#42' },
  ])('is called by $name: $title', ({ line, title }) => {
    const story = beginStory(`${line}jobs:\n  a: { runs-on: web-designer, prompt: x }\n`);
    story.start();
    expect(story.state().run.title).toBe(title);
  });

  test('that did not begin, or is another one, is not touched', () => {
    const story = at();
    const event = { ...story.lastEvent, run: '43-1' };
    expect(story.apply(event)).toEqual({ kind: 'ignored', reason: 'the event is about the run 43-1' });
    const none = transition(story.context(), null, story.lastEvent);
    expect(none).toEqual({ kind: 'ignored', reason: 'the run did not begin yet' });
  });

  test('that starts many jobs names three and counts the others', () => {
    const jobs = ['a', 'b', 'c', 'd', 'e'].map((job) => `  ${job}: { runs-on: web-designer, prompt: x }\n`);
    const story = beginStory(`jobs:\n${jobs.join('')}`);
    story.start();
    expect(story.said()).toBe('start → a, b, c, 2 more');
  });

  test('the status is wished for once, however much happens', () => {
    const story = at();
    story.report('b');
    const wishes = story.state().run.outbox.filter((entry) => entry.effect.type === 'update_status');
    expect(wishes).toHaveLength(1);
    expect(wishes[0]?.claim).toEqual(story.lastEvent.wake);
  });

  test('documents that stay the same are the same objects', () => {
    const story = at();
    const before = story.state();
    story.report('b');
    expect(story.state().jobs['a']).toBe(before.jobs['a']);
    expect(story.state().run.jobs['a']).toBe(before.run.jobs['a']);
    expect(story.state().queue).toBe(before.queue);
    expect(story.state().run.trigger).toBe(before.run.trigger);
  });
});
