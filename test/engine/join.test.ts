/** Joins: `merge` with `wait: all` and `wait: any`. */
import { describe, expect, test } from 'vitest';

import { beginStory } from './story.ts';

const race = (more = ''): string => `jobs:
  start: { runs-on: web-designer, prompt: x }
  a: { needs: start, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: fail }
  deep: { needs: start, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: fail }
  b: { needs: deep, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: fail }
  join:
    type: merge
    needs: [a, b]
    wait: any
${more}  after: { needs: join, runs-on: web-designer, prompt: x }
`;

describe('wait: any', () => {
  test('the first success proceeds; open needs and what only they waited for are cancelled', () => {
    const story = beginStory(race());
    story.start();
    story.report('start');
    story.report('a');
    expect(story.effects()).toEqual(['cancel_dispatch deep', 'dispatch after 1.1']);
    expect(story.lines()).toMatchObject({
      a: 'completed success',
      deep: 'completed cancelled',
      b: 'completed cancelled',
      join: 'completed success',
      after: 'in_progress',
    });
    story.report('after');
    expect(story.state().run.conclusion).toBe('success');
  });

  test('an ancestor that others wait for goes on', () => {
    const story = beginStory(`${race()}  also: { needs: deep, runs-on: web-designer, prompt: x }\n`);
    story.start();
    story.report('start');
    story.report('a');
    expect(story.lines()).toMatchObject({ deep: 'in_progress', b: 'completed cancelled', also: 'queued' });
    story.report('deep');
    expect(story.lines()).toMatchObject({ also: 'in_progress', b: 'completed cancelled' });
  });

  test('a failure waits for the others; what follows judges by the join alone', () => {
    const story = beginStory(race());
    story.start();
    story.report('start');
    story.fail('a');
    expect(story.lines()['join']).toBe('queued');
    story.report('deep');
    story.report('b');
    expect(story.lines()).toMatchObject({ join: 'completed success', after: 'in_progress' });
  });

  test('all failed: it fails', () => {
    const story = beginStory(race());
    story.start();
    story.report('start');
    story.fail('a');
    story.fail('deep');
    expect(story.lines()).toMatchObject({
      b: 'completed skipped',
      join: 'completed failure',
      after: 'completed skipped',
    });
    expect(story.attempts('join')).toEqual(['failure: none of a, b succeeded']);
  });

  test('all skipped: it is skipped', () => {
    const story = beginStory(race());
    story.start();
    story.override({ action: 'cancel' });
    expect(story.lines()['join']).toBe('completed skipped');
    const other = beginStory(race().replaceAll('needs: start, ', 'needs: start, if: failure(), '));
    other.start();
    other.report('start');
    expect(other.lines()).toMatchObject({ a: 'completed skipped', join: 'completed skipped' });
  });

  const gated = "    if: success() && needs.b.result == 'success'\n";
  test('an if of its own holds it back until it holds', () => {
    const story = beginStory(race(gated));
    story.start();
    story.report('start');
    story.report('a');
    expect(story.lines()).toMatchObject({ join: 'queued', deep: 'in_progress' });
    story.report('deep');
    story.report('b');
    expect(story.lines()['join']).toBe('completed success');
  });

  test('an if of its own that never holds skips it when all needs are done', () => {
    const story = beginStory(race(gated));
    story.start();
    story.report('start');
    story.report('a');
    story.fail('deep');
    expect(story.lines()['join']).toBe('completed skipped');
  });

  test('named status functions look at the named jobs', () => {
    const story = beginStory(race("    if: success('b') || failure('b')\n"));
    story.start();
    story.report('start');
    story.report('a');
    expect(story.lines()['join']).toBe('queued');
    story.report('deep');
    story.fail('b');
    expect(story.lines()['join']).toBe('completed success');
  });

  test('an if without a value fails it at once', () => {
    const story = beginStory(race('    if: fromJSON(github.event.issue.title).x\n'));
    story.start();
    story.report('start');
    story.report('a');
    expect(story.lines()['join']).toBe('completed failure');
  });
});

describe('wait: all', () => {
  test('waits for every need, and needs their success', () => {
    const yaml = `jobs:
  a: { runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: fail }
  b: { runs-on: web-designer, prompt: x }
  join: { type: merge, needs: [a, b] }
  after: { needs: join, runs-on: web-designer, prompt: x }
`;
    const good = beginStory(yaml);
    good.start();
    good.report('a');
    expect(good.lines()['join']).toBe('queued');
    good.report('b');
    expect(good.lines()).toMatchObject({ join: 'completed success', after: 'in_progress' });
    const bad = beginStory(yaml);
    bad.start();
    bad.fail('a');
    bad.report('b');
    expect(bad.lines()).toMatchObject({ join: 'completed skipped', after: 'completed skipped' });
  });
});
