import { derivedId } from '../base/digest.ts';
import { jobOf } from '../workflow/leg.ts';
import { RESERVED_ROLES } from '../workflow/roles.ts';
import type { ApprovalJob } from '../workflow/model.ts';
import { addTurn, beginAttempt, runningAttempt } from './attempt.ts';
import { countDispatch } from './budget.ts';
import type { Config, Member } from './config.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS, QUEUED } from './draft.ts';
import { escalate } from './escalation.ts';
import type { Evaluated } from './evaluation.ts';
import { minutesFor, renderFor } from './evaluation.ts';
import { stopAtLimit } from './limit.ts';
import { repeatsItself } from './loop-detector.ts';
import { lookup } from './own-keys.ts';
import type { AgentJob } from './retry.ts';
import { failAttempt } from './retry.ts';
import { addMs } from './time.ts';
import { startUnconditionally } from './withdraw.ts';

/** A role that only some jobs may have, and the only one that they may have. */
export const fixedRoles: Readonly<Record<string, string>> = {
  commit: 'engineering-manager',
  verify: 'qa-engineer',
};

const agentTimeoutMinutes = 360;

/** Goes on with a job of an agent: the next turn of its running attempt, or a new attempt with its first turn. */
export function startAgentJob(draft: Draft, definition: AgentJob): void {
  const job = definition.id;
  if (runningAttempt(draft.document(job)) === undefined) {
    beginAttempt(draft, job);
    const assignee = assign(draft, definition);
    if (assignee === null) return;
    const ready = prepare(draft, definition);
    if (!ready.ok) {
      failAttempt(draft, job, {
        outcome: 'failure',
        reason: ready.problem,
        again: false,
        isDefinition: true,
      });
      return;
    }
    draft.patchJob(job, { timeoutAt: addMs(draft.cause.at, ready.value * 60_000) });
  }
  dispatchTurn(draft, job);
}

/**
 * Has the next turn of the running attempt dispatched, unless the attempt used up its turns or goes in circles: that is for the CEO.
 */
export function nextTurn(draft: Draft, definition: AgentJob): void {
  const job = definition.id;
  const document = draft.document(job);
  const attempt = runningAttempt(document);
  if (document === undefined || attempt === undefined) return;
  if (repeatsItself(document)) {
    escalate(draft, job, 'loop', 'the same report came three times running');
  } else if (attempt.turns.length >= definition.maxTurns) {
    const last = attempt.turns.at(-1)?.summary ?? '';
    const reason = `all ${definition.maxTurns} turns were used without a result`;
    escalate(draft, job, 'turns', last === '' ? reason : `${reason}; the last said: ${last}`);
  } else {
    startUnconditionally(draft, job);
  }
}

/**
 * Who holds the role a job is for. Where nobody does, the job is escalated, and where the role cannot be told, its attempt fails;
 * then the answer is null. The job's document names role and assignee: the first holder with an agent, else the first holder.
 */
export function assign(draft: Draft, definition: AgentJob | ApprovalJob): Member | null {
  const job = definition.id;
  const role = roleOf(draft, definition);
  if (!role.ok) {
    failAttempt(draft, job, { outcome: 'failure', reason: role.problem, again: false, isDefinition: true });
    return null;
  }
  const assignee = holderOf(draft.config, role.value);
  if (assignee === null) {
    draft.patchJob(job, { role: role.value, assignee: null });
    const reason = role.value === '' ? 'runs-on gives no role' : `nobody holds the role ${role.value}`;
    escalate(draft, job, 'nobody-in-role', reason);
    return null;
  }
  draft.patchJob(job, { role: role.value, assignee });
  return assignee;
}

/** The member who gets the work of a role, or null where nobody holds it. */
export function holderOf(config: Config, role: string): Member | null {
  const members = lookup(config.roles, role) ?? [];
  const reachable = members.find((member) => lookup(config.agents, member.login) !== undefined);
  return reachable ?? members[0] ?? null;
}

function roleOf(draft: Draft, definition: AgentJob | ApprovalJob): Evaluated<string> {
  const { id } = definition;
  const reassigned = draft.document(id)?.reassigned ?? draft.document(jobOf(id))?.reassigned ?? null;
  const role: Evaluated<string> =
    reassigned === null
      ? renderFor(draft, definition.id, definition.runsOn)
      : { ok: true, value: reassigned };
  if (!role.ok) return role;
  const value = role.value.trim();
  const isUntrusted = reassigned === null && draft.workflow.untrustedRoles?.has(jobOf(id)) === true;
  if (isUntrusted && RESERVED_ROLES.includes(value)) {
    return { ok: false, problem: `what strangers or agents wrote cannot choose the role ${value}` };
  }
  const fixed = lookup(fixedRoles, definition.type);
  if (fixed !== undefined && value !== fixed) {
    return { ok: false, problem: `a ${definition.type} job is for the role ${fixed}, not for "${value}"` };
  }
  return { ok: true, value };
}

/** Finds what would only fail later: a prompt without a value, a bad timeout. The value is the timeout in minutes. */
function prepare(draft: Draft, definition: AgentJob): Evaluated<number> {
  if (definition.prompt !== null) {
    const prompt = renderFor(draft, definition.id, definition.prompt);
    if (!prompt.ok) return prompt;
  }
  return minutesFor(draft, definition.id, definition.timeoutMinutes ?? agentTimeoutMinutes);
}

function dispatchTurn(draft: Draft, job: string): void {
  const document = draft.document(job);
  const attempt = runningAttempt(document);
  const assignee = document?.assignee ?? null;
  if (attempt === undefined || assignee === null || stopAtLimit(draft, job)) return;
  countDispatch(draft);
  const number = attempt.turns.length + 1;
  const dispatch = derivedId('dispatch', draft.run.id, job, attempt.number, number);
  addTurn(draft, job, {
    number,
    dispatch,
    assignee,
    dispatchedAt: draft.cause.at,
    endedAt: null,
    outcome: 'open',
    summary: null,
    report: null,
    usage: null,
    outputs: NO_OUTPUTS,
  });
  draft.setLine(job, { ...QUEUED, status: 'in_progress' });
  draft.emit({ type: 'dispatch', job, attempt: attempt.number, turn: number, dispatch });
  draft.tell(job);
}
