/** What agents may answer, and what is said to answers that do not count. */
import { describe, expect, test } from 'vitest';

import { beginStory } from './story.ts';

const task = (more = ''): string =>
  `jobs:\n  fix:\n    runs-on: backend-engineer\n    prompt: Do it.\n${more
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `    ${line}\n`)
    .join('')}`;

describe('answers', () => {
  const declared = 'outputs:\n  kind: { required: true, enum: [bug, feature] }\n  note: {}';
  const rows: readonly {
    readonly name: string;
    readonly outputs: Readonly<Record<string, string>>;
    readonly problem: string;
  }[] = [
    { name: 'a required output is missing', outputs: {}, problem: 'output "kind" is missing' },
    { name: 'a required output is empty', outputs: { kind: '' }, problem: 'output "kind" is missing' },
    {
      name: 'a value that is not allowed',
      outputs: { kind: 'x'.repeat(100) },
      problem: `output "kind" must be one of bug, feature, not "${'x'.repeat(80)}…"`,
    },
    {
      name: 'an output that was not declared',
      outputs: { kind: 'bug', other: '1' },
      problem: 'there is no output "other" (declared: kind, note)',
    },
    {
      name: 'a name that every object has',
      outputs: { kind: 'bug', constructor: '1' },
      problem: 'there is no output "constructor" (declared: kind, note)',
    },
    {
      name: 'more than 1 MB',
      outputs: { kind: 'bug', note: 'x'.repeat(600_000) },
      problem: 'the outputs are larger than 1 MB',
    },
  ];
  test.each(rows)('$name: one clear reply, and it costs a turn', ({ outputs, problem }) => {
    const story = beginStory(task(declared));
    story.start();
    story.report('fix', { outputs });
    const [reply, next] = story.effects();
    expect(reply).toContain(
      `reply @bot: The answer for fix (attempt 1, turn 1) could not be used: ${problem}.`,
    );
    expect(next).toBe('dispatch fix 1.2');
    expect(story.said()).toBe('fix (malformed, turn 1)');
  });

  test('an output of a job that declares none is unknown', () => {
    const story = beginStory(task());
    story.start();
    story.report('fix', { outcome: 'continue', outputs: { x: '1' } });
    expect(story.effects()[0]).toContain('there is no output "x" (declared: none)');
  });

  test('a failure counts whatever its outputs are', () => {
    const story = beginStory(task('max-attempts: 1\non-failure: fail'));
    story.start();
    story.report('fix', { outcome: 'failure', outputs: { x: '1' }, summary: 'no' });
    expect(story.lines()).toEqual({ fix: 'completed failure' });
  });

  test('an answer that cannot be read costs a turn, and the last one escalates', () => {
    const story = beginStory(task('max-turns: 2'));
    story.start();
    story.malformed('fix', 'two report blocks');
    expect(story.effects()).toEqual([expect.stringContaining('two report blocks'), 'dispatch fix 1.2']);
    story.malformed('fix');
    expect(story.effects()).toEqual([expect.stringContaining('reply @bot'), 'open_escalation fix']);
  });

  test('a late answer is refused once, politely; the counted one again is ignored', () => {
    const story = beginStory(task());
    story.start();
    const dispatch = story.dispatchOf('fix');
    const late = { type: 'report_received', dispatch, outcome: 'success', outputs: {}, usage: null } as const;
    story.fail('fix', 'gave up');
    const accepted = story.lastEvent;
    expect(story.apply(accepted)).toEqual({
      kind: 'ignored',
      reason: 'the same report was counted already',
    });
    story.happen({ ...late, outcome: 'failure', summary: 'gave up', source: 'comment 2' });
    expect(story.said()).toBe('ignored: the same report was counted already');
    story.happen({ ...late, summary: 'found it', source: 'comment 3' });
    expect(story.said()).toBe('fix (late report refused)');
    expect(story.effects()).toEqual([
      'reply @bot: Thank you, but attempt 1, turn 1 of fix is over (gave up), so this answer does not count. ' +
        'Nothing more is needed for that dispatch.',
    ]);
    story.happen({ ...late, summary: 'found it again', source: 'comment 4' });
    expect(story.said()).toBe('ignored: its dispatch is over, which was said already');
    story.happen({ type: 'report_malformed', dispatch, problem: '?', source: 'comment 5' });
    expect(story.said()).toBe('ignored: its dispatch is over, which was said already');
    story.happen({ type: 'agent_crashed', dispatch, problem: '?' });
    expect(story.said()).toBe('ignored: its turn is over');
  });

  test('a late answer to a completed run is refused once; everything else about it is ignored', () => {
    const story = beginStory(task('max-attempts: 2'));
    story.start();
    const dispatch = story.dispatchOf('fix');
    story.fail('fix');
    story.report('fix');
    expect(story.state().run.status).toBe('completed');
    story.happen({ type: 'report_malformed', dispatch, problem: '?', source: 'comment 5' });
    expect(story.said()).toBe('fix (late report refused)');
    expect(story.state().run.status).toBe('completed');
    story.happen({ type: 'issue_closed' });
    expect(story.said()).toBe('ignored: the run is completed');
  });

  test.each(['fix', 'other', 'constructor'])('named %s, the job of a report only saves a search', (job) => {
    const story = beginStory(task());
    story.start();
    story.report('fix', { job });
    expect(story.lines()['fix']).toBe('completed success');
  });

  test.each([
    { type: 'report_received', outcome: 'success', outputs: {}, summary: '', usage: null, source: '' },
    { type: 'report_malformed', problem: '', source: '' },
    { type: 'agent_crashed', problem: '' },
  ] as const)('a $type for an unknown dispatch is ignored', (event) => {
    const story = beginStory(task());
    story.start();
    story.happen({ ...event, dispatch: 'unknown' });
    expect(story.said()).toBe('ignored: no such dispatch in this run');
  });
});
