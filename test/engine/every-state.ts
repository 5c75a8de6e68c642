import type { SubRunCompleted } from '../../src/engine/event.ts';
import { deadlinesOf } from '../../src/engine/deadlines.ts';
import { DEFAULT_LIMITS } from '../../src/workflow/limits.ts';
import type { JobDocument } from '../../src/engine/state/job.ts';
import { beginStory, config, epoch, workflowOf, type Options, type Story } from './story.ts';

/** A run in which one job stands as the name says. */
export interface Standing {
  readonly name: string;
  /** The job that overrides are about. */
  readonly job: string;
  readonly begin: () => Story;
}

const INNER = 'on: workflow_call\njobs: { work: { runs-on: backend-engineer, prompt: x } }\n';

/** The definition that a repin chooses: the same jobs, and one more. */
export const OTHER = 'f'.repeat(64);

/** Who is asked, and what follows, is the same everywhere: `after` needs the job, `beside` goes on by itself. */
function begin(job: string, more: Options = {}, extra = ''): Story {
  const yaml = (added: string): string =>
    `max-cycles: 3
jobs:
  before: { type: decision, outputs: { go: x } }
  ${job}
  after: { needs: JOB, runs-on: web-designer, prompt: x }
  beside: { if: always(), runs-on: web-designer, prompt: x }
${extra}${added}`.replace('JOB', job.slice(0, job.indexOf(':')));
  let runs = 1;
  const story = beginStory(yaml(''), {
    ...more,
    definitions: { [OTHER]: workflowOf(yaml('  new: { runs-on: web-designer, prompt: x }\n')) },
    callOf: () => ({ workflow: workflowOf(INNER), definition: 'inner' }),
    nextRun: () => (runs += 1),
  });
  story.start();
  perform(story);
  return story;
}

/** Performs all but steps, which go on until they tell their end. */
function perform(story: Story): void {
  for (const type of new Set(story.state().run.outbox.map(({ effect }) => effect.type))) {
    if (type !== 'run_steps') story.perform(type);
  }
}

/** Begins and goes on. */
function after(story: Story, ...deeds: readonly ((story: Story) => unknown)[]): Story {
  for (const deed of deeds) deed(story);
  perform(story);
  return story;
}

const TASK =
  'job: { needs: before, runs-on: backend-engineer, prompt: x, max-attempts: 1, on-failure: fail }';
const COMMIT = 'job: { needs: before, type: commit, runs-on: engineering-manager, pull-request: "7" }';
const ofOther = { run: '7-1', job: 'commit', attempt: 1 };
const busy: Options['queue'] = {
  version: 1,
  base: 'main',
  entries: [],
  lease: { ...ofOther, grantedAt: epoch, until: '2026-01-09T09:00:00.000Z', fence: 'f' },
};
const fail = (story: Story): unknown => story.fail('job', 'no');
const agree = (story: Story): unknown => story.report('job');
const say =
  (action: 'pause' | 'cancel') =>
  (story: Story): unknown =>
    story.override({ action }, 'so it is');

/** Every state that a job, or its run, can be in. */
export const STANDINGS: readonly Standing[] = [
  {
    name: 'queued: what it needs is not done',
    job: 'after',
    begin: () => begin(TASK),
  },
  {
    name: 'queued: waits for its next attempt',
    job: 'job',
    begin: () =>
      after(
        begin(
          'job: { needs: before, runs-on: backend-engineer, prompt: x, max-attempts: 2, retry-delay: 1h }',
        ),
        fail,
      ),
  },
  {
    name: 'pending: in its concurrency group',
    job: 'job',
    begin: () =>
      begin(
        'job: { needs: first, concurrency: one, runs-on: backend-engineer, prompt: x }',
        {},
        '  first: { type: decision, outputs: { go: x } }\n  holder: { concurrency: one, runs-on: web-designer, prompt: x }\n',
      ),
  },
  {
    name: 'pending: in the commit queue',
    job: 'job',
    begin: () => after(begin(COMMIT, { queue: busy }), agree),
  },
  {
    name: 'pending: awaits its checks',
    job: 'job',
    begin: () => after(begin(COMMIT, { awaitsChecks: true }), agree),
  },
  { name: 'in_progress: merges under the lease', job: 'job', begin: () => after(begin(COMMIT), agree) },
  {
    name: 'waiting: at a gate',
    job: 'job',
    begin: () => begin('job: { needs: before, type: approval, runs-on: ceo }'),
  },
  {
    name: 'waiting: escalated',
    job: 'job',
    begin: () => after(begin(TASK.replace('on-failure: fail', 'on-failure: escalate')), fail),
  },
  { name: 'in_progress: dispatched', job: 'job', begin: () => begin(TASK) },
  {
    name: 'in_progress: its steps run',
    job: 'job',
    begin: () => begin('job: { needs: before, runs-on: treadle, steps: [{ run: make }] }'),
  },
  {
    name: 'in_progress: its sub-run goes on',
    job: 'job',
    begin: () => begin('job: { needs: before, uses: treadle/inner }'),
  },
  {
    name: 'in_progress: its legs are dispatched',
    job: 'job',
    begin: () => begin(TASK.replace('prompt: x', 'prompt: x, strategy: { matrix: { n: [1, 2] } }')),
  },
  {
    name: 'in_progress: a leg, dispatched',
    job: 'job.0',
    begin: () => begin(TASK.replace('prompt: x', 'prompt: x, strategy: { matrix: { n: [1, 2] } }')),
  },
  { name: 'completed: success', job: 'job', begin: () => after(begin(TASK), agree) },
  { name: 'completed: failure', job: 'job', begin: () => after(begin(TASK), fail) },
  {
    name: 'completed: skipped',
    job: 'job',
    begin: () => begin(TASK.replace('prompt: x', 'prompt: x, if: failure()')),
  },
  {
    name: 'completed: cancelled, its time was over',
    job: 'job',
    begin: () =>
      after(begin(TASK.replace('on-failure', 'on-timeout')), (story) => story.pass('timeout', 'job')),
  },
  { name: 'the run is paused', job: 'job', begin: () => after(begin(TASK), say('pause')) },
  {
    name: 'the run is paused at a limit',
    job: 'job',
    begin: () =>
      after(
        begin(TASK, {
          config: { ...config, settings: { ...config.settings, limits: { ...DEFAULT_LIMITS, hops: 2 } } },
        }),
        (story) => story.report('job', { outcome: 'continue', summary: 'more' }),
      ),
  },
  {
    name: 'the run is being cancelled',
    job: 'job',
    begin: () => after(begin(TASK.replace('prompt: x', 'prompt: x, if: always()')), say('cancel')),
  },
  {
    name: 'the run is completed',
    job: 'job',
    begin: () =>
      after(
        begin(TASK),
        agree,
        (story) => story.report('beside'),
        (story) => story.report('after'),
      ),
  },
  {
    name: 'the run was cancelled',
    job: 'job',
    begin: () => after(begin(TASK), say('cancel'), (story) => story.report('beside')),
  },
];

/** More than any of these takes. */
const MOST = 60;

/** Does whatever is open, with success, until the run is over. Throws where nothing is open before that. */
export function bringToEnd(story: Story): void {
  for (let count = 0; count < MOST; count += 1) {
    if (story.state().run.status === 'completed') return;
    if (story.state().run.paused !== null) story.override({ action: 'resume' }, 'on we go');
    perform(story);
    const jobs = Object.values(story.state().jobs);
    if (!jobs.some((job) => goOnWith(story, job)) && !waitOn(story)) {
      throw new Error(`the run is stuck: ${JSON.stringify(story.lines())}`);
    }
  }
  throw new Error(`the run does not end: ${JSON.stringify(story.lines())}`);
}

/** Ends what is open of a job. Returns whether anything was. */
function goOnWith(story: Story, { id, escalation, gate, merge, attempts }: JobDocument): boolean {
  const line = story.state().run.jobs[id];
  const attempt = attempts.at(-1);
  if (line === undefined || line.status === 'completed') return false;
  if (line.status === 'waiting' && (escalation ?? gate) !== null) {
    story.override({ action: 'approve', job: id }, 'fine');
  } else if (attempt?.turns.at(-1)?.outcome === 'open') {
    story.report(id, { summary: `done at ${story.now}` });
  } else if (attempt?.outcome === 'running' && attempt.child !== undefined) {
    story.happen(ended(id, attempt.child, story.state().run.cancelled === null));
  } else if (merge !== null && story.state().queue.lease?.run === story.id) {
    story.merged(id);
  } else if (merge?.checks !== undefined) {
    story.checks('passed', [], id);
  } else if (merge !== null) {
    const { version, base, entries } = story.state().queue;
    story.setQueue({ version, base, entries, lease: null });
    story.happen({ type: 'queue_advanced', base: 'main' });
  } else if (attempt?.outcome === 'running' && story.context().workflow.jobs.get(id)?.type === 'steps') {
    const result = { outcome: 'success', reason: null, outputs: {}, steps: { steps: [], log: '' } } as const;
    story.happen({ type: 'steps_finished', job: id, attempt: attempt.number, ...result });
  } else return false;
  return true;
}

function waitOn(story: Story): boolean {
  const due = deadlinesOf(story.state()).find(({ kind }) => kind === 'retry');
  if (due === undefined) return false;
  story.pass('retry', due.job);
  return true;
}

function ended(
  job: string,
  child: string,
  isGood: boolean,
): Pick<SubRunCompleted, 'type' | 'job' | 'child' | 'conclusion' | 'outputs' | 'reason'> {
  const conclusion = isGood ? 'success' : 'cancelled';
  return { type: 'sub_run_completed', job, child, conclusion, outputs: {}, reason: null };
}
