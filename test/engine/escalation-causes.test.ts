/** Every cause of an escalation: one CEO bead that says what happened, and every answer leads on, in sub-runs and legs as well. */
import { describe, expect, test } from 'vitest';

import type { OverrideAction } from '../../src/engine/event.ts';
import type { EscalationCause } from '../../src/engine/state/escalation.ts';
import { renderEscalation } from '../../src/engine/view/escalation.ts';
import { DEFAULT_LIMITS, type Limits } from '../../src/workflow/limits.ts';
import { bringToEnd } from './every-state.ts';
import { checkInvariants } from './invariants.ts';
import { beginStory, config, workflowOf, type Options, type Story } from './story.ts';

interface Cause {
  readonly cause: EscalationCause;
  /** The job `a`, without its first and last brace. */
  readonly job: string;
  readonly limits?: Partial<Limits>;
  /** What brings it about, once `a` (or its leg) was dispatched. */
  readonly deeds: (story: Story, job: string) => void;
  /** In plain words, in the title of the bead. */
  readonly brief: RegExp;
  /** What the CEO is advised, among others. */
  readonly advice: RegExp;
}

const agent = 'runs-on: backend-engineer, prompt: x, outputs: { found: { required: true } }';
const went = (story: Story, job: string): unknown =>
  story.report(job, { outcome: 'continue', summary: `on it at ${story.now}` });

const CAUSES: readonly Cause[] = [
  {
    cause: 'attempts',
    job: `${agent}, max-attempts: 2`,
    deeds: (story, job) => [1, 2].forEach(() => story.fail(job)),
    brief: /attempt/,
    advice: /`found` was never reported: name the files, or the place where to begin/,
  },
  {
    cause: 'cycles',
    job: `${agent}, max-attempts: 1, on-failure: before`,
    deeds: (story, job) => {
      story.fail(job);
      story.report('before');
      story.fail(job);
    },
    brief: /rework|back/,
    advice: /sent the work back to `before` 1 time/,
  },
  {
    cause: 'turns',
    job: `${agent}, max-turns: 2`,
    deeds: (story, job) => [1, 2].forEach(() => went(story, job)),
    brief: /turn/,
    advice: /All 2 turns went by without an end/,
  },
  {
    cause: 'timeout',
    job: `${agent}, max-attempts: 1`,
    deeds: (story, job) => story.pass('timeout', job),
    brief: /time/,
    advice: /longer than `timeout-minutes` allows/,
  },
  {
    cause: 'nobody-in-role',
    job: 'runs-on: product-manager, prompt: x',
    deeds: () => undefined,
    brief: /nobody|role/,
    advice: /Name somebody under `roles:` .*`\/treadle repin test/,
  },
  {
    cause: 'loop',
    job: agent,
    deeds: (story, job) =>
      [1, 2, 3].forEach(() => story.report(job, { outcome: 'continue', summary: 'looking' })),
    brief: /circle|repeat|loop/,
    advice: /The reports repeat themselves/,
  },
  {
    cause: 'definition',
    job: `runs-on: backend-engineer, prompt: "\${{ fromJSON(bead.title) }}"`,
    deeds: () => undefined,
    brief: /workflow|definition|value/,
    advice: /Mend `.*` on the default branch, then `\/treadle repin test/,
  },
  {
    cause: 'failure',
    job: 'type: approval, runs-on: ceo, pull-request: "${{ needs.before.outputs.pull-request }}"',
    deeds: () => undefined,
    brief: /the job failed/,
    advice: /pull request/,
  },
  {
    cause: 'effect-failed',
    job: agent,
    deeds: (story) =>
      [1, 2, 3, 4, 5].forEach(() => story.perform('dispatch', () => ({ kind: 'failed', problem: 'no' }))),
    brief: /refused|could not|forge|do/,
    advice: /Treadle itself was refused/,
  },
  ...(
    [
      ['dispatches', { dispatchesPerHourPerRun: 2 }, /within the hour|dispatch/],
      ['hops', { hops: 2 }, /hop limit/],
      ['budget', { tokensPerRun: 10 }, /budget|token|cost/],
    ] as const
  ).map(([cause, limits, brief]): Cause => ({
    cause,
    job: agent,
    limits,
    deeds: (story, job) => {
      const usage = { tokens: 20, costUsd: null };
      story.report(job, { outcome: 'continue', summary: 'more', usage });
    },
    brief,
    advice: /lets it go on and counting begins anew/,
  })),
];

/** Where the job stands: in a run of its own, in one that another called, as the leg of a matrix. */
const PLACES: Readonly<Record<string, { readonly job: string; readonly options: Options }>> = {
  'a run': { job: 'a', options: {} },
  'a sub-run': {
    job: 'a',
    options: {
      parent: {
        ...{ run: '42-0', job: 'call', attempt: 1, callers: ['42-0'] },
        outermost: { number: 1, workflow: 'Outer' },
      },
    },
  },
  'a leg': { job: 'a.0', options: {} },
};

const ANSWERS: Readonly<Record<string, (story: Story, job: string) => unknown>> = {
  approves: (story, job) => story.review(job, 'approved', 'Good.'),
  'requests changes': (story, job) => story.review(job, 'changes_requested', 'No.'),
  ...Object.fromEntries(
    (
      [
        'approve',
        'reject',
        'retry',
        'goto',
        'skip',
        'reassign',
        'resume',
        'close',
        'cancel',
        'repin',
      ] as const
    ).map((word) => [
      `/treadle ${word}`,
      (story: Story, job: string) => story.override(overrideOf(word, job), 'so be it'),
    ]),
  ),
};

function overrideOf(word: OverrideAction['action'], job: string): OverrideAction {
  switch (word) {
    case 'approve':
    case 'reject':
    case 'retry':
    case 'goto':
    case 'skip':
      return { action: word, job };
    case 'reassign':
      return { action: word, job, role: 'web-designer' };
    case 'repin':
      return { action: word, definition: MENDED, config: MENDED };
    default:
      return { action: word };
  }
}

const MENDED = 'e'.repeat(64);

function escalated(place: keyof typeof PLACES, { job, limits, deeds }: Cause): Story {
  const { job: id, options } = PLACES[place] ?? { job: 'a', options: {} };
  const strategy = id === 'a' ? '' : ', strategy: { matrix: { n: [1] } }';
  const yaml = (text: string): string => `max-cycles: 1
jobs:
  before: { runs-on: backend-engineer, prompt: x, max-attempts: 1, outputs: { pull-request: {} } }
  a: { needs: before, ${text}${strategy} }
  after: { needs: a, runs-on: web-designer, prompt: x }
`;
  const settings = { ...config.settings, limits: { ...DEFAULT_LIMITS, ...limits } };
  const mended = job
    .replace('product-manager', 'backend-engineer')
    .replace('${{ fromJSON(bead.title) }}', 'x');
  const story = beginStory(yaml(job), {
    ...options,
    config: { ...config, settings },
    definitions: { [MENDED]: workflowOf(yaml(`${mended}, name: Mended`)) },
    configs: { [MENDED]: config },
  });
  story.start();
  story.report('before', { usage: null });
  deeds(story, id);
  return story;
}

describe.each(Object.keys(PLACES))('in %s', (place) => {
  const id = PLACES[place]?.job ?? 'a';

  describe.each(CAUSES)('$cause', (cause) => {
    test('is exactly one bead, with the original, the cause, what was tried, and what could help', () => {
      const story = escalated(place, cause);
      const opened = story.state().run.outbox.filter(({ effect }) => effect.type === 'open_escalation');
      expect(opened).toHaveLength(1);
      expect(story.document(id).escalation).toMatchObject({ cause: cause.cause, issue: null });
      expect(story.lines()[id]).toBe('waiting');
      const context = story.context();
      const { title, body } = renderEscalation(context.workflow, context.config, story.state(), id);
      expect(title).toMatch(/^\[CEO\] It is broken: /);
      expect(title.replace(/^.*?: /, '')).toMatch(cause.brief);
      expect(body).toContain('- Bead: #42');
      expect(body).toContain('## What was tried');
      for (const { startedAt, reason, outcome } of story.document(id).attempts) {
        expect(body).toContain(startedAt.slice(11, 16));
        if (outcome !== 'running') expect(body.replace(/\\/g, '')).toContain(reason?.slice(0, 20) ?? '');
      }
      expect(body).toMatch(cause.advice);
      checkInvariants(context.workflow, story.state(), true);
    });

    test.each(Object.entries(ANSWERS))('the CEO %s', (name, answer) => {
      const story = escalated(place, cause);
      story.perform();
      answer(story, id);
      if (name === '/treadle resume' && story.document(id).escalation !== null) {
        // Only at a limit is the run paused; what else waits is answered otherwise, and that is said.
        expect(cause.limits).toBeUndefined();
        expect(story.effects().join()).toContain('the run is not paused');
        story.override({ action: 'retry', job: null }, 'once more');
      }
      if (name === '/treadle repin' && cause.limits !== undefined) story.override({ action: 'resume' });
      expect(story.said()).not.toMatch(/refused|ignored/);
      const isEscalated = story.document(id).escalation !== null;
      // Tried again without anything else being different, what cannot be done comes back as a question of its own.
      const comesBack =
        (['nobody-in-role', 'definition', 'failure'].includes(cause.cause) &&
          /retry|goto|resume/.test(name)) ||
        (['definition', 'failure'].includes(cause.cause) && name === '/treadle reassign') ||
        // The mended definition asks for the same pull request.
        (cause.cause === 'failure' && name === '/treadle repin');
      expect(isEscalated).toBe(comesBack);
      checkInvariants(story.context().workflow, story.state(), false);
      bringToEnd(story);
      const { conclusion, closed, parent } = story.state().run;
      if (/changes|reject|close/.test(name)) {
        expect(conclusion).toBe('failure');
        expect(closed !== undefined).toBe(parent !== undefined);
      }
    });
  });
});
