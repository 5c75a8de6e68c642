import { invariant } from '../../base/errors.ts';
import { definitionOf } from '../../workflow/leg.ts';
import type { CommitJob, DeclaredOutput, TaskJob, VerifyJob, Workflow } from '../../workflow/model.ts';
import type { Config } from '../config.ts';
import { dueAt } from '../deadlines.ts';
import type { Attempt, Feedback, JobDocument, Turn } from '../state/job.ts';
import type { RunState } from '../state/run.ts';
import { commandLine } from './commands.ts';
import { computedName } from './outline.ts';
import { progressLine, progressOf } from './progress.ts';
import { visibleLine } from './visible-text.ts';

/** What an agent is told for one turn; a `command` agent gets it as JSON on stdin. Texts are exact, nothing is escaped. */
export interface Task {
  readonly schema: 'treadle.task/v1';
  /** The id by which the answer is matched. */
  readonly dispatch: string;
  readonly repository: string;
  readonly baseBranch: string;
  readonly run: {
    readonly id: string;
    readonly title: string;
    readonly workflow: string;
    readonly workflowName: string;
  };
  readonly issue: { readonly number: number; readonly title: string; readonly body: string };
  readonly job: {
    readonly id: string;
    readonly type: 'task' | 'verify' | 'commit';
    readonly role: string | null;
    /** What its `name` came to, where that holds expressions; of a leg its name. Left out elsewhere. */
    readonly name?: string;
  };
  readonly assignee: { readonly login: string; readonly id: number };
  /** Attempt numbers never restart; `try` counts since the last reset and is at most `maxAttempts`. */
  readonly attempt: number;
  readonly try: number;
  readonly maxAttempts: number;
  readonly turn: number;
  readonly maxTurns: number;
  readonly prompt: string;
  /** What the answer must or may report. */
  readonly outputs: readonly DeclaredOutput[];
  /** What earlier jobs reported: job → output → value, for all jobs before this one. */
  readonly needs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the earlier turns of this attempt came to, oldest first. */
  readonly earlierTurns: readonly TaskTurn[];
  /** Why the job is done again, from the job (or `ceo`) that sent it back. */
  readonly feedback: Feedback | null;
  /** Oldest first. */
  readonly previousAttempts: readonly TaskAttempt[];
  /** One line for people. */
  readonly progress: string;
  /** When the attempt times out, ISO 8601 in UTC. */
  readonly deadline: string | null;
  readonly answer: TaskAnswer;
}

export interface TaskTurn {
  readonly turn: number;
  readonly outcome: Turn['outcome'];
  readonly summary: string | null;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface TaskAttempt {
  readonly attempt: number;
  readonly outcome: Attempt['outcome'];
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly turns: number;
}

export interface TaskAnswer {
  readonly outcomes: readonly ('success' | 'failure' | 'continue')[];
  /** A sample of the fenced block, to be filled in. */
  readonly block: string;
  /** The same by hand on a command line. */
  readonly command: string;
}

/**
 * What the assignee of a job's open turn is told. `prompt` is the job's prompt with its expressions filled in; where it is
 * empty, what the job's type means is said instead.
 *
 * @throws {TreadleError} `bug` when the job is not for an agent or has no open turn.
 */
export function taskOf(
  workflow: Workflow,
  config: Config,
  state: RunState,
  jobId: string,
  prompt: string,
): Task {
  const job = definitionOf(workflow, jobId);
  const document = state.jobs[jobId];
  invariant(
    job?.type === 'task' || job?.type === 'verify' || job?.type === 'commit',
    `${jobId} is no job for an agent`,
  );
  const attempt = document?.attempts.at(-1);
  const turn = attempt?.turns.at(-1);
  invariant(
    document !== undefined && attempt !== undefined && turn?.outcome === 'open',
    `${jobId} has no open turn`,
  );
  const { run } = state;
  const { number, title, body } = run.trigger.issue;
  const name = computedName(state, job.id);
  return {
    schema: 'treadle.task/v1',
    dispatch: turn.dispatch,
    repository: run.trigger.repository,
    baseBranch: config.settings.baseBranch,
    run: { id: run.id, title: run.title, workflow: run.workflow, workflowName: workflow.name },
    issue: { number, title, body },
    job: { id: job.id, type: job.type, role: document.role, ...(name === undefined ? {} : { name }) },
    assignee: { login: turn.assignee.login, id: turn.assignee.id },
    attempt: attempt.number,
    try: Math.max(1, attempt.number - document.budgetFrom + 1),
    maxAttempts: job.maxAttempts,
    turn: turn.number,
    maxTurns: job.maxTurns,
    prompt: prompt.trim() === '' ? defaultPrompt(job) : prompt,
    outputs: job.declaredOutputs,
    needs: earlierOutputs(workflow, state, job.id),
    earlierTurns: attempt.turns.slice(0, -1).map(taskTurn),
    feedback: document.feedback,
    previousAttempts: previousAttempts(document),
    progress: progressLine(progressOf(workflow, state)),
    deadline: dueAt(run, document),
    answer: answerOf(job, turn.dispatch),
  };
}

function defaultPrompt(job: TaskJob | VerifyJob | CommitJob): string {
  switch (job.type) {
    case 'task':
      return 'Do what the issue asks for, as far as it concerns your role.';
    case 'verify':
      return 'Check on the base branch that what the issue asks for is done and works. Report failure with what is wrong otherwise.';
    case 'commit':
      return 'Review the pull request. Report success when it may be merged, and failure with what must change otherwise.';
  }
}

function earlierOutputs(workflow: Workflow, state: RunState, job: string): Task['needs'] {
  const ancestors = workflow.graph.ancestors(job);
  return Object.fromEntries(
    [...workflow.jobs.keys()]
      .filter((id) => ancestors.has(id))
      .map((id): [string, Readonly<Record<string, string>>] => [id, state.jobs[id]?.outputs ?? {}])
      .filter(([, outputs]) => Object.keys(outputs).length > 0),
  );
}

function taskTurn({ number, outcome, summary, outputs }: Turn): TaskTurn {
  return { turn: number, outcome, summary, outputs };
}

function previousAttempts(document: JobDocument): readonly TaskAttempt[] {
  return document.attempts.slice(0, -1).map(({ number, outcome, reason, startedAt, endedAt, turns }) => ({
    attempt: number,
    outcome,
    reason,
    startedAt,
    endedAt,
    turns: turns.length,
  }));
}

function answerOf(job: TaskJob | VerifyJob | CommitJob, dispatch: string): TaskAnswer {
  const more = job.maxTurns > 1;
  const outputs = job.declaredOutputs.map((output) => `  ${output.name}: "…"  # ${outputNote(output)}`);
  return {
    outcomes: more ? ['success', 'failure', 'continue'] : ['success', 'failure'],
    block: [
      '```treadle',
      `job: ${job.id}`,
      `outcome: success  # success | failure${more ? ' | continue: you need another turn' : ''}`,
      ...(outputs.length === 0 ? [] : ['outputs:', ...outputs]),
      'summary: "what you did or found, in one line"',
      '```',
    ].join('\n'),
    command: commandLine.report(
      dispatch,
      job.declaredOutputs.filter(({ required }) => required).map(({ name }) => name),
    ),
  };
}

function outputNote(output: DeclaredOutput): string {
  return [
    output.required ? 'required' : 'optional',
    ...(output.enum.length === 0 ? [] : [`one of ${output.enum.map(visibleLine).join(', ')}`]),
    ...(output.description === '' ? [] : [visibleLine(output.description)]),
  ].join('; ');
}
