/** Concurrency groups of users: one of a group runs at a time, over all runs of the repository. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { beginStory } from './story.ts';
import type { GroupWorld } from './group-world.ts';
import { createGroupWorld } from './group-world.ts';

const task = (job: string, more = ''): string =>
  `  ${job}: { runs-on: backend-engineer, prompt: Work, max-attempts: 1, on-failure: fail${more} }`;
const ofJob = (group: string): string => `jobs:\n${task('work', `, concurrency: ${group}`)}`;
const ofRun = (group: string): string => `concurrency: ${group}\njobs:\n${task('work')}`;

function groupsOf(world: GroupWorld): readonly string[] {
  return world.groups().map(({ name, running, pending }) => {
    const told = [running, ...pending].map((member) => {
      if (member === null) return 'nobody';
      return `${member.run}${member.job === null ? '' : ` ${member.job}`}`;
    });
    return `${name}: ${told.join(', ')}`;
  });
}

describe.each([
  ['a job', ofJob],
  ['a run', ofRun],
])('%s', (_what, yaml) => {
  test('waits as pending while another of its group works, and goes on when that is done', () => {
    const world = createGroupWorld();
    const first = world.start(1, yaml('deploy'));
    const second = world.start(2, yaml('DEPLOY'));
    expect(world.tell(first)).toBe('in_progress: work in_progress');
    expect(world.stateOf(second).run.status).toBe('pending');
    world.report(first, 'work');
    expect(world.tell(first)).toBe('success: work success');
    expect(world.tell(second)).toBe('in_progress: work in_progress');
    world.report(second, 'work');
    expect(groupsOf(world)).toEqual(['deploy: nobody']);
  });

  test('that waits is cancelled by a newcomer, which takes its place', () => {
    const world = createGroupWorld();
    const [first, second, third] = [1, 2, 3].map((issue) => world.start(issue, yaml('deploy')));
    expect(world.tell(second ?? '')).toBe('cancelled: work cancelled');
    world.report(first ?? '', 'work');
    expect(world.tell(third ?? '')).toBe('in_progress: work in_progress');
  });

  test('that works is cancelled by a newcomer with cancel-in-progress', () => {
    const world = createGroupWorld();
    const first = world.start(1, yaml('deploy'));
    const second = world.start(2, yaml('{ group: deploy, cancel-in-progress: true }'));
    expect(world.tell(first)).toBe('cancelled: work cancelled');
    expect(world.tell(second)).toBe('in_progress: work in_progress');
  });

  test('waits in order with queue: max', () => {
    const world = createGroupWorld();
    const entry = yaml('{ group: deploy, queue: max }');
    const [first, second, third] = [1, 2, 3].map((issue) => world.start(issue, entry));
    expect(groupsOf(world)[0]).toMatch(/^deploy: 1-1( work)?, 2-1( work)?, 3-1( work)?$/);
    world.report(first ?? '', 'work');
    expect(world.tell(second ?? '')).toBe('in_progress: work in_progress');
    world.report(second ?? '', 'work');
    expect(world.tell(third ?? '')).toBe('in_progress: work in_progress');
  });

  test('is cancelled where a hundred wait already', () => {
    const world = createGroupWorld();
    const entry = yaml('{ group: deploy, queue: max }');
    for (let issue = 1; issue <= 101; issue += 1) world.start(issue, entry);
    expect(world.tell(world.start(102, entry))).toBe('cancelled: work cancelled');
    expect(world.groups()[0]?.pending).toHaveLength(100);
  });

  test('gives its place up when it is cancelled, whether it works or waits', () => {
    const world = createGroupWorld();
    const entry = yaml('{ group: deploy, queue: max }');
    const [first, second, third] = [1, 2, 3].map((issue) => world.start(issue, entry));
    world.cancel(second ?? '');
    expect(world.tell(second ?? '')).toBe('cancelled: work cancelled');
    world.cancel(first ?? '');
    expect(world.tell(third ?? '')).toBe('in_progress: work in_progress');
  });

  test.each([
    ['an empty name', `"\${{ '' }}"`, 'cannot be empty'],
    ['a name that is too long', `"\${{ bead.number }}${'a'.repeat(400)}"`, 'must not be longer than 400'],
    ['a name without a value', `"\${{ fromJSON('{') }}"`, 'JSON'],
    ['a flag without a value', '{ group: a, cancel-in-progress: "${{ fromJSON(\'{\') }}" }', 'JSON'],
  ])('fails for %s', (_why, group, problem) => {
    const world = createGroupWorld();
    const run = world.start(1, yaml(group));
    expect(world.tell(run)).toBe('failure: work failure');
    expect(world.stateOf(run).jobs['work']?.attempts[0]?.reason).toContain(problem);
  });
});

test('jobs of one run take turns, and a newcomer among them displaces whoever waits', () => {
  const jobs = ['a', 'b', 'c'].map((job) => task(job, ', concurrency: deploy')).join('\n');
  const world = createGroupWorld();
  const run = world.start(1, `jobs:\n${jobs}`);
  expect(world.tell(run)).toBe('in_progress: a in_progress, b cancelled, c pending');
  world.report(run, 'a');
  expect(world.tell(run)).toBe('in_progress: a success, b cancelled, c in_progress');
  world.report(run, 'c');
  expect(world.tell(run)).toBe('cancelled: a success, b cancelled, c success');
});

test('a job whose run cancels another of its own with cancel-in-progress goes on at once', () => {
  const jobs = ['a', 'b'].map((job) =>
    task(job, ', concurrency: { group: deploy, cancel-in-progress: true }'),
  );
  const world = createGroupWorld();
  expect(world.tell(world.start(1, `jobs:\n${jobs.join('\n')}`))).toBe(
    'in_progress: a cancelled, b in_progress',
  );
});

test('a job cannot wait for its own run', () => {
  const world = createGroupWorld();
  const run = world.start(1, `concurrency: deploy\n${ofJob(`"\${{ 'deploy' }}"`)}`);
  expect(world.tell(run)).toBe('cancelled: work cancelled');
  expect(world.stateOf(run).jobs['work']?.attempts[0]?.reason).toContain('held by run 1-1');
});

test('a run that is displaced lets its cleaning up end before the newcomer begins', () => {
  const yaml = [
    'concurrency: { group: deploy, cancel-in-progress: true }',
    'jobs:',
    task('work'),
    task('clean', ', needs: work, if: always()'),
  ].join('\n');
  const world = createGroupWorld();
  const first = world.start(1, yaml);
  const second = world.start(2, yaml);
  expect(world.tell(first)).toBe('in_progress: work cancelled, clean in_progress');
  expect(world.tell(second)).toBe('pending: work queued, clean queued');
  world.report(first, 'clean');
  expect(world.tell(first)).toBe('cancelled: work cancelled, clean success');
  expect(world.tell(second)).toBe('in_progress: work in_progress, clean queued');
});

test('a job that is sent back gives its place up and takes a new one', () => {
  const story = beginStory(
    [
      'jobs:',
      '  build: { runs-on: backend-engineer, prompt: Work, concurrency: deploy }',
      '  check: { needs: build, runs-on: backend-engineer, prompt: Work, max-attempts: 1, on-failure: build }',
    ].join('\n'),
  );
  story.start();
  story.report('build');
  expect(story.state().run.groups).toEqual({});
  story.fail('check');
  expect(story.state().run.groups).toEqual({ build: 'deploy' });
  expect(story.lines()).toEqual({ build: 'in_progress', check: 'queued' });
});

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('start', 'report', 'fail', 'cancel', 'pause', 'resume'),
    which: fc.nat(20),
    entry: fc.constantFrom(
      ofJob('a'),
      ofRun('A'),
      ofJob('{ group: a, queue: max }'),
      ofRun('{ group: a, cancel-in-progress: true }'),
      ofJob('{ group: A, cancel-in-progress: true }'),
      `concurrency: b\njobs:\n${task('work', ', concurrency: a')}\n${task('clean', ', needs: work, if: always(), concurrency: a')}`,
    ),
  }),
  { maxLength: 30 },
);

test('whatever happens, two of a group never run at a time, and nobody waits for ever', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const world = createGroupWorld();
      let issue = 0;
      for (const { kind, which, entry } of sequence) {
        const runs = world.runs();
        const run = runs[which % Math.max(1, runs.length)];
        if (kind === 'start') world.start(++issue, entry);
        else if (run !== undefined) act(world, run, kind);
        expectOneOfEach(world);
      }
      for (const run of world.runs()) world.happen(run, override('resume'));
      for (let round = 0; round < 100 && world.runs().some((run) => !isOver(world, run)); round += 1) {
        for (const run of world.runs()) act(world, run, 'report');
      }
      expect(world.runs().filter((run) => !isOver(world, run))).toEqual([]);
      expect(world.groups().every(({ running, pending }) => running === null && pending.length === 0)).toBe(
        true,
      );
    }),
    { numRuns: 150, seed: 20260105 },
  );
});

function act(world: GroupWorld, run: string, kind: string): void {
  if (kind === 'cancel' || kind === 'pause' || kind === 'resume') world.happen(run, override(kind));
  else {
    for (const [job, line] of Object.entries(world.stateOf(run).run.jobs)) {
      if (line.status === 'in_progress') world.report(run, job, kind === 'fail' ? 'failure' : 'success');
    }
  }
}

function override(action: 'cancel' | 'pause' | 'resume') {
  return { type: 'override_issued', override: { action }, reason: 'because' } as const;
}

function isOver(world: GroupWorld, run: string): boolean {
  return world.stateOf(run).run.status === 'completed';
}

function expectOneOfEach(world: GroupWorld): void {
  const running: string[] = [];
  for (const run of world.runs()) {
    const { run: document } = world.stateOf(run);
    for (const [place, name] of Object.entries(document.groups ?? {})) {
      const status = place === '*' ? document.status : document.jobs[place]?.status;
      expect(status).not.toBe('completed');
      if (status === 'in_progress' || status === 'waiting') running.push(name.toLowerCase());
    }
  }
  expect(new Set(running).size).toBe(running.length);
}
