import type { Config } from '../engine/config.ts';
import type { RunEvent } from '../engine/event.ts';
import type { RunState } from '../engine/state/run.ts';
import { renderDecision, type DecisionFile } from '../engine/view/decision.ts';
import { renderEscalation } from '../engine/view/escalation.ts';
import type { Oid } from '../store/port.ts';
import type { Workflow } from '../workflow/model.ts';

/** How the names of branches begin that ask for decisions. */
export const DECISION_BRANCHES = 'treadle/decision/';

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
  const asked = decisionAsked(workflow, config, before, event.job, event.pull);
  return asked === null ? null : { path: asked.path, text: asked.text, head: event.head };
}

/** The file by which a job's gate or escalation asks in a pull request, or null where it does not ask there by a file. */
export function decisionAsked(
  workflow: Workflow,
  config: Config,
  state: RunState,
  job: string,
  pull: number,
): Pick<DecisionFile, 'path' | 'text'> | null {
  const document = state.jobs[job];
  if (document?.escalation?.pull === pull) return renderEscalation(workflow, config, state, job).decision;
  const isAsked = document?.gate?.kind === 'text' && document.gate.pull === pull;
  return isAsked ? renderDecision(workflow, state, job) : null;
}
