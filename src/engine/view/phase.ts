import type { Conclusion } from '../state/status.ts';
import type { EscalationCause } from '../state/escalation.ts';
import type { JobDocument } from '../state/job.ts';
import type { JobLine, RunDocument, RunState } from '../state/run.ts';
import type { Workflow } from '../../workflow/model.ts';
import { documentsOf, legsOf } from '../legs.ts';

/**
 * Where a job stands, in the one word that faces show: its status while it is open, its conclusion when it is completed;
 * `retrying` (queued until a time) and `escalated` (waiting for the CEO) are told apart from plain queued and waiting.
 */
export type Phase = 'queued' | 'retrying' | 'pending' | 'waiting' | 'escalated' | 'in_progress' | Conclusion;

/** The line of a job that the run does not know yet. */
const UNTOUCHED: JobLine = { status: 'queued', conclusion: null, result: null };

/** A job's line; queued where the run has none. */
export function lineOf(state: RunState, job: string): JobLine {
  return state.run.jobs[job] ?? UNTOUCHED;
}

/** A job's phase, derived from its line and its document. */
function phaseOf(line: JobLine, document: JobDocument | undefined): Phase {
  switch (line.status) {
    case 'queued':
      return document !== undefined && document.retryAt !== null ? 'retrying' : 'queued';
    case 'waiting':
      return document !== undefined && document.escalation !== null ? 'escalated' : 'waiting';
    case 'pending':
    case 'in_progress':
      return line.status;
    case 'completed':
      return line.conclusion ?? 'success';
  }
}

/** The phase of a job or a leg of a run. A job with legs stands where those stand that are furthest. */
export function jobPhase(state: RunState, job: string): Phase {
  const phase = phaseOf(lineOf(state, job), state.jobs[job]);
  if (phase !== 'waiting' && phase !== 'queued') return phase;
  const legs = legsOf(documentsOf(state), job).map((leg) => phaseOf(lineOf(state, leg), state.jobs[leg]));
  return legs.find((leg) => leg === (phase === 'waiting' ? 'escalated' : 'retrying')) ?? phase;
}

/** The phases of the workflow's jobs, in file order. */
export function jobPhases(workflow: Workflow, state: RunState): readonly Phase[] {
  return [...workflow.jobs.keys()].map((job) => jobPhase(state, job));
}

/** A phase for people. */
export function phaseWord(phase: Phase): string {
  return phase === 'in_progress' ? 'in progress' : phase;
}

const GLYPHS: Readonly<Record<Phase, string>> = {
  queued: '○',
  retrying: '↻',
  pending: '◔',
  waiting: '◆',
  escalated: '▲',
  in_progress: '●',
  success: '✓',
  failure: '✗',
  cancelled: '⊘',
  skipped: '–',
};

/** One character for a phase, of one column in a terminal. */
export function phaseGlyph(phase: Phase): string {
  return GLYPHS[phase];
}

/** Whether what is pending waits for a concurrency group: the run itself, or one of its jobs. */
function isInGroup({ groups = {}, jobs }: RunDocument): boolean {
  return Object.keys(groups).some((place) => (jobs[place]?.status ?? 'pending') === 'pending');
}

/** How a whole run stands, in few words. */
export function runWord(run: RunDocument, phases: readonly Phase[]): string {
  if (run.status === 'completed') return `completed: ${run.conclusion ?? 'success'}`;
  if (run.paused !== null) return 'paused';
  if (phases.includes('escalated')) return 'waiting for the CEO';
  if (phases.includes('in_progress')) return 'in progress';
  if (phases.includes('waiting')) return 'waiting for an approval';
  if (phases.includes('pending') || run.status === 'pending') {
    return isInGroup(run) ? 'waiting for its concurrency group' : 'waiting for the commit lease';
  }
  if (phases.includes('retrying')) return 'waiting for a retry';
  return 'queued';
}

/** The cause of an escalation in a few words, for titles. */
export function causeInBrief(cause: EscalationCause): string {
  switch (cause) {
    case 'attempts':
      return 'all attempts are used up';
    case 'cycles':
      return 'sent back too often';
    case 'turns':
      return 'all turns are used up';
    case 'timeout':
      return 'timed out';
    case 'nobody-in-role':
      return 'nobody holds the role';
    case 'loop':
      return 'going round in circles';
    case 'effect-failed':
      return 'Treadle could not do its part';
    case 'failure':
      return 'the job failed';
    case 'definition':
      return 'the definition lacks a value';
    case 'dispatches':
      return 'too many dispatches in an hour';
    case 'hops':
      return 'the hop limit is reached';
    case 'budget':
      return 'the budget is used up';
  }
}
