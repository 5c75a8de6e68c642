import type { OverrideAction } from '../../src/engine/event.ts';
import { awaitedOf, type Awaited } from '../../src/engine/view/awaited.ts';
import type { Job } from '../../src/workflow/model.ts';
import { beginStory, type Story } from '../engine/story.ts';
import { everybody, textOf } from './built-in.ts';

/** A run of a built-in workflow that is played step by step, each with everything Treadle has to do in between done. */
export interface Play {
  readonly story: Story;
  /** What people and agents are waited for. */
  awaited(): readonly Awaited[];
  /** Does one step, see {@link playSteps}; throws where something else is awaited. */
  step(step: string): void;
  /** Does what is awaited, with success, until the run ends; escalations are answered. Throws where it does not end. */
  finish(): void;
}

/** More steps than any of these workflows takes, reworks included. */
const MOST_STEPS = 120;

/**
 * Plays a workflow by a line of steps, each of which must be what is awaited just then:
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

/** Starts a run of a built-in workflow. */
export function beginPlay(key: string): Play {
  const story = beginStory(textOf(key), { config: everybody });
  story.start();
  const workflow = (): ReturnType<Story['context']>['workflow'] => story.context().workflow;
  const awaited = (): readonly Awaited[] => {
    for (const type of ['open_gate', 'open_escalation'] as const) {
      if (story.state().run.outbox.some(({ effect }) => effect.type === type)) story.perform(type);
    }
    return awaitedOf(workflow(), story.state()).filter(({ kind }) => kind !== 'needs' && kind !== 'effect');
  };
  const jobOf = (id: string): Job => {
    const job = workflow().jobs.get(id);
    if (job === undefined) throw new Error(`${key} has no job ${id}`);
    return job;
  };
  const step = (text: string): void => {
    const [id = '', deed = 'success'] = text.split(':');
    const found = awaited();
    if (found.length !== 1 || found[0]?.job !== id) {
      const instead = found.map(({ job, kind }) => `${job ?? 'run'} (${kind})`).join(', ');
      throw new Error(`${key}: ${text} comes, but awaited is: ${instead || 'nothing'}\n${story.said()}`);
    }
    doStep(story, jobOf(id), deed);
  };
  return {
    story,
    awaited,
    step,
    finish() {
      for (let count = 0; count < MOST_STEPS; count += 1) {
        if (story.state().run.status === 'completed') return;
        const [next] = awaited();
        if (next?.job === undefined || next.job === null) throw new Error(`${key} is stuck: ${story.said()}`);
        if (next.kind === 'retry') step(`${next.job}:later`);
        else if (next.kind !== 'escalation') step(next.job);
        else step(`${next.job}:${answerTo(next, jobOf(next.job))}`);
      }
      throw new Error(`${key} does not end: ${story.said()}`);
    },
  };
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
