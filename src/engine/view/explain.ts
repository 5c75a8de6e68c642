import { definitionOf, jobOf } from '../../workflow/leg.ts';
import type { Workflow } from '../../workflow/model.ts';
import type { Config } from '../config.ts';
import { documentsOf, legsOf, resolveJob } from '../legs.ts';
import type { RunState } from '../state/run.ts';
import { awaitedOf, type Awaited } from './awaited.ts';
import { commandLine, overrideComment } from './commands.ts';
import { formatDuration, formatTime } from './duration.ts';
import { explainAwaited } from './explain-awaited.ts';
import { attemptsOf, outcomeWord } from './history.ts';
import { jobTitle, listWords, plural } from './outline.ts';
import { jobPhase, jobPhases, lineOf, phaseWord, runWord } from './phase.ts';
import { jobDurationMs, progressLine, progressOf } from './progress.ts';
import { cutText, visibleLine } from './visible-text.ts';

/**
 * Why a run is where it is, what happens next, and what can be done about it, with the commands to type. Plain text in
 * several lines for a terminal, without control characters.
 */
export function explainRun(workflow: Workflow, config: Config, state: RunState): string {
  const { run } = state;
  const progress = progressOf(workflow, state);
  const head = [
    `Run ${run.id} of ${visibleLine(workflow.name)}, issue #${run.issue}: ${titleOf(run)}`,
    `${capital(runWord(run, jobPhases(workflow, state)))}. ${progressLine(progress)}, ${formatDuration(progress.elapsedMs)} ${run.status === 'completed' ? 'in all' : 'so far'}.`,
  ];
  if (run.status === 'completed') return [...head, ...explainEnd(state)].join('\n');
  const awaited = awaitedOf(workflow, state);
  const blocked = awaited.filter((each) => each.kind === 'needs');
  const active = awaited.filter((each) => each.kind !== 'needs');
  return [
    ...head,
    ...active.map((each) => `\n${explainAwaited(workflow, config, state, each)}`),
    ...(blocked.length === 0 ? [] : [`\n${explainBlocked(blocked)}`]),
  ].join('\n');
}

/** What the run is about, without the number of its issue, which stands before it. */
function titleOf({ issue, title }: RunState['run']): string {
  const shown = visibleLine(title);
  return cutText(shown.startsWith(`#${issue} `) ? shown.slice(`#${issue} `.length) : shown, 200);
}

/** The same for one job, with its attempts. An unknown job is named as such, with those there are. */
export function explainJob(workflow: Workflow, config: Config, state: RunState, jobId: string): string {
  const id = resolveJob({ workflow, ...documentsOf(state) }, jobId);
  const job = id === undefined ? undefined : definitionOf(workflow, id);
  if (job === undefined) {
    return `Run ${state.run.id} has no job ${visibleLine(jobId)}. Its jobs: ${[...workflow.jobs.keys()].join(', ')}.`;
  }
  const document = state.jobs[job.id];
  const took = jobDurationMs(document, state.run.updatedAt);
  const head = `${jobTitle(state, job.id)} (${job.type}): ${phaseWord(jobPhase(state, job.id))}${took === null ? '' : `, ${formatDuration(took)} in all`}.`;
  const attempts = attemptsOf(document === undefined ? [] : [document]).map(
    ({ attempt }) =>
      `  attempt ${attempt.number}, ${formatTime(attempt.startedAt)}: ${outcomeWord(attempt.outcome)}${attempt.turns.length > 1 ? ` after ${plural(attempt.turns.length, 'turn')}` : ''}${attempt.reason === null ? '' : `: ${cutText(visibleLine(attempt.reason), 300)}`}`,
  );
  const isOpen = lineOf(state, job.id).status !== 'completed';
  const awaited = awaitedOf(workflow, state).filter(
    (each) =>
      (each.job !== null && [each.job, jobOf(each.job)].includes(job.id)) ||
      (isOpen && each.kind === 'paused'),
  );
  return [
    head,
    ...attempts,
    ...legsOf(documentsOf(state), job.id).map(
      (leg) => `  ${jobTitle(state, leg)}: ${phaseWord(jobPhase(state, leg))}`,
    ),
    ...awaited.map((each) => `\n${explainAwaited(workflow, config, state, each)}`),
    ...explainOutcome(workflow, state, job.id),
  ].join('\n');
}

function explainEnd(state: RunState): readonly string[] {
  const { run } = state;
  // Of a job with legs these tell why.
  const failed = Object.values(state.jobs).filter(
    ({ id, matrix }) => run.jobs[id]?.conclusion === 'failure' && (matrix ?? null) === null,
  );
  return [
    ...(run.cancelled === null
      ? []
      : [`Cancelled by ${visibleLine(run.cancelled.by.login)}: ${visibleLine(run.cancelled.reason)}`]),
    ...failed.map(
      ({ id, attempts }) =>
        `${id} failed: ${cutText(visibleLine(attempts.at(-1)?.reason ?? 'no reason given'), 300)}`,
    ),
    `Nothing is awaited. To see all of it: ${commandLine.log(run.id)}`,
  ];
}

/** Jobs that wait for other jobs, in one sentence, since there is nothing to do about them. */
function explainBlocked(blocked: readonly Extract<Awaited, { kind: 'needs' }>[]): string {
  const names = blocked.slice(0, 10).map(({ job, needs }) => `${job} (after ${listWords(needs)})`);
  const more = blocked.length > 10 ? [plural(blocked.length - 10, 'more job')] : [];
  return `Still to come: ${[...names, ...more].join(', ')}.`;
}

/** Why a completed job ended as it did, where its attempts do not tell. */
function explainOutcome(workflow: Workflow, state: RunState, jobId: string): readonly string[] {
  const { conclusion, result } = lineOf(state, jobId);
  if (conclusion === 'failure' && state.run.status !== 'completed')
    return [
      `\nTo try it again, a CEO member comments \`${overrideComment.goto(jobId)}\` on issue #${state.run.issue}.`,
    ];
  if (conclusion !== 'skipped' || (state.jobs[jobId]?.attempts.length ?? 0) > 0) return [];
  if (result === 'success') return ['\nSkipped by a CEO member; the jobs after it go on.'];
  const job = definitionOf(workflow, jobId);
  const unmet = (job?.needs ?? []).filter((need) => lineOf(state, need).result !== 'success');
  const because = unmet.length === 0 ? '' : ` since ${listWords(unmet)} did not succeed`;
  const condition =
    job?.if === null || job?.if === undefined ? '' : `, by its if: ${visibleLine(job.if.source)}`;
  return [`\nSkipped${because}${condition}.`];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
