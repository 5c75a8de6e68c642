import type { OverrideAction } from '../../src/engine/event.ts';
import { awaitedOf, type Awaited } from '../../src/engine/view/awaited.ts';
import { definitionOf } from '../../src/workflow/leg.ts';
import type { Job } from '../../src/workflow/model.ts';
import { beginStory, epoch, workflowOf, type Options, type Story } from '../engine/story.ts';
import { everybody, textOf } from './built-in.ts';

/** What people and agents are waited for, and in which run. */
export type AwaitedStep = Awaited & {
  /** The job; of a sub-run after the job that called it: `testing/unit-testing`. */
  readonly label: string;
  /** The run that it is a job of. */
  readonly story: Story;
};

/** A run of a built-in workflow that is played step by step, each with everything Treadle has to do in between done. */
export interface Play {
  /** The run that nobody called. */
  readonly story: Story;
  awaited(): readonly AwaitedStep[];
  /** Does one step, see {@link playSteps}; throws where something else is awaited. */
  step(step: string): void;
  /** Does what is awaited, with success, until the run ends; escalations are answered. Throws where it does not end. */
  finish(): void;
  /** The newest run that has the job of a label, and the job's id in it. */
  find(label: string): { readonly story: Story; readonly job: string };
  /** How often rework edges were taken, by the label of their job, in all runs together. */
  cycles(): Readonly<Record<string, number>>;
}

/** More steps than any of these workflows takes, reworks included. */
const MOST_STEPS = 200;

/**
 * Plays a workflow by a line of steps, each of which must be what is awaited just then. Jobs of sub-runs are named by their label:
 *
 * - `fix`: the job's agent reports success, the reviewer approves; a commit is merged, too
 * - `fix:failure`, `fix:turn`, `fix:crash`: one report of failure, one asking for another turn, one crash
 * - `fix:timeout`: its time is over; `verify:later`: the pause before the next attempt is
 * - `approve:rejected`: the reviewer requests changes
 * - `commit:conflict`: its agent agrees, and the forge refuses the merge
 * - `fix:ceo-approves`, `fix:ceo-rejects`: the decision pull request of the escalated job is reviewed
 * - `fix:retry`, `fix:skip`, `fix:close`, `fix:goto=JOB`, `fix:reassign=ROLE`: the CEO's word on it
 */
export function playSteps(key: string, line: string): Play {
  const play = beginPlay(key);
  for (const step of line.split(/\s+/)) play.step(step);
  return play;
}

/** Starts a run of a built-in workflow, or of the one whose text is given, and of what that calls. */
export function beginPlay(key: string, text = textOf(key), inputs: Options['inputs'] = {}): Play {
  const runs = openRuns(text, inputs);
  const [story] = runs.all();
  if (story === undefined) throw new Error('no run began');
  const awaited = (): readonly AwaitedStep[] => runs.all().flatMap(awaitedIn);
  const step = (text: string): void => {
    const [label = '', deed = 'success'] = text.split(':');
    const found = awaited();
    const [only] = found;
    if (found.length !== 1 || only?.label !== label || only.job === null) {
      const instead = found.map((one) => `${one.label} (${one.kind})`).join(', ');
      throw new Error(`${key}: ${text} comes, but awaited is: ${instead || 'nothing'}\n${story.said()}`);
    }
    doStep(only.story, jobOf(only.story, only.job), deed);
  };
  return {
    story,
    awaited,
    step,
    finish() {
      for (let count = 0; count < MOST_STEPS; count += 1) {
        for (const one of runs.all()) runSteps(one);
        if (story.state().run.status === 'completed') return;
        const [next] = awaited();
        if (next?.job === undefined || next.job === null) throw new Error(`${key} is stuck: ${story.said()}`);
        const job = jobOf(next.story, next.job);
        const deed = next.kind === 'retry' ? 'later' : 'success';
        doStep(next.story, job, next.kind === 'escalation' ? answerTo(next, job) : deed);
      }
      throw new Error(`${key} does not end: ${story.said()}`);
    },
    find(label) {
      const at = label.indexOf('/');
      const [caller, job] = at === -1 ? [undefined, label] : [label.slice(0, at), label.slice(at + 1)];
      const found = runs.all().findLast((one) => one.state().run.parent?.job === caller);
      if (found === undefined) throw new Error(`${label} did not begin`);
      return { story: found, job };
    },
    cycles: () => {
      const counts: Record<string, number> = {};
      for (const one of runs.all()) {
        for (const [edge, count] of Object.entries(one.state().run.cycles)) {
          const label = labelOf(one, edge);
          counts[label] = (counts[label] ?? 0) + count;
        }
      }
      return counts;
    },
  };
}

/** A run and all that it calls, at any depth; what one causes for another happens at once. */
function openRuns(text: string, inputs: Options['inputs'] = {}): { readonly all: () => readonly Story[] } {
  const stories: Story[] = [];
  const deliver: NonNullable<Options['deliver']> = (events) => {
    for (const event of events) {
      if (event.type === 'run_started') stories.push(beginStory(textOf(event.definition), told(event.run)));
      stories.find((one) => one.id === event.run)?.apply(event);
    }
  };
  const told = (run: string): Options => ({
    ...{ run, config: everybody, clock, deliver, nextRun: () => stories.length + 1 },
    callOf: (uses) => {
      const name = uses.replace('treadle/', '');
      return { workflow: workflowOf(textOf(name)), definition: name };
    },
  });
  const clock = { now: epoch };
  const first = beginStory(text, { ...told('42-1'), inputs });
  stories.push(first);
  first.start();
  return { all: () => stories };
}

function awaitedIn(story: Story): readonly AwaitedStep[] {
  for (const type of ['open_gate', 'open_escalation'] as const) {
    if (story.state().run.outbox.some(({ effect }) => effect.type === type)) story.perform(type);
  }
  return awaitedOf(story.context().workflow, story.state())
    .filter(({ kind }) => kind !== 'needs' && kind !== 'effect' && kind !== 'sub-run')
    .map((one) => ({ ...one, label: labelOf(story, one.job ?? 'run'), story }));
}

function labelOf(story: Story, job: string): string {
  const { parent } = story.state().run;
  return parent === undefined ? job : `${parent.job}/${job}`;
}

function jobOf(story: Story, id: string): Job {
  const { workflow } = story.context();
  const job = definitionOf(workflow, id);
  if (job === undefined) throw new Error(`${workflow.key} has no job ${id}`);
  return job;
}

/** Ends what Treadle itself runs, with success. */
function runSteps(story: Story): void {
  for (const { effect } of story.state().run.outbox) {
    if (effect.type !== 'run_steps') continue;
    const { job, attempt } = effect;
    const end = { outcome: 'success', reason: null, outputs: {}, steps: { steps: [], log: '' } } as const;
    story.happen({ type: 'steps_finished', job, attempt, ...end });
  }
}

/** What the CEO says to an escalation that another answer of theirs led to. */
function answerTo({ cause }: Extract<Awaited, { kind: 'escalation' }>, job: Job): string {
  if (cause === 'nobody-in-role') return 'reassign=backend-engineer';
  const isUnaskable = cause === 'failure' && job.type === 'approval' && job.onRejected.kind === 'job';
  return isUnaskable ? `goto=${job.onRejected.job}` : 'retry';
}

function doStep(story: Story, job: Job, deed: string): void {
  const { id } = job;
  const [word = '', object = ''] = deed.split('=');
  switch (word) {
    case 'success':
      if (job.type === 'approval') story.review(id, 'approved', 'Good.');
      else agree(story, job);
      if (job.type === 'commit') story.merged(id);
      return;
    case 'failure':
      story.fail(id);
      return;
    case 'turn':
      story.report(id, { outcome: 'continue', summary: `more to look at, at ${story.now}` });
      return;
    case 'crash':
      story.crash(id, `exit code 1 at ${story.now}`);
      return;
    case 'timeout':
      story.pass('timeout', id);
      return;
    case 'later':
      story.pass('retry', id);
      return;
    case 'rejected':
      story.review(id, 'changes_requested', `Not like this: ${id}.`);
      return;
    case 'conflict':
      agree(story, job);
      story.refuse('conflict', 'src/total.ts conflicts', id);
      return;
    case 'closed':
      agree(story, job);
      story.refuse('closed', 'it was closed without a merge', id);
      return;
    case 'ceo-approves':
      story.review(id, 'approved', 'Good enough.');
      return;
    case 'ceo-rejects':
      story.review(id, 'changes_requested', 'Not worth it.');
      return;
    default:
      story.override(overrideOf(id, word, object), `word of the CEO at ${story.now}`);
  }
}

function overrideOf(job: string, word: string, object: string): OverrideAction {
  switch (word) {
    case 'retry':
      return { action: 'retry', job };
    case 'skip':
      return { action: 'skip', job };
    case 'close':
      return { action: 'close' };
    case 'goto':
      return { action: 'goto', job: object };
    case 'reassign':
      return { action: 'reassign', job, role: object };
    default:
      throw new Error(`there is no step ${word}`);
  }
}

/** A report of success with all that the job must report. */
function agree(story: Story, job: Job): void {
  const declared = 'declaredOutputs' in job ? job.declaredOutputs : [];
  const outputs = Object.fromEntries(
    declared.map(({ name, enum: values }) => [
      name,
      values[0] ?? (name === 'pull-request' ? '7' : `the ${name}`),
    ]),
  );
  story.report(job.id, { outputs, summary: `${job.id} done at ${story.now}` });
}
