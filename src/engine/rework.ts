import { jobOf } from '../workflow/leg.ts';
import type { EdgeTarget } from '../workflow/model.ts';
import { concludeFailure } from './conclude.ts';
import type { Draft } from './draft.ts';
import { escalate } from './escalation.ts';
import { findAlternation } from './loop-detector.ts';
import { lookup, without } from './own-keys.ts';
import type { EscalationCause } from './state/escalation.ts';
import { countRework } from './tally.ts';
import { resetFrom, startUnconditionally } from './withdraw.ts';

/** A job that did not succeed and has no further attempt of its own. */
export interface Defeat {
  readonly edge: 'on-failure' | 'on-rejected' | 'on-timeout';
  readonly target: EdgeTarget;
  /** In words, for whoever reworks it or decides. */
  readonly reason: string;
  /** What an escalation is due to. */
  readonly cause: EscalationCause;
}

/**
 * Takes the edge of a job that did not succeed: back to an ancestor, to the CEO, or to its conclusion (a timeout concludes
 * `cancelled`, as on GitHub). In a run that was cancelled nothing is reworked: there the job is concluded.
 */
export function takeEdge(draft: Draft, job: string, defeat: Defeat): void {
  const { edge, target, reason } = defeat;
  if (target.kind === 'fail' || draft.run.cancelled !== null) {
    concludeFailure(draft, job, edge === 'on-timeout' ? 'cancelled' : 'failure');
  } else if (target.kind === 'escalate') {
    escalate(draft, job, defeat.cause, reason);
  } else {
    rework(draft, job, `${jobOf(job)}.${edge}`, target.job, reason);
  }
}

/** Counts and takes a rework edge, unless it was taken as often as `max-cycles` allows. */
function rework(draft: Draft, job: string, edge: string, target: string, reason: string): void {
  const { maxCycles } = draft.workflow;
  const cycles = lookup(draft.run.cycles, edge) ?? 0;
  if (cycles >= maxCycles) {
    const text = `${edge} would go back to ${target} for the ${ordinal(cycles + 1)} time, ${maxCycles} allowed: ${reason}`;
    escalate(draft, job, 'cycles', text);
    return;
  }
  const alternation = findAlternation(draft);
  if (alternation !== null) {
    escalate(draft, job, 'loop', `${alternation}: ${reason}`);
    return;
  }
  draft.patchRun({ cycles: { ...draft.run.cycles, [edge]: cycles + 1 } });
  countRework(draft, edge);
  resetFrom(draft, target, `${job} sent the work back to ${target}`);
  draft.patchJob(target, { feedback: { from: job, text: reason } });
  startUnconditionally(draft, target);
}

/** Forgets how often the rework edges of a job and its descendants were taken: the CEO has spoken. */
export function forgiveCycles(draft: Draft, job: string): void {
  const descendants = draft.workflow.graph.descendants(job);
  const cycles = without(draft.run.cycles, (edge) => {
    const from = edge.slice(0, edge.indexOf('.'));
    return from === jobOf(job) || descendants.has(from);
  });
  if (cycles !== draft.run.cycles) draft.patchRun({ cycles });
}

function ordinal(n: number): string {
  const tens = n % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}
