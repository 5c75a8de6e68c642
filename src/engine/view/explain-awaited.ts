import { definitionOf } from '../../workflow/leg.ts';
import type { Workflow } from '../../workflow/model.ts';
import type { Config, Member } from '../config.ts';
import type { Effect } from '../effect.ts';
import { isAtLimit } from '../escalation.ts';
import type { RunState } from '../state/run.ts';
import type { Awaited } from './awaited.ts';
import { explainGroup } from './awaited-group.ts';
import { commandLine, overrideComment } from './commands.ts';
import { formatTime } from './duration.ts';
import {
  afterEdge,
  afterSuccess,
  canReassign,
  endSentence,
  listWords,
  plural,
  requiredOutputs,
} from './outline.ts';
import { causeInBrief } from './phase.ts';
import { cutText, visibleLine } from './visible-text.ts';

type Kind<K extends Awaited['kind']> = Extract<Awaited, { kind: K }>;

/** What is awaited, what follows, and what can be done about it: two or three plain sentences for a terminal. */
export function explainAwaited(
  workflow: Workflow,
  config: Config,
  state: RunState,
  awaited: Awaited,
): string {
  switch (awaited.kind) {
    case 'paused':
      return `The run was paused by ${plain(awaited.by.login)} at ${formatTime(awaited.since)}: ${endSentence(plain(awaited.reason))}\nNothing new starts before a CEO member comments \`${overrideComment.resume()}\` on issue #${state.run.issue}; reports still count.`;
    case 'agent':
      return explainAgent(workflow, awaited, state.run.issue);
    case 'approval':
      return explainApproval(workflow, config, state, awaited);
    case 'escalation':
      return explainEscalation(workflow, config, awaited);
    case 'retry':
      return `${awaited.job} failed and is tried again (attempt ${awaited.attempt}) at ${formatTime(awaited.until)}.\nThe first wake after that starts it, for instance \`${commandLine.advance()}\`. To start it at once, a CEO member comments \`${overrideComment.goto(awaited.job)}\` on issue #${state.run.issue}.`;
    case 'hour':
      return `${awaited.job} waits until ${formatTime(awaited.until)}: the repository dispatched as much as \`limits\` in .github/treadle.yml allow in an hour.\nThe CEO was asked about it once; the first wake after that time goes on, for instance \`${commandLine.advance()}\`.`;
    case 'checks':
      return explainChecks(awaited);
    case 'lease':
      return explainLease(awaited);
    case 'sub-run':
      return `${awaited.job} waits for run ${awaited.run}, which it called at ${formatTime(awaited.since)}.\nTo see what that waits for: \`treadle explain ${awaited.run}\``;
    case 'group':
      return explainGroup(awaited);
    case 'merge':
      return `${awaited.job} holds the commit lease${until(awaited.until)} and merges ${pullName(awaited.pull)}.\nThe next wake does it: \`${commandLine.advance()}\`.`;
    case 'effect':
      return explainEffect(awaited);
    case 'needs':
      return `${awaited.job} has not started: it needs ${listWords(awaited.needs)}.`;
    case 'wake':
      return state.run.paused === null
        ? `${awaited.job} is ready and starts with the next wake: \`${commandLine.advance()}\`.`
        : `${awaited.job} is ready and starts when the run is resumed.`;
  }
}

function explainAgent(workflow: Workflow, awaited: Kind<'agent'>, issue: number): string {
  const { job, who, role, attempt, turn } = awaited;
  const as = role === null ? '' : ` (${plain(role)})`;
  return [
    `${job} is with ${plain(who.login)}${as} since ${formatTime(awaited.since)}: attempt ${attempt}, turn ${turn}${awaited.until === null ? '' : `, times out at ${formatTime(awaited.until)}`}.`,
    ...(awaited.workflowRun === undefined
      ? []
      : [
          awaited.held === undefined
            ? `Workflow run ${awaited.workflowRun} works on it.`
            : `Workflow run ${awaited.workflowRun} does not go on before somebody approves it on the forge, in the Actions tab of the repository.`,
        ]),
    `When it succeeds, the run ${afterSuccess(workflow, job, plain)}.`,
    `To answer in their place: ${commandLine.report(awaited.dispatch, requiredOutputs(workflow, job))}`,
    ...(canReassign(definitionOf(workflow, job))
      ? [
          `To give it to another role, a CEO member comments \`${overrideComment.reassign('ROLE')}\` on issue #${issue}.`,
        ]
      : []),
  ].join('\n');
}

function explainApproval(
  workflow: Workflow,
  config: Config,
  state: RunState,
  awaited: Kind<'approval'>,
): string {
  const { job, role, pull } = awaited;
  const holders = role === null ? [] : (config.roles[role] ?? []);
  const definition = definitionOf(workflow, job);
  const rejected =
    definition?.type === 'approval'
      ? ` If rejected, the run ${afterEdge(job, definition.onRejected, plain)}.`
      : '';
  const voided = state.jobs[job]?.gate?.voided.at(-1);
  return [
    `${job} waits for an approval by ${whoMay(role, holders)} since ${formatTime(awaited.since)}${until(awaited.until)}.`,
    ...(voided === undefined ? [] : [`An earlier answer no longer counts: ${endSentence(plain(voided))}`]),
    `If approved, the run ${afterSuccess(workflow, job, plain)}.${rejected}`,
    `To answer: review ${pullName(pull)}, or ${commandLine.approve(state.run.id, job)}, or ${commandLine.reject(state.run.id, job)}`,
  ].join('\n');
}

function explainEscalation(workflow: Workflow, config: Config, awaited: Kind<'escalation'>): string {
  const { job, cause, reason, issue, pull } = awaited;
  const approved = isAtLimit(awaited)
    ? 'the run is no longer paused, and counting begins anew'
    : `${job} counts as done and the run ${afterSuccess(workflow, job, plain)}`;
  const steers = [
    overrideComment.retry(),
    overrideComment.goto('JOB'),
    ...(canReassign(definitionOf(workflow, job)) ? [overrideComment.reassign('ROLE')] : []),
  ].map((comment) => `\`${comment}\``);
  const bead = issue === null ? 'the CEO bead, which is not opened yet,' : `the CEO bead #${issue}`;
  return [
    `${job} is escalated since ${formatTime(awaited.since)}: ${whyEscalated(causeInBrief(cause), endSentence(plain(reason)))}`,
    `It waits for ${whoMay('ceo', config.roles['ceo'] ?? [])}, who finds what was tried on ${bead}.`,
    ...(cause === 'nobody-in-role'
      ? [
          `To have it done: name somebody for the role under roles in .github/treadle.yml on the default branch, then comment \`${overrideComment.repin(workflow.key)}\` on the CEO bead.`,
        ]
      : []),
    `To go on: approve ${pullName(pull)} (${approved}), or comment ${listWords(steers, 'or')} on the CEO bead.`,
    `To end it: request changes, or comment \`${overrideComment.close()}\` there.`,
  ].join('\n');
}

/** The cause and the reason, without saying twice what a reason begins with. */
function whyEscalated(cause: string, reason: string): string {
  return reason.toLowerCase().startsWith(cause.toLowerCase()) ? reason : `${cause}. ${reason}`;
}

function explainChecks({ job, pull, state, names, since, until: end }: Kind<'checks'>): string {
  if (state === 'enqueued')
    return `${job} waits for the merge queue of the base branch, which has pull request #${pull} since ${formatTime(since)}${until(end)}.\nThe forge checks it once more, merges it in its turn, or puts it out again: then the work goes back. Required checks must run on \`merge_group\`, and do not where the default token put it there. Each wake looks, for instance \`${commandLine.advance()}\`.`;
  if (state === 'unmerged')
    return `${job} waits for a person to merge pull request #${pull} since ${formatTime(since)}${until(end)}.\nThe workflow says that Treadle does not. Merge it on the forge, or close it there: then the work goes back. Each wake looks, for instance \`${commandLine.advance()}\`.`;
  const which = names.length === 0 ? '' : `: ${listWords(names.slice(0, 10).map(plain))}`;
  const head = `${job} waits for the required checks of pull request #${pull} since ${formatTime(since)}${until(end)}${which}.`;
  if (state === 'held') {
    return `${head}\nThey do not begin before somebody with write access approves their workflow runs: "Approve workflows to run" on the pull request, or in the Actions tab.`;
  }
  return `${head}\nThen it queues for the merge. Each wake looks, for instance \`${commandLine.advance()}\`. A check that nothing reports is a rule of the base branch that names what no workflow runs.`;
}

function explainLease({ job, base, position, behind, holder }: Kind<'lease'>): string {
  if (behind !== undefined) {
    return `${job} conflicts with ${plain(base)}, and so did run ${behind}, which is reworked first.\nWhen that is merged, or waits for a person, this one is tried again, and reworked if it still conflicts: once, and on top of what was merged.`;
  }
  const ahead = position <= 1 ? 'it is next' : `${plural(position - 1, 'commit')} before it`;
  const held =
    holder === null
      ? `Nobody holds the lease: the next wake grants it (\`${commandLine.advance()}\`).`
      : `The lease is with ${holder.job} of run ${holder.run} until ${formatTime(holder.until)} at most, and goes to the next one then.`;
  return `${job} waits to merge into ${plain(base)}, where commits go one at a time: position ${position} in the queue, ${ahead}.\n${held}`;
}

function explainEffect(awaited: Kind<'effect'>): string {
  const what = `${capital(effectWords(awaited.effect))}${awaited.job === null ? '' : ` for ${awaited.job}`}`;
  if (awaited.failures === 0)
    return `${what} is yet to be done by Treadle, until ${formatTime(awaited.until)} by the wake that decided it, then by the next: \`${commandLine.advance()}\`.`;
  return `${what} failed ${plural(awaited.failures, 'time')}: ${endSentence(plain(awaited.problem ?? 'no reason given'))}\nThe next wake tries again: \`${commandLine.advance()}\`.`;
}

/** An effect as a thing to be done. */
export function effectWords(effect: Effect['type']): string {
  switch (effect) {
    case 'dispatch':
      return 'calling the assignee';
    case 'run_steps':
      return 'running the steps';
    case 'cancel_steps':
      return 'ending the steps';
    case 'cancel_dispatch':
      return 'calling off a dispatch';
    case 'open_gate':
      return 'asking for the approval';
    case 'close_gate':
      return 'closing a decision pull request';
    case 'open_escalation':
      return 'opening the CEO bead';
    case 'close_escalation':
      return 'closing the CEO bead';
    case 'remind_ceo':
      return 'reminding the CEO';
    case 'merge_pull':
      return 'the merge';
    case 'leave_merge_queue':
      return 'taking the pull request out of the merge queue';
    case 'start_workflow':
      return 'starting a workflow after the merge';
    case 'reply':
      return 'a reply on the bead';
    case 'update_status':
      return 'the status comment';
    case 'reopen_issue':
      return 'opening the bead again';
    case 'close_issue':
      return 'closing the bead';
  }
}

/** Who holds a role, for a sentence. */
function whoMay(role: string | null, holders: readonly Member[]): string {
  const name = plain(role ?? 'the approver');
  if (holders.length === 0) return `${name} (nobody holds this role: add somebody in .github/treadle.yml)`;
  return `${name} (${listWords(
    holders.slice(0, 10).map(({ login }) => plain(login)),
    'or',
  )})`;
}

function pullName(pull: number | null): string {
  return pull === null ? 'the pull request (not opened yet)' : `pull request #${pull}`;
}

function until(time: string | null): string {
  return time === null ? '' : `, until ${formatTime(time)}`;
}

function plain(text: string): string {
  return cutText(visibleLine(text), 300);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
