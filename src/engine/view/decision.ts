import { invariant } from '../../base/errors.ts';
import { definitionOf } from '../../workflow/leg.ts';
import type { ApprovalJob, Workflow } from '../../workflow/model.ts';
import type { Gate } from '../state/gate.ts';
import type { RunState } from '../state/run.ts';
import { block, BODY_LIMIT, fence, inline, inlineCode, joinWithin, TITLE_LIMIT } from './markdown.ts';
import { afterEdge, afterSuccess, endSentence, jobName, plural } from './outline.ts';
import { cutText, visibleLine } from './visible-text.ts';

/** A file for a person to review, and the pull request that brings it. */
export interface DecisionFile {
  /** Where the file lies on the state branch. */
  readonly path: string;
  /** The pull request's title, at most {@link TITLE_LIMIT} characters, plain text. */
  readonly title: string;
  /** The file's Markdown, which is what is approved: complete, never cut. */
  readonly text: string;
  /** The pull request's description, Markdown of at most {@link BODY_LIMIT} characters, without the marker. */
  readonly body: string;
}

/**
 * The decision of a text gate. Derived from the gate and the workflow alone, so the same gate always gives the same file.
 *
 * @throws {TreadleError} `bug` when the job is no approval or has no gate.
 */
export function renderDecision(workflow: Workflow, state: RunState, jobId: string): DecisionFile {
  const job = definitionOf(workflow, jobId);
  const gate = state.jobs[jobId]?.gate;
  invariant(job?.type === 'approval', `${jobId} is no approval`);
  invariant(gate !== null && gate !== undefined, `${jobId} has no gate`);
  const { id, issue } = state.run;
  const heading = `${jobName(job, state)} (${workflow.name})`;
  return {
    path: `decisions/${id}/${job.id}-${gate.attempt}.md`,
    title: cutText(visibleLine(`Decide on #${issue}: ${heading}`), TITLE_LIMIT),
    text: decisionText(workflow, job, gate, state),
    body: decisionBody(workflow, job, gate, state.run),
  };
}

interface Subject {
  readonly id: string;
  readonly issue: number;
}

function decisionText(workflow: Workflow, job: ApprovalJob, gate: Gate, state: RunState): string {
  const { run } = state;
  const shown = Object.entries(gate.shown).flatMap(([need, outputs]) =>
    Object.entries(outputs).map(
      ([name, value]) => `### ${inlineCode(name)} of ${inlineCode(need)}\n\n${fence(value)}`,
    ),
  );
  return `${[
    `# ${inline(jobName(job, state), TITLE_LIMIT)}`,
    `Issue #${run.issue}, run ${inlineCode(run.id)}, workflow ${inline(workflow.name, TITLE_LIMIT)}, job ${inlineCode(job.id)}, attempt ${gate.attempt}.`,
    ...editedNote(gate, run.issue),
    `## The question\n\n${fence(gate.question)}`,
    ...(shown.length === 0 ? [] : ['## What was found', ...shown]),
    `## What your answer does\n\n${consequences(workflow, job)}`,
    `Digest of what is decided here: ${inlineCode(gate.digest)}`,
  ].join('\n\n')}\n`;
}

function decisionBody(workflow: Workflow, job: ApprovalJob, gate: Gate, run: Subject): string {
  const left = (count: number): string =>
    `_${plural(count, 'more part')} left out here: the file holds them all._`;
  const shown = Object.entries(gate.shown).flatMap(([need, outputs]) =>
    Object.entries(outputs).map(
      ([name, value]) => `**${inlineCode(name)} of ${inlineCode(need)}**\n\n${block(value, 8_000)}`,
    ),
  );
  const head = [
    `Issue #${run.issue} waits for your decision: job ${inlineCode(job.id)} of **${inline(workflow.name, 200)}**.`,
    ...voidedNote(gate),
    ...editedNote(gate, run.issue),
    block(gate.question, 16_000),
  ].join('\n\n');
  const tail = [
    `**How to decide**: review this pull request, which adds one file.\n\n${consequences(workflow, job)}`,
    `What is approved is the file as it stands: if anything in it changes, the approval is void and asked for again. Treadle merges it; please do not merge it by hand.`,
    `<sub>run ${inlineCode(run.id)} · attempt ${gate.attempt} · digest ${inlineCode(gate.digest)}</sub>`,
  ].join('\n\n');
  return [
    head,
    ...(shown.length === 0
      ? []
      : [joinWithin(shown, BODY_LIMIT - head.length - tail.length - 4, left, '\n\n')]),
    tail,
  ].join('\n\n');
}

/** What the trigger says is not what the bead asks for any more: whoever decides has to read it there. */
function editedNote({ beadText }: Gate, issue: number): readonly string[] {
  return beadText === undefined
    ? []
    : [
        `The title or text of #${issue} was edited after the run began: please read it there, as it is approved along. Its digest when this was asked: ${inlineCode(beadText)}`,
      ];
}

/** Why the question is put again. */
function voidedNote({ voided }: Gate): readonly string[] {
  const last = voided.at(-1);
  return last === undefined ? [] : [`This is asked again: ${endSentence(inline(last, 500))}`];
}

/** What approving and rejecting do next, as a list. */
function consequences(workflow: Workflow, job: ApprovalJob): string {
  return [
    `- **Approve**: the run ${afterSuccess(workflow, job.id, inlineCode)}.`,
    `- **Request changes**: the run ${afterEdge(job.id, job.onRejected, inlineCode)}. Write in the review what should be different.`,
  ].join('\n');
}
