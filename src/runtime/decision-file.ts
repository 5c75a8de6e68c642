import type { Config } from '../engine/config.ts';
import type { RunEvent } from '../engine/event.ts';
import type { RunState } from '../engine/state.ts';
import { renderDecision } from '../engine/view/decision.ts';
import { renderEscalation } from '../engine/view/escalation.ts';
import type { Oid } from '../store/port.ts';
import type { Workflow } from '../workflow/model.ts';

/** The file that a person approved, as it enters the state branch, and the head they reviewed. */
export interface ReviewedDecision {
  readonly path: string;
  readonly text: string;
  readonly head: Oid;
}

/**
 * The decision that an event approves, or null where it approves none. The file is rendered from the state before the event:
 * exactly what was put before the reviewer.
 */
export function reviewedDecision(
  workflow: Workflow,
  config: Config,
  before: RunState | null,
  event: RunEvent,
): ReviewedDecision | null {
  if (before === null || event.type !== 'review_submitted' || event.verdict !== 'approved') return null;
  const job = before.jobs[event.job];
  if (job?.escalation?.pull === event.pull) {
    const { decision } = renderEscalation(workflow, config, before, event.job);
    return { path: decision.path, text: decision.text, head: event.head };
  }
  if (job?.gate?.kind !== 'text' || job.gate.pull !== event.pull) return null;
  const decision = renderDecision(workflow, before, event.job);
  return { path: decision.path, text: decision.text, head: event.head };
}
