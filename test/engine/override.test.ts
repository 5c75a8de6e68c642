/** The CEO's word: every override, and what it does to what is going on. */
import { describe, expect, test } from 'vitest';

import { sha256 } from '../../src/base/digest.ts';
import { beginStory, config, workflowOf } from './story.ts';

const two = `jobs:
  a: { runs-on: backend-engineer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x }
  ok: { type: approval, needs: b, runs-on: ceo }
  cleanup: { needs: b, if: always(), runs-on: web-designer, prompt: x }
`;

const started = (yaml = two) => {
  const story = beginStory(yaml);
  story.start();
  return story;
};

const atGate = () => {
  const story = started();
  story.report('a');
  story.report('b');
  story.perform();
  return story;
};

describe('every override', () => {
  test('is recorded by its event and applied once', () => {
    const story = started();
    story.override({ action: 'pause' });
    expect(story.state().run.overrides).toEqual([story.lastEvent.id]);
    story.apply(story.lastEvent);
    expect(story.said()).toBe('ignored: the override was applied already');
  });

  test.each([
    { action: 'goto', job: 'nope' },
    { action: 'skip', job: '__proto__' },
    { action: 'approve', job: 'constructor' },
  ] as const)('$action of a job that does not exist says which there are', (override) => {
    const story = started();
    story.override(override);
    expect(story.effects()).toEqual([
      `reply @carol: \`${override.action}\` was not done: there is no job "${override.job}" (jobs: a, b, ok, cleanup).`,
    ]);
    expect(story.said()).toBe(`run (${override.action} refused)`);
  });

  test('without a job means the only one it can mean', () => {
    const story = started(
      'jobs:\n  x: { type: approval, runs-on: ceo }\n  y: { type: approval, runs-on: ceo }\n',
    );
    story.override({ action: 'approve', job: null });
    expect(story.effects()).toEqual([
      'reply @carol: `approve` was not done: name the job: more than one asks for an approval (x, y).',
    ]);
    story.override({ action: 'approve', job: 'x' });
    story.override({ action: 'approve', job: null });
    expect(story.state().run.conclusion).toBe('success');
  });

  test.each([
    { override: { action: 'approve', job: null }, why: 'no job asks for an approval' },
    { override: { action: 'reject', job: 'a' }, why: 'a asks for no approval now; `goto a` begins it anew' },
    { override: { action: 'retry', job: null }, why: 'no job is escalated' },
    {
      override: { action: 'retry', job: 'b' },
      why: 'b cannot be tried again before it was reached; `goto b` starts it anyway',
    },
    {
      override: { action: 'reassign', job: 'a', role: 'product-manager' },
      why: 'nobody holds the role product-manager (held: ceo, qa-engineer, engineering-manager, backend-engineer, web-designer)',
    },
    {
      override: { action: 'reassign', job: 'a', role: 'toString' },
      why: 'nobody holds the role toString (held: ceo, qa-engineer, engineering-manager, backend-engineer, web-designer)',
    },
    { override: { action: 'repin', definition: 'f00' }, why: 'the definition f00 is not known' },
  ] as const)('that cannot be followed says why: $why', ({ override, why }) => {
    const story = started();
    story.override(override);
    expect(story.effects()).toEqual([`reply @carol: \`${override.action}\` was not done: ${why}.`]);
  });
});

describe('approve and reject', () => {
  test('answer a gate, whose pull request is closed', () => {
    const story = atGate();
    const pull = story.document('ok').gate?.pull ?? 0;
    story.override({ action: 'approve', job: null }, 'Fine.');
    expect(story.effects()).toEqual([`close_gate ok #${pull}`]);
    expect(story.document('ok').gate?.answer).toMatchObject({
      verdict: 'approved',
      review: null,
      body: 'Fine.',
    });
    const said = atGate();
    said.happen({
      type: 'override_issued',
      override: { action: 'approve', job: null },
      reason: 'Fine.',
      comment: 7,
    });
    expect(said.document('ok').gate?.answer).toMatchObject({ review: null, comment: 7 });
    const other = atGate();
    other.override({ action: 'reject', job: 'OK' }, 'No.');
    expect(other.lines()['ok']).toBe('completed failure');
  });

  test('reject of an escalation closes the run', () => {
    const story = started('jobs:\n  a: { runs-on: product-manager, prompt: x }\n');
    story.override({ action: 'reject', job: null }, 'No.');
    expect(story.effects()).toEqual(['close_issue not_planned']);
    expect(story.state().run.conclusion).toBe('failure');
  });
});

describe('retry', () => {
  test('redoes a job that ran before, and what followed from it', () => {
    const story = atGate();
    story.override({ action: 'retry', job: 'b' }, 'Again, with care.');
    expect(story.lines()).toEqual({
      a: 'completed success',
      b: 'in_progress',
      ok: 'queued',
      cleanup: 'queued',
    });
    expect(story.document('b').feedback).toEqual({ from: 'ceo', text: 'Again, with care.' });
  });

  test('not while what it needs is being redone', () => {
    const story = atGate();
    story.override({ action: 'retry', job: 'a' });
    story.override({ action: 'retry', job: 'b' });
    expect(story.said()).toBe('run (retry refused)');
  });
});

describe('goto', () => {
  test('skips what lies before, leaves what is unrelated, starts the job whatever its if', () => {
    const story = started(`jobs:
  a: { runs-on: web-designer, prompt: x }
  side: { runs-on: web-designer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x }
  c: { needs: b, if: failure(), runs-on: web-designer, prompt: x }
  d: { needs: c, runs-on: web-designer, prompt: x }
`);
    story.override({ action: 'goto', job: 'c' }, 'Skip ahead.');
    expect(story.effects()).toEqual(['cancel_dispatch a', 'dispatch c 1.1']);
    expect(story.lines()).toEqual({
      a: 'completed skipped as success',
      side: 'in_progress',
      b: 'completed skipped as success',
      c: 'in_progress',
      d: 'queued',
    });
    expect(story.attempts('a')).toEqual(['skipped: @carol went on at c: Skip ahead.']);
    story.report('c');
    expect(story.lines()['d']).toBe('in_progress');
  });

  test('what failed before counts as done from now on', () => {
    const story = started(`jobs:
  a: { runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: fail }
  side: { runs-on: web-designer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x }
  c: { needs: b, runs-on: web-designer, prompt: x }
`);
    story.fail('a');
    story.override({ action: 'goto', job: 'b' });
    story.report('b');
    expect(story.lines()).toMatchObject({ a: 'completed failure as success', c: 'in_progress' });
  });

  test('forgives the cycles of what it resets', () => {
    const story = started(`max-cycles: 1
jobs:
  a: { runs-on: web-designer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: a }
`);
    story.report('a');
    story.fail('b');
    expect(story.state().run.cycles).toEqual({ 'b.on-failure': 1 });
    story.override({ action: 'goto', job: 'a' });
    expect(story.state().run.cycles).toEqual({});
  });
});

describe('skip', () => {
  test('leaves a job out, and its dependents go on', () => {
    const story = started();
    story.override({ action: 'skip', job: 'a' }, 'Known.');
    expect(story.effects()).toEqual(['cancel_dispatch a', 'dispatch b 1.1']);
    expect(story.attempts('a')).toEqual(['skipped: skipped by @carol: Known.']);
    story.override({ action: 'skip', job: 'a' });
    expect(story.effects()[0]).toContain('a is completed already');
  });

  test('works ahead of time, too', () => {
    const story = started();
    story.override({ action: 'skip', job: 'ok' });
    expect(story.attempts('ok')).toEqual(['skipped: skipped by @carol: because']);
    story.report('a');
    story.report('b');
    story.report('cleanup');
    expect(story.state().run.conclusion).toBe('success');
  });
});

describe('reassign', () => {
  test('moves work that is going on; the dispatch is called off', () => {
    const story = started();
    story.override({ action: 'reassign', job: null, role: 'web-designer' });
    expect(story.effects()).toEqual(['cancel_dispatch a', 'dispatch a 2.1']);
    expect(story.document('a').role).toBe('web-designer');
  });

  test('of a job that is not reached yet counts when it is', () => {
    const story = started();
    story.override({ action: 'reassign', job: 'b', role: 'backend-engineer' });
    expect(story.effects()).toEqual([]);
    story.report('a');
    expect(story.document('b')).toMatchObject({ role: 'backend-engineer', assignee: { login: 'bot' } });
  });

  test('of a gate asks somebody else', () => {
    const story = atGate();
    story.report('cleanup');
    story.override({ action: 'reassign', job: null, role: 'qa-engineer' });
    expect(story.document('ok')).toMatchObject({ role: 'qa-engineer', gate: { attempt: 2 } });
  });

  test.each([
    { yaml: two, job: 'a', role: 'web-designer', before: 'a', why: 'a is completed; `retry a` redoes it' },
    {
      yaml: 'jobs:\n  d: { type: decision, outputs: { x: y } }\n  ok: { type: approval, runs-on: ceo }\n',
      job: 'd',
      role: 'ceo',
      before: null,
      why: 'd is done by nobody, so it has no role; `retry d` redoes it',
    },
    {
      yaml: 'jobs:\n  v: { type: verify, runs-on: qa-engineer, prompt: x }\n',
      job: 'v',
      role: 'ceo',
      before: null,
      why: 'a verify job is for qa-engineer only; `skip v` goes on without it',
    },
  ])('is refused: $why', ({ yaml, job, role, before, why }) => {
    const story = started(yaml);
    if (before !== null) story.report(before);
    story.override({ action: 'reassign', job, role });
    expect(story.effects()).toEqual([`reply @carol: \`reassign\` was not done: ${why}.`]);
  });
});

describe('repin', () => {
  const definitions = (yaml: string) => ({ definitions: { other: workflowOf(yaml) } });

  test('keeps what is done and going on, drops what is gone, queues what is new', () => {
    const story = beginStory(
      `jobs:
  a: { runs-on: web-designer, prompt: x }
  b: { runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: fail }
  c: { runs-on: web-designer, prompt: x }
  d: { needs: [a, b], runs-on: web-designer, prompt: x }
  e: { runs-on: web-designer, prompt: x }
`,
      definitions(`jobs:
  a: { runs-on: web-designer, prompt: x }
  c: { runs-on: web-designer, prompt: y }
  e: { type: approval, runs-on: ceo }
  d: { needs: [a, n], runs-on: web-designer, prompt: x }
  n: { needs: a, runs-on: web-designer, prompt: x }
`),
    );
    story.start();
    story.report('a');
    story.override({ action: 'repin', definition: 'other' });
    expect(story.effects()).toEqual([
      'cancel_dispatch b',
      'cancel_dispatch e',
      'open_gate e 2',
      'dispatch n 1.1',
    ]);
    expect(story.lines()).toEqual({
      a: 'completed success',
      c: 'in_progress',
      d: 'queued',
      e: 'waiting',
      n: 'in_progress',
    });
    expect(Object.keys(story.state().jobs).sort()).toEqual(['a', 'c', 'e', 'n']);
    expect(story.state().run.definition).toBe('other');
    story.override({ action: 'repin', definition: 'other' });
    expect(story.effects()).toEqual([
      'reply @carol: `repin` was not done: the run goes by that definition and these settings already; commit others to the default branch first.',
    ]);
  });

  test('begins anew what waits for the CEO, with the reason as feedback', () => {
    const story = beginStory(
      'jobs:\n  a: { runs-on: product-manager, prompt: x }\n',
      definitions('jobs:\n  a: { runs-on: web-designer, prompt: x }\n'),
    );
    story.start();
    story.perform();
    story.override({ action: 'repin', definition: 'other' }, 'Wanda does it.');
    expect(story.effects()).toEqual([
      'close_escalation #1101: @carol asked for it (another definition): Wanda does it.',
      'dispatch a 2.1',
    ]);
    expect(story.document('a').feedback).toEqual({ from: 'ceo', text: 'Wanda does it.' });
  });

  test('takes up other settings, also by the same definition', () => {
    const yaml = 'jobs:\n  a: { runs-on: product-manager, prompt: x }\n';
    const held = { ...config, roles: { ...config.roles, 'product-manager': config.roles['ceo'] ?? [] } };
    const story = beginStory(yaml, { configs: { held } });
    story.start();
    const { definition } = story.state().run;
    story.override({ action: 'repin', definition, config: 'unknown' });
    expect(story.effects()).toEqual([
      'reply @carol: `repin` was not done: the settings unknown are not known.',
    ]);
    story.override({ action: 'repin', definition, config: 'held' });
    expect(story.state().run.config).toBe('held');
    expect(story.document('a').assignee?.login).toBe('carol');
    expect(story.lines()).toEqual({ a: 'in_progress' });
  });

  test('forgets the cycles of jobs that are gone', () => {
    const story = beginStory(
      `jobs:
  a: { runs-on: web-designer, prompt: x }
  b: { needs: a, runs-on: web-designer, prompt: x, max-attempts: 1, on-failure: a }
`,
      definitions(`jobs:\n  a: { runs-on: web-designer, prompt: x }\n`),
    );
    story.start();
    story.report('a');
    story.fail('b');
    story.override({ action: 'repin', definition: 'other' });
    expect(story.state().run.cycles).toEqual({});
    expect(story.lines()).toEqual({ a: 'in_progress' });
  });

  test('is refused where no other definition can be found', () => {
    const story = beginStory(two);
    story.start();
    story.override({ action: 'repin', definition: sha256('x') });
    expect(story.said()).toBe('run (repin refused)');
  });
});
