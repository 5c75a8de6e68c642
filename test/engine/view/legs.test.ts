/** How people see the legs of a matrix. */
import { describe, expect, test } from 'vitest';

import { awaitedOf } from '../../../src/engine/view/awaited.ts';
import { explainJob, explainRun } from '../../../src/engine/view/explain.ts';
import { graphMermaid } from '../../../src/engine/view/graph-mermaid.ts';
import { graphText, lineText } from '../../../src/engine/view/graph-text.ts';
import { jobPhase } from '../../../src/engine/view/phase.ts';
import { taskOf } from '../../../src/engine/view/task.ts';
import { beginStory, config, type Story } from '../story.ts';

const yaml = (values: string, more = ''): string => `jobs:
  build:
    runs-on: backend-engineer
    prompt: x
    max-attempts: 2
    retry-delay: 5m
    on-failure: escalate
    strategy: { fail-fast: false, max-parallel: 2, matrix: { os: ${values} } }
${more}  after: { needs: build, runs-on: web-designer, prompt: x }
`;

const three = '[mac, linux, win]';

function begun(values = three): Story {
  const story = beginStory(yaml(values));
  story.start();
  return story;
}

const textOf = ({ context, state }: Story): string[] => graphText(context().workflow, state()).map(lineText);

describe('the graph', () => {
  test('has each leg with its name below the job', () => {
    const story = begun();
    story.report('build.0');
    const lines = textOf(story);
    expect(lines[1]).toMatch(/✓ · build\.0 +success .*build \(mac\)$/);
    expect(lines[2]).toMatch(/● · build\.1 +in progress .*build \(linux\)$/);
    expect(lines).toHaveLength(5);
    expect(graphMermaid(story.context().workflow, story.state())).toContain('build 1/3');
  });

  test('of many legs shows those that somebody works on, and counts the others', () => {
    const story = begun(`[${Array.from({ length: 40 }, (_, index) => index).join(', ')}]`);
    story.report('build.0');
    const lines = textOf(story);
    expect(lines.slice(1, 3).map((line) => /build\.\d+/.exec(line)?.[0])).toEqual(['build.1', 'build.2']);
    expect(lines[3]).toBe('     and 38 more legs; 1 of 40 succeeded');
  });
});

describe('what is awaited', () => {
  test('is each leg that began; the others wait for these', () => {
    const { context, state } = begun();
    const awaited = awaitedOf(context().workflow, state()).filter(({ kind }) => kind !== 'effect');
    expect(awaited).toMatchObject([
      { kind: 'agent', job: 'build.0' },
      { kind: 'agent', job: 'build.1' },
      { kind: 'needs', job: 'build.2', needs: ['build.0', 'build.1'] },
      { kind: 'needs', job: 'after', needs: ['build'] },
    ]);
  });

  test('a job stands where its legs stand that are furthest', () => {
    const story = begun('[mac]');
    story.fail('build.0');
    expect(jobPhase(story.state(), 'build')).toBe('retrying');
    story.pass('retry', 'build.0');
    story.fail('build.0');
    expect(jobPhase(story.state(), 'build')).toBe('escalated');
  });
});

describe('explanations', () => {
  test('of a job name its legs, of a leg its attempts', () => {
    const { context, state } = begun();
    const { workflow } = context();
    expect(explainJob(workflow, config, state(), 'build')).toContain('build.2, build (win): queued');
    expect(explainJob(workflow, config, state(), 'Build (linux)')).toContain('build.1, build (linux) (task)');
    expect(explainJob(workflow, config, state(), 'build.7')).toContain('has no job build.7');
  });

  test('of a run that failed name the legs that failed', () => {
    const story = beginStory(yaml('[mac]').replace('on-failure: escalate', 'on-failure: fail'));
    story.start();
    story.fail('build.0');
    story.pass('retry', 'build.0');
    story.fail('build.0', 'no way');
    expect(explainRun(story.context().workflow, config, story.state())).toMatch(
      /build\.0 failed: no way\nNothing/,
    );
  });
});

test('a task is that of the leg', () => {
  const { context, state } = begun();
  expect(taskOf(context().workflow, config, state(), 'build.1', 'x').job.id).toBe('build.1');
});
