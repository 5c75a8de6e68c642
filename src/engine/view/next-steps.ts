import type { Job, Workflow } from '../../workflow/model.ts';
import type { Agent, Config } from '../config.ts';
import type { Attempt, JobDocument, Turn } from '../state/job.ts';
import type { Escalation, LimitCause } from '../state/escalation.ts';
import type { RunState } from '../state/run.ts';
import { isAtLimit } from '../escalation.ts';
import { overrideComment } from './commands.ts';
import { inline, inlineCode } from './markdown.ts';
import { visibleLine } from './visible-text.ts';
import { canReassign, endSentence, listWords, plural, requiredOutputs, reworkEdges } from './outline.ts';

/** What the advice is computed from. */
interface Case {
  readonly workflow: Workflow;
  readonly config: Config;
  readonly state: RunState;
  readonly job: Job;
  readonly document: JobDocument;
  readonly escalation: Escalation;
  readonly ended: readonly Attempt[];
  readonly turns: readonly Turn[];
}

/**
 * What the CEO could do about an escalation, most telling first: sentences in Markdown, computed from what was tried. Never
 * empty: the last resort is to clarify or to split the task.
 */
export function nextSteps(
  workflow: Workflow,
  config: Config,
  state: RunState,
  job: Job,
  document: JobDocument,
  escalation: Escalation,
): readonly string[] {
  const ended = document.attempts.filter(({ outcome }) => outcome !== 'running' && outcome !== 'success');
  const turns = document.attempts.flatMap((attempt) => attempt.turns);
  const facts: Case = { workflow, config, state, job, document, escalation, ended, turns };
  return [
    adviseOnCause,
    adviseOnSilence,
    adviseOnCrashes,
    adviseOnMalformed,
    adviseOnWork,
    adviseOnReasons,
    adviseOnMerge,
    adviseAlways,
  ].flatMap((advise) => advise(facts));
}

function adviseOnCause(facts: Case): readonly string[] {
  const { escalation, job, document } = facts;
  switch (escalation.cause) {
    case 'nobody-in-role':
      return adviseOnRole(facts);
    case 'cycles':
      return adviseOnCycles(facts);
    case 'turns':
      return [
        `All ${'maxTurns' in job ? plural(job.maxTurns, 'turn') : 'turns'} went by without an end. If the turns got closer, ${code(overrideComment.retry())} gives a fresh attempt; if not, the task is too large for one job.`,
      ];
    case 'loop':
      return [
        `The reports repeat themselves: more of the same will not help. Give a fact that is missing with ${code(overrideComment.retry())}, or ${canReassign(job) ? `let another role look at it with ${code(overrideComment.reassign('ROLE'))}` : `go back to an earlier job with ${code(overrideComment.goto('JOB'))}`}.`,
      ];
    case 'timeout':
      return [
        `It took longer than ${inlineCode('timeout-minutes')} allows. Find out whether ${inlineCode(document.assignee?.login ?? document.role ?? 'anybody')} is at work at all; if it needs the time, raise the limit in the workflow, else split the task.`,
      ];
    case 'effect-failed':
      return [
        `Treadle itself was refused. Check that its token may do this in the repository and that the forge can be reached; then ${code(overrideComment.retry())}.`,
      ];
    case 'definition':
      return [
        `The workflow gives no value where one is needed, so trying again cannot help. Mend ${inlineCode(facts.workflow.path)} on the default branch, then ${code(overrideComment.repin(facts.workflow.key))}.`,
      ];
    case 'dispatches':
    case 'hops':
    case 'budget':
      return adviseOnLimit(facts, escalation.cause);
    case 'attempts':
    case 'failure':
      return [];
  }
}

const LIMIT_KEYS: Readonly<Record<LimitCause, string>> = {
  dispatches: 'dispatches-per-hour-per-run` or `dispatches-per-hour',
  hops: 'hops',
  budget: 'tokens-per-run` or `cost-usd-per-run',
};

/** Who worked most is where the money went. */
function adviseOnLimit({ state }: Case, cause: LimitCause): readonly string[] {
  const worked = Object.values(state.jobs)
    .map(({ id, attempts }) => ({ id, turns: attempts.reduce((sum, one) => sum + one.turns.length, 0) }))
    .filter(({ turns }) => turns > 0)
    .sort((a, b) => b.turns - a.turns)
    .slice(0, 3)
    .map(({ id, turns }) => `${inlineCode(id)} ${plural(turns, 'turn')}`);
  const most = worked.length === 0 ? '' : ` Most of it went to ${listWords(worked)}.`;
  return [
    `Look whether the run gets anywhere: its history is on the bead.${most} If it does, ${code(overrideComment.resume())} lets it go on and counting begins anew; if it runs in circles, ${code(overrideComment.close())}.`,
    `The limit is \`${LIMIT_KEYS[cause]}\` of \`limits\` in \`.github/treadle.yml\`: another value holds for runs that begin after it.`,
  ];
}

function adviseOnRole({ config, document, job, workflow }: Case): readonly string[] {
  const role = document.reassigned ?? document.role ?? 'the role';
  const held = Object.keys(config.roles).filter((name) => (config.roles[name] ?? []).length > 0);
  return [
    `Nobody holds ${inlineCode(role)}. Name somebody under ${inlineCode('roles:')} in ${inlineCode('.github/treadle.yml')}, then ${code(overrideComment.repin(workflow.key))}, by which the run takes up the settings as they are then.`,
    ...(held.length === 0 || !canReassign(job)
      ? []
      : [
          `Or give it to a role that is held (${listWords(
            held.slice(0, 12).map((name) => inlineCode(name)),
            'or',
          )}) with ${code(overrideComment.reassign('ROLE'))}.`,
        ]),
  ];
}

function adviseOnCycles({ job, state }: Case): readonly string[] {
  const taken = reworkEdges(job, state).filter((edge) => edge.taken > 0);
  return taken.map(
    ({ to, taken: times }) =>
      `${inlineCode(job.id)} sent the work back to ${inlineCode(to)} ${plural(times, 'time')}: the two disagree on what is good enough. Say what counts with ${code(overrideComment.goto(to))}.`,
  );
}

/** Nobody ever answered. */
function adviseOnSilence({ turns, config, escalation }: Case): readonly string[] {
  if (isAtLimit(escalation)) return [];
  const [last] = turns.slice(-1);
  if (last === undefined || escalation.cause === 'effect-failed') return [];
  if (!turns.every(({ outcome }) => outcome === 'timed_out' || outcome === 'open' || outcome === 'cancelled'))
    return [];
  const who = inlineCode(last.assignee.login);
  return [`Nothing was ever reported: ${reachWords(who, config.agents[last.assignee.login])}`];
}

function reachWords(who: string, agent: Agent | undefined): string {
  switch (agent?.dispatch) {
    case 'workflow':
      return `see in the Actions tab whether the workflow ${inlineCode(agent.workflow)} of ${who} ran at all.`;
    case 'command':
      return `run the command of ${who} by hand and see whether it ends: ${inlineCode(agent.command.join(' '))}.`;
    case 'assign':
      return `check that ${who} can be assigned to issues of this repository.`;
    case 'comment':
    case undefined:
      return `ask ${who} whether the mention on the bead arrived.`;
  }
}

function adviseOnCrashes({ turns, config }: Case): readonly string[] {
  const crashed = turns.filter(({ outcome }) => outcome === 'crashed');
  const [last] = crashed.slice(-1);
  if (last === undefined) return [];
  const agent = config.agents[last.assignee.login];
  const how =
    agent?.dispatch === 'command' ? `: run ${inlineCode(agent.command.join(' '))} by hand to see why` : '';
  return [
    `The program of ${inlineCode(last.assignee.login)} ended without an answer ${plural(crashed.length, 'time')}. That is for whoever maintains it, not for the task${how}.`,
  ];
}

function adviseOnMalformed({ turns, job, workflow }: Case): readonly string[] {
  const malformed = turns.filter(({ outcome }) => outcome === 'malformed').length;
  if (malformed === 0) return [];
  const names = requiredOutputs(workflow, job.id);
  const wanted =
    names.length === 0
      ? ''
      : `, with the outputs ${listWords(names.slice(0, 12).map((name) => inlineCode(name)))}`;
  return [
    `${plural(malformed, 'answer')} could not be read. The agent must answer with one ${inlineCode('treadle')} block${wanted}; check its instructions.`,
  ];
}

/** How far the work came, by what was reported of it. */
function adviseOnWork({ turns, job, workflow }: Case): readonly string[] {
  if (job.type !== 'task' || !turns.some(({ report }) => report !== null)) return [];
  const names = requiredOutputs(workflow, job.id);
  const reported = new Map(turns.flatMap(({ outputs }) => Object.entries(outputs)));
  const pull = reported.get('pull-request');
  if (pull !== undefined) {
    return [
      `A change was made (pull request ${inlineCode(visibleLine(pull))}), but it was not good enough. Say with which command it is checked, and what that must show.`,
    ];
  }
  if (names.includes('pull-request') && reported.size > 0)
    return ['Something was found, but nothing was changed: say what should change, and where.'];
  const missing = names.filter((name) => !reported.has(name));
  if (missing.length === 0) return [];
  const wanted = listWords(missing.slice(0, 12).map((name) => inlineCode(name)));
  const where =
    reported.size === 0
      ? 'name the files, or the place where to begin, and a command that shows it'
      : 'name other files or places where to look';
  return [`${wanted} ${missing.length === 1 ? 'was' : 'were'} never reported: ${where}.`];
}

/** What the reasons of the failed attempts have in common. */
function adviseOnReasons({ ended, escalation }: Case): readonly string[] {
  if (escalation.cause === 'loop' || escalation.cause === 'nobody-in-role') return [];
  const reasons = ended.map(({ reason }) => reason?.trim() ?? '').filter((reason) => reason !== '');
  const [first] = reasons;
  if (first === undefined || reasons.length < 2) return [];
  if (reasons.every((reason) => reason === first)) {
    return [
      `All ${reasons.length} attempts failed for the same reason: ${endSentence(inline(first, 300))} Trying again unchanged will fail again: remove that cause first, then ${code(overrideComment.retry())}.`,
    ];
  }
  return [
    `${reasons.length} attempts failed for different reasons, so different things were tried: the task needs knowledge that is not in the issue. Say what you know with ${code(overrideComment.retry())}.`,
  ];
}

function adviseOnMerge({ job, document, config, escalation }: Case): readonly string[] {
  if (job.type !== 'commit' || escalation.cause === 'nobody-in-role') return [];
  const pull = document.merge === null ? 'the pull request' : `pull request #${document.merge.pull}`;
  const back = job.onFailure.kind === 'job' ? job.onFailure.job : job.needs.at(-1);
  const rework = back === undefined ? '' : ` ${code(overrideComment.goto(back))} has it reworked.`;
  return [
    `Look at ${pull}: conflicts with ${inlineCode(config.settings.baseBranch)} and failing checks are shown at its end.${rework}`,
  ];
}

function adviseAlways(): readonly string[] {
  return [
    `If none of this helps: make the issue clearer (an example of what is wanted, the place in the code) and ${code(overrideComment.retry())}, or split it into smaller issues and ${code(overrideComment.close())}.`,
  ];
}

function code(text: string): string {
  return inlineCode(text);
}
