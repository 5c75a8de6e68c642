import { openTurn, patchOpenTurn, runningAttempt } from './attempt.ts';
import type { Draft } from './draft.ts';
import { openDraft } from './draft.ts';
import type { Effect, EffectResult, Remote } from './effect.ts';
import { escalate } from './escalation.ts';
import type { EffectsClaimed, EffectsRecorded } from './event.ts';
import { openGateOf } from './gate.ts';
import { isEmpty, lookup } from './own-keys.ts';
import { renewStatus } from './status-wish.ts';
import type { OutboxEntry } from './state/outbox.ts';
import type { RunState } from './state/run.ts';
import type { TransitionContext } from './transition-context.ts';

/** After this many failures of what moves a job on, the job is the CEO's. */
const mostFailures = 5;

/** What an effect of this run came to. */
export interface OwnResult {
  readonly effect: string;
  readonly result: EffectResult;
}

/**
 * Writes down what effects of a run came to: done ones leave the outbox and teach what they made (pull requests, issues, heads);
 * prepared ones stay with what they taught; dropped ones leave it unless the state still wants them; failed ones are counted, and after five failures the job that waits for
 * one is escalated. Results of effects that are not in the outbox (any more) change nothing.
 */
export function recordEffects(
  context: TransitionContext,
  state: RunState,
  results: readonly OwnResult[],
  event: EffectsRecorded,
): RunState {
  const draft = openDraft(context, state, event);
  recordAll(draft, results);
  const before = new Set(state.run.outbox.map((entry) => entry.id));
  if (draft.run.outbox.some((entry) => !before.has(entry.id))) {
    renewStatus(draft);
    draft.patchRun({ updatedAt: event.at });
  }
  const commit = lookup(event.commits, state.run.id);
  const last = state.run.lastCommit;
  if (commit !== undefined && (commit.event !== last?.event || commit.oid !== last.oid)) {
    draft.patchRun({ lastCommit: commit });
  }
  return draft.state();
}

/** Hands effects of a run to another wake. */
export function claimEffects(state: RunState, effects: readonly string[], event: EffectsClaimed): RunState {
  if (!state.run.outbox.some((entry) => effects.includes(entry.id))) return state;
  const outbox = state.run.outbox.map((entry) =>
    effects.includes(entry.id) ? { ...entry, claim: event.claim } : entry,
  );
  return { ...state, run: { ...state.run, outbox } };
}

/** Records one result after the other. What is done leaves the outbox together: there may be thousands. */
function recordAll(draft: Draft, results: readonly OwnResult[]): void {
  const entries = new Map(draft.run.outbox.map((entry) => [entry.id, entry]));
  const done = new Set<string>();
  const removeDone = (): void => {
    if (done.size > 0) draft.patchRun({ outbox: draft.run.outbox.filter((one) => !done.has(one.id)) });
    done.clear();
  };
  for (const { effect, result } of results) {
    const entry = entries.get(effect);
    if (entry === undefined) continue;
    if (result.kind === 'done') {
      entries.delete(effect);
      done.add(effect);
      learn(draft, entry.effect, result.remote, true);
      continue;
    }
    removeDone();
    record(draft, entry, result);
    const after = draft.run.outbox.find((one) => one.id === effect);
    if (after === undefined) entries.delete(effect);
    else entries.set(effect, after);
  }
  removeDone();
}

function record(draft: Draft, entry: OutboxEntry, result: Exclude<EffectResult, { kind: 'done' }>): void {
  switch (result.kind) {
    case 'prepared':
      learn(draft, entry.effect, result.remote, false);
      return;
    case 'dropped':
      if (isWanted(draft, entry.effect)) fail(draft, entry, result.reason);
      else remove(draft, entry);
      return;
    case 'failed':
      fail(draft, entry, result.problem);
      return;
  }
}

function fail(draft: Draft, entry: OutboxEntry, problem: string): void {
  const { effect } = entry;
  const failures = entry.failures + 1;
  const moves =
    effect.type === 'dispatch' ||
    effect.type === 'run_steps' ||
    effect.type === 'open_gate' ||
    effect.type === 'merge_pull';
  if (!moves || failures < mostFailures) {
    const outbox = draft.run.outbox.map((one) => (one === entry ? { ...one, failures, problem } : one));
    draft.patchRun({ outbox });
    return;
  }
  remove(draft, entry);
  if (!isWanted(draft, effect)) return;
  const what = {
    dispatch: 'be dispatched',
    run_steps: 'be run',
    open_gate: 'ask for its approval',
    merge_pull: 'be merged',
  };
  escalate(
    draft,
    effect.job,
    'effect-failed',
    `${effect.job} could not ${what[effect.type]}, ${failures} times: ${problem}`,
  );
}

/** Tells whether the state still waits for what an effect is to bring about. Effects that nothing waits for are not wanted. */
function isWanted(draft: Draft, effect: Effect): boolean {
  switch (effect.type) {
    case 'dispatch':
      return openTurn(draft.document(effect.job))?.dispatch === effect.dispatch;
    case 'run_steps':
      return runningAttempt(draft.document(effect.job))?.number === effect.attempt;
    case 'open_gate':
      return openGateOf(draft, effect.job)?.attempt === effect.attempt;
    case 'open_escalation':
      return draft.document(effect.job)?.escalation?.id === effect.escalation;
    case 'merge_pull':
      return draft.queue.lease?.fence === effect.fence && draft.queue.lease.run === draft.run.id;
    case 'cancel_dispatch':
    case 'cancel_steps':
    case 'close_gate':
    case 'close_escalation':
    case 'remind_ceo':
    case 'leave_merge_queue':
    case 'start_workflow':
    case 'reply':
    case 'update_status':
    case 'reopen_issue':
    case 'close_issue':
      return false;
  }
}

function learn(draft: Draft, effect: Effect, remote: Remote, isDone: boolean): void {
  switch (effect.type) {
    case 'open_gate':
      learnGate(draft, effect, remote);
      return;
    case 'open_escalation':
      learnEscalation(draft, effect, remote);
      return;
    case 'merge_pull':
      learnHead(draft, effect, remote);
      return;
    case 'update_status':
      learnStatus(draft, remote);
      return;
    case 'dispatch':
      learnDispatch(draft, effect, remote, isDone);
      return;
    case 'run_steps':
    case 'cancel_dispatch':
    case 'cancel_steps':
    case 'close_gate':
    case 'close_escalation':
    case 'remind_ceo':
    case 'leave_merge_queue':
    case 'start_workflow':
    case 'reply':
    case 'reopen_issue':
    case 'close_issue':
      return;
  }
}

function learnStatus(draft: Draft, { comment, text }: Remote): void {
  if (comment !== undefined && comment !== draft.run.statusComment)
    draft.patchRun({ statusComment: comment });
  if (text !== undefined && text !== draft.run.statusText) draft.patchRun({ statusText: text });
}

/** The turn learns where its dispatch went, while it is open. */
function learnDispatch(
  draft: Draft,
  { job, dispatch }: Extract<Effect, { readonly type: 'dispatch' }>,
  { comment, workflowRun, assigned, head }: Remote,
  isDone: boolean,
): void {
  const learnt = {
    ...(comment === undefined ? {} : { comment }),
    ...(workflowRun === undefined ? {} : { workflowRun }),
    ...(assigned === undefined ? {} : { assigned }),
    ...(head === undefined ? {} : { head }),
  };
  const turn = openTurn(draft.document(job));
  if (turn?.dispatch !== dispatch || isEmpty(learnt)) return;
  const sent = isDone && turn.remote?.sentAt === undefined ? { sentAt: draft.cause.at } : {};
  patchOpenTurn(draft, job, { remote: { ...turn.remote, ...learnt, ...sent } });
}

/** The gate learns its pull request; one that was opened too late to be answered is closed again. */
function learnGate(
  draft: Draft,
  effect: Extract<Effect, { readonly type: 'open_gate' }>,
  remote: Remote,
): void {
  const { job, attempt } = effect;
  const gate = openGateOf(draft, job);
  if (gate?.attempt === attempt) {
    draft.patchJob(job, {
      gate: { ...gate, pull: remote.pull ?? gate.pull, head: remote.head ?? gate.head },
    });
  } else if (remote.pull !== undefined && asksByText(draft, job)) {
    const reason = 'the question was settled before it could be asked';
    draft.emit({ type: 'close_gate', job, attempt, pull: remote.pull, reason });
  }
}

function asksByText(draft: Draft, job: string): boolean {
  const definition = draft.definition(job);
  return definition?.type === 'approval' && definition.pullRequest === null;
}

function learnEscalation(
  draft: Draft,
  effect: Extract<Effect, { readonly type: 'open_escalation' }>,
  remote: Remote,
): void {
  const { job, escalation: id } = effect;
  const escalation = draft.document(job)?.escalation ?? null;
  const { issue, pull, head } = remote;
  if (escalation?.id === id) {
    draft.patchJob(job, {
      escalation: {
        ...escalation,
        issue: issue ?? escalation.issue,
        pull: pull ?? escalation.pull,
        head: head ?? escalation.head,
      },
    });
  } else if (issue !== undefined) {
    const answer = 'Settled before this bead was opened.';
    draft.emit({ type: 'close_escalation', job, escalation: id, issue, pull: pull ?? null, answer });
  }
}

/** The performer found the head to merge and says which it was. */
function learnHead(
  draft: Draft,
  effect: Extract<Effect, { readonly type: 'merge_pull' }>,
  remote: Remote,
): void {
  const merge = draft.document(effect.job)?.merge ?? null;
  const isCurrent = runningAttempt(draft.document(effect.job))?.number === effect.attempt;
  if (merge?.head !== null || remote.head === undefined || !isCurrent) return;
  draft.patchJob(effect.job, { merge: { ...merge, head: remote.head } });
}

function remove(draft: Draft, entry: OutboxEntry): void {
  draft.patchRun({ outbox: draft.run.outbox.filter((one) => one.id !== entry.id) });
}
