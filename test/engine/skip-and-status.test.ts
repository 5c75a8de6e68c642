/** GitHub's rules of `if`, skip and results, row by row: `actions-semantics` 1 to 4. */
import { describe, expect, test } from 'vitest';

import { beginStory } from './story.ts';

interface Row {
  readonly name: string;
  /** Job → its lines besides type, runs-on and prompt. */
  readonly jobs: Readonly<Record<string, string>>;
  /** What agents report, in this order; success where nothing is said. */
  readonly failing?: readonly string[];
  readonly expected: Readonly<Record<string, string>>;
  readonly conclusion: string;
}

const ok = 'completed success';
const bad = 'completed failure';
const skipped = 'completed skipped';

const rows: readonly Row[] = [
  {
    name: 'success needs every ancestor: a failure skips what follows',
    jobs: { a: '', b: 'needs: a', c: 'needs: b' },
    failing: ['a'],
    expected: { a: bad, b: skipped, c: skipped },
    conclusion: 'failure',
  },
  {
    name: 'a skipped ancestor makes success() false, however far away',
    jobs: { s: "if: github.actor == 'nobody'", a: 'needs: s\nif: always()', b: 'needs: a', c: 'needs: b' },
    expected: { s: skipped, a: ok, b: skipped, c: skipped },
    conclusion: 'success',
  },
  {
    name: 'asking for the result of the need does not help: success() is implied',
    jobs: {
      s: "if: github.actor == 'nobody'",
      b: 'needs: s\nif: always()',
      c: "needs: b\nif: needs.b.result == 'success'",
    },
    expected: { s: skipped, b: ok, c: skipped },
    conclusion: 'success',
  },
  {
    name: '!failure() && !cancelled() goes on after a skip',
    jobs: {
      s: "if: github.actor == 'nobody'",
      b: 'needs: s\nif: ${{ !failure() && !cancelled() }}',
      c: 'needs: b\nif: ${{ !failure() && !cancelled() }}',
    },
    expected: { s: skipped, b: ok, c: ok },
    conclusion: 'success',
  },
  {
    name: 'always() && needs.b.result goes on after a skip',
    jobs: {
      s: "if: github.actor == 'nobody'",
      b: 'needs: s\nif: always()',
      c: "needs: b\nif: always() && needs.b.result == 'success'",
    },
    expected: { s: skipped, b: ok, c: ok },
    conclusion: 'success',
  },
  {
    name: 'failure() sees a failure through a skipped job',
    jobs: { a: '', b: 'needs: a', c: 'needs: b\nif: failure()' },
    failing: ['a'],
    expected: { a: bad, b: skipped, c: ok },
    conclusion: 'failure',
  },
  {
    name: 'failure() is false when all went well',
    jobs: { a: '', c: 'needs: a\nif: failure()' },
    expected: { a: ok, c: skipped },
    conclusion: 'success',
  },
  {
    name: 'success() || failure() is false when everything before was skipped',
    jobs: { s: "if: github.actor == 'nobody'", c: 'needs: s\nif: success() || failure()' },
    expected: { s: skipped, c: skipped },
    conclusion: 'skipped',
  },
  {
    name: 'status functions take job ids in any letter case',
    jobs: {
      a: '',
      b: '',
      c: "needs: [a, b]\nif: success('A')",
      d: "needs: [a, b]\nif: failure('b')",
      e: "needs: [a, b]\nif: failure('a')",
    },
    failing: ['b'],
    expected: { a: ok, b: bad, c: ok, d: ok, e: skipped },
    conclusion: 'failure',
  },
  {
    name: 'cancelled() is not about ancestors',
    jobs: { a: '', c: 'needs: a\nif: cancelled()' },
    failing: ['a'],
    expected: { a: bad, c: skipped },
    conclusion: 'failure',
  },
  {
    name: 'in an if, needs holds all ancestors',
    jobs: { a: '', b: 'needs: a', c: "needs: b\nif: needs.a.result == 'success'" },
    expected: { a: ok, b: ok, c: ok },
    conclusion: 'success',
  },
  {
    name: 'a missing job or output reads as null',
    jobs: { a: '', b: "needs: a\nif: needs.a.outputs[github.actor] == ''" },
    expected: { a: ok, b: ok },
    conclusion: 'success',
  },
  {
    name: 'an if that cannot be evaluated fails the job',
    jobs: { a: '', b: "needs: a\nif: fromJSON(github.event.issue.title).x == 'y'" },
    expected: { a: ok, b: bad },
    conclusion: 'failure',
  },
  {
    name: 'continue-on-error: the job shows failure, what follows sees success',
    jobs: {
      a: 'continue-on-error: true',
      b: 'needs: a',
      c: 'needs: a\nif: failure()',
      d: "needs: a\nif: needs.a.result == 'success'",
    },
    failing: ['a'],
    expected: { a: 'completed failure as success', b: ok, c: skipped, d: ok },
    conclusion: 'success',
  },
  {
    name: 'continue-on-error takes an expression, and one without a value is false',
    jobs: {
      a: "continue-on-error: ${{ github.event_name == 'workflow_dispatch' }}",
      b: 'continue-on-error: ${{ fromJSON(github.event.issue.title) }}',
    },
    failing: ['a', 'b'],
    expected: { a: 'completed failure as success', b: bad },
    conclusion: 'failure',
  },
  {
    name: 'a job waits for all its needs, also after one failed',
    jobs: { a: '', b: '', c: 'needs: [a, b]\nif: always()' },
    failing: ['a'],
    expected: { a: bad, b: ok, c: ok },
    conclusion: 'failure',
  },
  {
    name: 'all skipped: the run is skipped, and the bead stays open',
    jobs: { s: "if: github.actor == 'nobody'", t: 'needs: s' },
    expected: { s: skipped, t: skipped },
    conclusion: 'skipped',
  },
];

describe('skip and status functions', () => {
  test.each(rows)('$name', ({ jobs, failing = [], expected, conclusion }) => {
    const story = beginStory(yamlOf(jobs));
    story.start();
    for (let round = 0; story.state().run.status !== 'completed' && round < 20; round += 1) {
      for (const job of Object.keys(jobs)) {
        if (story.state().run.jobs[job]?.status !== 'in_progress') continue;
        if (failing.includes(job)) story.fail(job);
        else story.report(job);
      }
    }
    expect(story.lines()).toEqual(expected);
    expect(story.state().run.conclusion).toBe(conclusion);
    const closes = story.state().run.outbox.some((entry) => entry.effect.type === 'close_issue');
    expect(closes).toBe(conclusion === 'success');
  });

  test('an if is evaluated when all needs are done, not before', () => {
    const story = beginStory(yamlOf({ a: '', b: '', c: 'needs: [a, b]\nif: failure()' }));
    story.start();
    story.fail('a');
    expect(story.lines()['c']).toBe('queued');
    story.report('b');
    expect(story.lines()['c']).toBe('in_progress');
  });

  test('the reason of an if that has no value is kept', () => {
    const story = beginStory(
      yamlOf({ a: '', b: "needs: a\nif: fromJSON(github.event.issue.title).x == 'y'" }),
    );
    story.start();
    story.report('a');
    expect(story.attempts('b')[0]).toMatch(/^failure: its if: .*JSON/);
  });
});

function yamlOf(jobs: Readonly<Record<string, string>>): string {
  const texts = Object.entries(jobs).map(([job, lines]) => {
    const own = lines === '' ? [] : lines.split('\n');
    const all = [
      'runs-on: backend-engineer',
      'prompt: Do it.',
      'max-attempts: 1',
      'on-failure: fail',
      ...own,
    ];
    return `  ${job}:\n${all.map((line) => `    ${line}`).join('\n')}\n`;
  });
  return `jobs:\n${texts.join('')}`;
}
