import type { Effect, Remote } from '../../engine/effect.ts';
import type { OutboxEntry } from '../../engine/state/outbox.ts';
import type { RunState } from '../../engine/state/run.ts';
import type { Forge } from '../../forge/port/forge.ts';
import { findMarked, statusMarker } from './post-comment.ts';

/**
 * Clears up after two wakes that performed the same effect, the one while its claim was running out and the other after taking
 * it over: of several comments with its marker the oldest stays, of several CEO beads the one that the state knows.
 */
export async function removeCopies(
  forge: Forge,
  state: RunState,
  { id, effect }: Pick<OutboxEntry, 'id' | 'effect'>,
  remote: Remote,
): Promise<void> {
  switch (effect.type) {
    case 'dispatch':
      await cancelSecondRun(forge, state, effect, remote);
      if (remote.comment !== undefined) await findMarked(forge, state.run.issue, id);
      return;
    case 'cancel_dispatch':
      if (remote.comment !== undefined) await findMarked(forge, state.run.issue, id);
      return;
    case 'reply':
      if (remote.comment !== undefined) await findMarked(forge, effect.issue ?? state.run.issue, id);
      return;
    case 'update_status':
      if (remote.comment === state.run.statusComment) return;
      await findMarked(forge, state.run.issue, statusMarker(state.run.issue));
      return;
    case 'remind_ceo':
      if (remote.comment !== undefined) await findMarked(forge, effect.issue, id);
      return;
    case 'open_escalation':
      return closeSecondBead(forge, state, effect, remote);
    // Branches and pull requests bear the effect's name, closing or merging twice is closing or merging once, a check of the base
    // branch may run twice, and steps leave nothing on the forge.
    case 'open_gate':
    case 'close_gate':
    case 'close_escalation':
    case 'merge_pull':
    case 'leave_merge_queue':
    case 'start_workflow':
    case 'reopen_issue':
    case 'close_issue':
    case 'run_steps':
    case 'cancel_steps':
      return;
  }
}

/** Of two workflow runs for one turn the one that the state knows stays: only its report counts. */
async function cancelSecondRun(
  forge: Forge,
  state: RunState,
  { job, dispatch }: Extract<Effect, { type: 'dispatch' }>,
  { workflowRun }: Remote,
): Promise<void> {
  const turn = state.jobs[job]?.attempts
    .flatMap(({ turns }) => turns)
    .find((candidate) => candidate.dispatch === dispatch);
  if (workflowRun === undefined || turn?.remote?.workflowRun === workflowRun) return;
  await forge.workflows.cancel(workflowRun);
}

async function closeSecondBead(
  forge: Forge,
  state: RunState,
  effect: Extract<Effect, { type: 'open_escalation' }>,
  { issue }: Remote,
): Promise<void> {
  const escalation = state.jobs[effect.job]?.escalation;
  if (issue === undefined || escalation?.id !== effect.escalation || escalation.issue === null) return;
  if (escalation.issue !== issue) await forge.issues.close(issue, 'not_planned');
}
