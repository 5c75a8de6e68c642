import { expect, test } from 'vitest';

import { projectRun } from '../../src/codec/projection.ts';
import { deadlinesOf } from '../../src/engine/deadlines.ts';
import type { GivenApproval } from '../../src/engine/given.ts';
import type { RunState } from '../../src/engine/state/run.ts';
import { beginStory, type Story } from '../engine/story.ts';
import { remoteOf } from './remote.ts';

const workflow = `
jobs:
  investigate:
    runs-on: backend-engineer
    timeout-minutes: 60
    max-attempts: 2
    retry-delay: 2m
    prompt: Find it.
    outputs:
      pull-request: { required: true }
  approve:
    type: approval
    needs: investigate
    runs-on: ceo
    prompt: Is that right?
    on-rejected: investigate
  review:
    type: approval
    needs: [investigate, approve]
    runs-on: ceo
    prompt: Is the change right?
    pull-request: \${{ needs.investigate.outputs.pull-request }}
  commit:
    type: commit
    needs: [investigate, review]
    runs-on: engineering-manager
    pull-request: \${{ needs.investigate.outputs.pull-request }}
  verify:
    type: verify
    needs: commit
    runs-on: qa-engineer
    prompt: Test it.
`;

/** What is projected, by address; every value must be what its codec stores. */
function project(state: RunState): Record<string, unknown> {
  const projected = projectRun(state, deadlinesOf(state));
  return Object.fromEntries(
    [...projected].map(([address, { codec, value }]) => {
      const text = codec.encode(value as never);
      expect(codec.decode(text, address)).toEqual(value);
      return [address, value];
    }),
  );
}

function kindsOf(story: Story): readonly string[] {
  return Object.keys(project(story.state())).map((address) => address.replace(/\/…\/.*/, ''));
}

function started(): Story {
  const story = beginStory(workflow);
  story.start();
  return story;
}

function perform(story: Story): void {
  story.perform(undefined, remoteOf);
}

function askedForReview(): Story {
  const story = started();
  story.report('investigate', { outputs: { 'pull-request': '#12' } });
  perform(story);
  story.review('approve', 'approved');
  perform(story);
  return story;
}

function readyToMerge(): Story {
  const story = askedForReview();
  story.review('review', 'approved');
  perform(story);
  return story;
}

test('an open turn can be found by its dispatch, its timeout by the hour, its effects by the run', () => {
  const story = started();
  const dispatch = story.dispatchOf('investigate');
  const [timeout] = deadlinesOf(story.state());
  expect(project(story.state())).toEqual({
    [`index/dispatch/…/${dispatch}.json`]: {
      version: 1,
      dispatch,
      run: '42-1',
      job: 'investigate',
      attempt: 1,
      turn: 1,
    },
    [`deadlines/2026-01-05T10/…/42-1.investigate.timeout.json`]: {
      version: 1,
      run: '42-1',
      kind: 'timeout',
      job: 'investigate',
      attempt: 1,
      at: timeout?.at,
    },
    'index/outbox/…/42-1.json': { version: 1, run: '42-1', until: story.state().run.outbox[0]?.claim.until },
  });
});

test('a second turn takes the place of the first', () => {
  const story = started();
  const first = story.dispatchOf('investigate');
  story.report('investigate', { outcome: 'continue', summary: 'more' });
  const projected = project(story.state());
  expect(projected).not.toHaveProperty([`index/dispatch/…/${first}.json`]);
  expect(projected[`index/dispatch/…/${story.dispatchOf('investigate')}.json`]).toMatchObject({ turn: 2 });
});

test('the outbox is kept in view until the last of its claims runs out, and no longer than it is', () => {
  const story = started();
  const { run } = story.state();
  const [entry] = run.outbox;
  if (entry === undefined) throw new Error('nothing to perform');
  const untils = ['2026-01-05T12:00:00Z', '2026-01-05T13:00:00Z', '2026-01-05T11:00:00Z'];
  const outbox = untils.map((until, n) => ({ ...entry, id: `e${n}`, claim: { wake: 'w', until } }));
  const projected = project({ ...story.state(), run: { ...run, outbox } });
  expect(projected['index/outbox/…/42-1.json']).toMatchObject({ until: '2026-01-05T13:00:00Z' });
  perform(story);
  expect(kindsOf(story)).not.toContain('index/outbox');
});

test('a retry that is waited for falls due, and the timeout of the attempt before does not', () => {
  const story = started();
  story.fail('investigate');
  perform(story);
  const [address, value] = Object.entries(project(story.state()))[0] ?? [];
  expect(Object.keys(project(story.state()))).toHaveLength(1);
  expect(address).toMatch(/^deadlines\/2026-01-05T09\/…\/42-1\.investigate\.retry\.json$/);
  expect(value).toMatchObject({ kind: 'retry', attempt: 1 });
});

test('a gate by text is watched from when its pull request is known until it is answered', () => {
  const story = started();
  story.report('investigate', { outputs: { 'pull-request': '#12' } });
  expect(kindsOf(story)).not.toContain('index/pull');
  perform(story);
  const gate = story.document('approve').gate;
  const address = `index/pull/…/${gate?.pull ?? 'none'}.42-1.approve.json`;
  expect(project(story.state())[address]).toEqual({
    version: 1,
    pull: gate?.pull,
    run: '42-1',
    job: 'approve',
    kind: 'text',
    head: gate?.head,
  });
  story.review('approve', 'changes_requested', 'why?');
  expect(project(story.state())).not.toHaveProperty([address]);
  expect(kindsOf(story)).not.toContain('index/pull');
});

test('a gate over code watches the pull request of the change', () => {
  const story = askedForReview();
  expect(project(story.state())['index/pull/…/12.42-1.review.json']).toMatchObject({
    job: 'review',
    kind: 'code',
  });
  story.review('review', 'approved');
  expect(kindsOf(story)).not.toContain('index/pull');
});

test('two gates that wait on the same pull request are both watched', () => {
  const story = askedForReview();
  const state = story.state();
  const other = { ...state, run: { ...state.run, id: '43-1' } };
  const both = new Set([...Object.keys(project(state)), ...Object.keys(project(other))]);
  expect([...both].filter((address) => address.startsWith('index/pull/'))).toHaveLength(2);
});

test('a gate that was answered by an override is not watched', () => {
  const story = askedForReview();
  story.override({ action: 'approve', job: 'review' });
  expect(kindsOf(story)).not.toContain('index/pull');
});

test('the lease of the run falls due, the lease of another does not', () => {
  const story = readyToMerge();
  story.report('commit');
  perform(story);
  const state = story.state();
  const lease = state.queue.lease;
  const leases = (of: RunState): unknown[] =>
    Object.entries(project(of)).filter(([address]) => address.endsWith('.lease.json'));
  expect(leases(state)).toEqual([
    [
      `deadlines/${lease?.until.slice(0, 13) ?? ''}/…/42-1.commit.lease.json`,
      { version: 1, run: '42-1', kind: 'lease', job: 'commit', attempt: 1, at: lease?.until },
    ],
  ]);
  if (lease === null) throw new Error('no lease');
  expect(leases({ ...state, queue: { ...state.queue, lease: { ...lease, run: '43-1' } } })).toEqual([]);
});

test('an escalation is watched from when its pull request is known until it is answered', () => {
  const story = started();
  story.fail('investigate');
  story.pass('retry', 'investigate');
  story.fail('investigate');
  expect(kindsOf(story)).not.toContain('index/pull');
  perform(story);
  const { escalation } = story.document('investigate');
  const reminder = Object.entries(project(story.state())).filter(([path]) => path.startsWith('deadlines/'));
  expect(reminder.map(([, entry]) => entry)).toMatchObject([{ kind: 'reminder', job: 'investigate' }]);
  expect(project(story.state())).toEqual({
    ...Object.fromEntries(reminder),
    [`index/pull/…/${escalation?.pull ?? 'none'}.42-1.investigate.json`]: {
      version: 1,
      pull: escalation?.pull,
      run: '42-1',
      job: 'investigate',
      kind: 'escalation',
      head: escalation?.head,
    },
  });
  story.review('investigate', 'approved', 'go on');
  expect(kindsOf(story)).not.toContain('index/pull');
});

test('a run that is over and has nothing left to do leaves nothing behind', () => {
  const story = readyToMerge();
  story.report('commit');
  story.merged();
  story.report('verify');
  expect(story.state().run.status).toBe('completed');
  perform(story);
  expect(project(story.state())).toEqual({});
});

test('a line without its document, and a document without attempts, project nothing', () => {
  const state = readyToMerge().state();
  const { investigate } = state.jobs;
  if (investigate === undefined) throw new Error('no document');
  const bare = { ...state, jobs: { investigate: { ...investigate, attempts: [], timeoutAt: null } } };
  expect(project(bare)).toEqual({});
});

test('a merge in the merge queue of the forge tells which reviews and words it rests on, and only then', () => {
  const story = readyToMerge();
  story.report('commit');
  perform(story);
  const checks = (): unknown => project(story.state())['index/checks/…/42-1.commit.json'];
  expect(checks()).toBeUndefined();
  const merging = { type: 'pull_request_enqueued', job: 'commit', attempt: 1, pull: 12 } as const;
  story.happen({ ...merging, enqueuedAt: '2026-01-05T09:05:00Z' });
  const answers = ['approve', 'review'].map((job) => story.document(job).gate);
  const reviews = answers.map((gate) => ({ pull: gate?.pull, review: gate?.answer?.review }));
  expect(checks()).toMatchObject({ state: 'enqueued', reviews });
  expect(checks()).not.toHaveProperty('words');

  const state = story.state();
  const other = {
    holder: { run: '42-1', job: 'call' },
    asked: { run: '42-2', job: 'ask' },
    role: 'ceo',
    kind: 'text',
    head: null,
    by: { kind: 'app', login: 'loom[bot]', id: 9 },
    reporters: [],
  } as const;
  const approvals: readonly GivenApproval[] = [
    { ...other, pull: 20, review: 7 },
    { ...other, pull: 21, review: null, comment: 8 },
    { ...other, pull: null, review: null },
  ];
  const called = { ...state, run: { ...state.run, given: { reporters: [], approvals } } };
  expect(project(called)['index/checks/…/42-1.commit.json']).toMatchObject({
    reviews: [...reviews, { pull: 20, review: 7, isApp: true }],
    words: [8],
  });
});
