import { invariant } from '../../base/errors.ts';
import { definitionOf } from '../../workflow/leg.ts';
import type { Job, Workflow } from '../../workflow/model.ts';
import type { Config } from '../config.ts';
import { isAtLimit } from '../escalation.ts';
import type { Escalation } from '../state/escalation.ts';
import type { JobDocument } from '../state/job.ts';
import type { RunState } from '../state/run.ts';
import { overrideComment } from './commands.ts';
import type { DecisionFile } from './decision.ts';
import { elapsedMs, formatDuration, formatTime } from './duration.ts';
import { attemptItem, attemptsOf } from './history.ts';
import { block, BODY_LIMIT, inline, inlineCode, joinWithin, mention, TITLE_LIMIT } from './markdown.ts';
import { nextSteps } from './next-steps.ts';
import { afterSuccess, canReassign, plural } from './outline.ts';
import { causeInBrief } from './phase.ts';
import { progressLine, progressOf } from './progress.ts';
import { cutText, visibleLine } from './visible-text.ts';

/** The CEO bead of an escalation, and the decision pull request by which it can be answered. */
export interface EscalationTexts {
  /** At most {@link TITLE_LIMIT} characters, plain text. */
  readonly title: string;
  /** Markdown of at most {@link BODY_LIMIT} characters, without the marker. */
  readonly body: string;
  readonly decision: DecisionFile;
}

/**
 * What the CEO is told when a job escalates: bead, run, cause, everything that was tried with times and reasons, next steps
 * computed from it, and what each answer does here. The decision file depends on the escalated job alone, so that it stays the
 * same while other jobs of the run go on.
 *
 * @throws {TreadleError} `bug` when the job is not escalated.
 */
export function renderEscalation(
  workflow: Workflow,
  config: Config,
  state: RunState,
  jobId: string,
): EscalationTexts {
  const job = definitionOf(workflow, jobId);
  const document = state.jobs[jobId];
  const escalation = document?.escalation;
  invariant(job !== undefined && document !== undefined, `${jobId} is no job of the run`);
  invariant(escalation !== null && escalation !== undefined, `${jobId} is not escalated`);
  const brief = causeInBrief(escalation.cause);
  const soFar = `- So far: ${progressLine(progressOf(workflow, state))}`;
  const head = headPart(workflow, state, job, escalation);
  const options = optionsPart(workflow, job, escalation);
  const steps = nextSteps(workflow, config, state, job, document, escalation);
  const advice = `## What could help\n\n${steps.map((step) => `- ${step}`).join('\n')}`;
  const room = BODY_LIMIT - head.length - soFar.length - options.length - advice.length - 8;
  const rest = [triedPart(document, room), advice, options].join('\n\n');
  return {
    title: cutText(
      `${cutText(`[CEO] ${visibleLine(state.run.title)}`, TITLE_LIMIT - brief.length - 2)}: ${brief}`,
      TITLE_LIMIT,
    ),
    body: `${head}\n${soFar}\n\n${rest}`,
    decision: {
      path: `decisions/${state.run.id}/${job.id}-escalation-${escalation.id.slice(0, 8)}.md`,
      title: cutText(visibleLine(`Decide on #${state.run.issue}: ${job.id} is stuck, ${brief}`), TITLE_LIMIT),
      text: `# ${inlineCode(job.id)} is stuck: ${brief}\n\n${head}\n\n${rest}\n`,
      body: decisionBody(workflow, state, job, escalation),
    },
  };
}

/** What a CEO who did not answer is told on the CEO bead; it calls them. */
export function renderReminder(config: Config, state: RunState, jobId: string, number: number): string {
  const escalation = state.jobs[jobId]?.escalation;
  invariant(escalation !== null && escalation !== undefined, `${jobId} is not escalated`);
  const holders = (config.roles['ceo'] ?? []).slice(0, 10).map(({ login }) => mention(login));
  const where =
    escalation.pull === null ? 'a comment here' : `a review of #${escalation.pull}, or a comment here`;
  return [
    `${holders.length === 0 ? 'CEO' : holders.join(' ')}: ${inlineCode(jobId)} of issue #${state.run.issue} waits for you since ${formatTime(escalation.at)} (${causeInBrief(escalation.cause)}).`,
    `Nothing goes on before your answer: ${where}. This is reminder ${number}; ${number < 2 ? 'there will be one more' : 'there will be no other'}.`,
  ].join('\n\n');
}

function headPart(workflow: Workflow, state: RunState, job: Job, escalation: Escalation): string {
  const { run } = state;
  return [
    `Job ${inlineCode(job.id)} of issue #${run.issue} cannot go on without you: **${causeInBrief(escalation.cause)}**.`,
    block(escalation.reason, 4_000),
    [
      `- Bead: #${run.issue} ${inline(run.trigger.issue.title, 300)}`,
      `- Run: ${inlineCode(run.id)}, workflow **${inline(workflow.name, 200)}**`,
      `- Escalated: ${formatTime(escalation.at)}, ${formatDuration(elapsedMs(run.createdAt, escalation.at))} after the run began`,
    ].join('\n'),
  ].join('\n\n');
}

function triedPart(document: JobDocument, room: number): string {
  const items = attemptsOf([document]).map(attemptItem).reverse();
  if (items.length === 0) return '## What was tried\n\nNothing yet: the job could not be started.';
  const turns = document.attempts.reduce((sum, attempt) => sum + attempt.turns.length, 0);
  const counts = `${plural(document.attempts.length, 'attempt')}, ${plural(turns, 'turn')}, newest first.`;
  const heading = `## What was tried\n\n${counts}\n\n`;
  const left = (count: number): string => `- ${plural(count, 'older attempt')} left out`;
  return heading + joinWithin(items, room - heading.length, left);
}

function optionsPart(workflow: Workflow, job: Job, escalation: Escalation): string {
  const { approve, requestChanges } = answers(workflow, job, escalation);
  const ancestor = [...workflow.jobs.keys()].find((id) => workflow.graph.ancestors(job.id).has(id)) ?? job.id;
  return [
    '## What you can do',
    [
      `- **Approve** the decision pull request: ${approve}`,
      `- **Request changes** on it: ${requestChanges}`,
      ...(isAtLimit(escalation)
        ? [`- Comment ${inlineCode(overrideComment.resume())}: the same as to approve.`]
        : []),
      `- Comment ${inlineCode(overrideComment.retry())} here: ${inlineCode(job.id)} is tried again with fresh attempts, and your words go along as feedback.`,
      `- Comment ${inlineCode(overrideComment.goto('JOB'))}: the run goes on from that job, for instance ${inlineCode(ancestor)}; it and everything after it is done again.`,
      ...(canReassign(job)
        ? [
            `- Comment ${inlineCode(overrideComment.reassign('ROLE'))}: ${inlineCode(job.id)} goes to another role, with fresh attempts.`,
          ]
        : []),
      `- Comment ${inlineCode(overrideComment.repin(workflow.key))}: the run goes on by the workflow and the settings as they stand on the default branch now, ${isAtLimit(escalation) ? 'once it is resumed' : `and ${inlineCode(job.id)} begins anew`}.`,
      `- Comment ${inlineCode(overrideComment.close())}: the run ends and the bead is closed.`,
    ].join('\n'),
    'The words in capitals are yours to fill in. Nothing is lost while you think: the run waits.',
  ].join('\n\n');
}

function answers(
  workflow: Workflow,
  job: Job,
  escalation: Escalation,
): { readonly approve: string; readonly requestChanges: string } {
  return {
    approve: isAtLimit(escalation)
      ? `the run is no longer paused, ${inlineCode(job.id)} goes on where it stands, and the limits count from nothing again.`
      : `${inlineCode(job.id)} counts as done by your word, and the run ${afterSuccess(workflow, job.id, inlineCode)}.`,
    requestChanges: 'the run ends as failed and the bead is closed.',
  };
}

function decisionBody(workflow: Workflow, state: RunState, job: Job, escalation: Escalation): string {
  const { approve, requestChanges } = answers(workflow, job, escalation);
  const bead = escalation.issue === null ? 'the CEO bead' : `#${escalation.issue}`;
  return [
    `Job ${inlineCode(job.id)} of issue #${state.run.issue} is stuck: **${causeInBrief(escalation.cause)}**. The file of this pull request and ${bead} tell what was tried.`,
    block(escalation.reason, 4_000),
    `- **Approve**: ${approve}\n- **Request changes**: ${requestChanges}\n- For anything else, comment on ${bead}.`,
    'Treadle merges it; please do not merge it by hand.',
    `<sub>run ${inlineCode(state.run.id)} · escalation ${inlineCode(escalation.id)}</sub>`,
  ].join('\n\n');
}
