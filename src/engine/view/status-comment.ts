import type { Workflow } from '../../workflow/model.ts';
import type { Config } from '../config.ts';
import type { RunState } from '../state/run.ts';
import { awaitedOf, type Awaited } from './awaited.ts';
import { groupHolderWords } from './awaited-group.ts';
import { commandLine, overrideComment } from './commands.ts';
import { formatDuration, formatTime } from './duration.ts';
import { effectWords } from './explain-awaited.ts';
import { graphMermaid, isDrawable } from './graph-mermaid.ts';
import { attemptItem, attemptsOf } from './history.ts';
import { BODY_LIMIT, fence, inline, inlineCode, joinWithin } from './markdown.ts';
import { endSentence, listWords, plural, reworkEdges } from './outline.ts';
import { causeInBrief, jobPhase, jobPhases, phaseGlyph, phaseWord, runWord } from './phase.ts';
import { progressLine, progressOf } from './progress.ts';
import { foldedStepResults, latestStepResults } from './step-results.ts';

/** How much the results of steps take of the comment. */
const STEPS_LIMIT = 15_000;

/**
 * The bead's one status comment: how the run stands, its graph, who is awaited and what they should do, and folded the
 * results of steps and the history. Markdown of at most {@link BODY_LIMIT} characters, without the marker. Calls nobody: mentions are for dispatches.
 *
 * @param historyUrl where all of the history can be read, for what is left out here
 */
export function renderStatusComment(
  workflow: Workflow,
  config: Config,
  state: RunState,
  historyUrl: string | null = null,
): string {
  const { run } = state;
  const progress = progressOf(workflow, state);
  const now = awaitedOf(workflow, state).filter((each) => each.kind !== 'needs');
  const items = now.map((each) => `- ${awaitedItem(config, state, each)}`);
  const fixed = [
    `### ${inline(workflow.name, 200)}: ${runWord(run, jobPhases(workflow, state))}`,
    `${progressLine(progress)} · ${formatDuration(progress.elapsedMs)} · updated ${formatTime(run.updatedAt)}`,
    renderGraph(workflow, state),
    ...(items.length === 0
      ? [endWords(state)]
      : [`**Now**\n\n${joinWithin(items, 8_000, (left) => `- and ${left} more`)}`]),
  ].join('\n\n');
  const foot = `<sub>run ${inlineCode(run.id)} · ${inlineCode(commandLine.show(run.id))}</sub>`;
  const steps = foldedStepResults(latestStepResults(workflow, state), STEPS_LIMIT);
  const room = BODY_LIMIT - fixed.length - steps.length - foot.length - 6;
  const history = renderHistory(workflow, state, room, historyUrl);
  return [fixed, steps, history, foot].filter((part) => part !== '').join('\n\n');
}

function endWords({ run }: RunState): string {
  if (run.cancelled !== null)
    return `Cancelled by ${inlineCode(run.cancelled.by.login)}: ${inline(run.cancelled.reason, 1_000)}`;
  return run.conclusion === 'failure'
    ? 'The run has failed. Nothing more happens by itself.'
    : 'Nothing is left to do.';
}

/** The chart; for a workflow that is too large to be drawn, a list of its jobs, those that move first. */
function renderGraph(workflow: Workflow, state: RunState): string {
  const chart = isDrawable(workflow) ? fence(graphMermaid(workflow, state), 'mermaid') : '';
  if (chart !== '' && chart.length <= 20_000) return chart;
  const jobs = [...workflow.jobs.keys()].map((id) => ({ id, phase: jobPhase(state, id) }));
  const isSettled = (phase: string): boolean =>
    phase === 'queued' || phase === 'success' || phase === 'skipped';
  const lines = [
    ...jobs.filter(({ phase }) => !isSettled(phase)),
    ...jobs.filter(({ phase }) => isSettled(phase)),
  ].map(({ id, phase }) => `- ${phaseGlyph(phase)} ${inlineCode(id)} ${phaseWord(phase)}`);
  return joinWithin(lines, 6_000, (left) => `- and ${plural(left, 'more job')}`);
}

/** Why the answer before does not count, where there was one. */
function voidedWords(state: RunState, job: string | null): string {
  const voided = job === null ? undefined : state.jobs[job]?.gate?.voided.at(-1);
  return voided === undefined
    ? ''
    : ` What was answered before no longer counts: ${endSentence(inline(voided, 500))}`;
}

/** One thing that is awaited, and what whoever is awaited should do. */
function awaitedItem(config: Config, state: RunState, awaited: Awaited): string {
  const job = awaited.job === null ? '' : inlineCode(awaited.job);
  switch (awaited.kind) {
    case 'paused':
      return `Paused by ${inlineCode(awaited.by.login)} since ${formatTime(awaited.since)}: ${endSentence(inline(awaited.reason, 500))} A CEO member goes on with ${inlineCode(overrideComment.resume())}.`;
    case 'agent':
      return `${job} is with ${inlineCode(awaited.who.login)}${roleWords(awaited.role)}, attempt ${awaited.attempt}, turn ${awaited.turn}, since ${formatTime(awaited.since)}. ${agentWords(config, awaited)}`;
    case 'approval':
      return `${job} waits for an approval by ${holdersWords(config, awaited.role)}: please review ${pullWords(awaited.pull)}${awaited.until === null ? '' : ` before ${formatTime(awaited.until)}`}.${voidedWords(state, awaited.job)}`;
    case 'escalation':
      return `${job} waits for the CEO: ${causeInBrief(awaited.cause)}. ${endSentence(inline(awaited.reason, 500))} Please answer on ${awaited.issue === null ? 'the CEO bead, which is being opened' : `#${awaited.issue}`}.`;
    case 'retry':
      return `${job} is tried again (attempt ${awaited.attempt}) at ${formatTime(awaited.until)}. Nobody has to do anything.`;
    case 'hour':
      return `${job} waits until ${formatTime(awaited.until)}: the repository dispatched as much as it may in an hour. Nobody has to do anything.`;
    case 'checks':
      if (awaited.state === 'enqueued')
        return `${job} waits for the merge queue, which has ${pullWords(awaited.pull)} since ${formatTime(awaited.since)}. Nobody has to do anything.`;
      if (awaited.state === 'unmerged')
        return `${job} waits for a person to merge ${pullWords(awaited.pull)} since ${formatTime(awaited.since)}: Treadle does not. Closing it sends the work back.`;
      return `${job} waits for the required checks of #${awaited.pull}${checkWords(awaited.names)} since ${formatTime(awaited.since)}. ${awaited.state === 'held' ? 'They do not begin before somebody with write access approves their workflow runs, on the pull request or in the Actions tab.' : 'Nobody has to do anything.'}`;
    case 'lease':
      return `${job} waits to merge into ${inlineCode(awaited.base)}: position ${awaited.position} in the queue${awaited.holder === null ? '' : `, after run ${inlineCode(awaited.holder.run)}`}. Nobody has to do anything.`;
    case 'sub-run':
      return `${job} waits for run ${inlineCode(awaited.run)}, which it called: ${inlineCode(commandLine.show(awaited.run))}.`;
    case 'group':
      return `${job === '' ? 'The run' : job} waits for its turn in the concurrency group ${inlineCode(awaited.group)}, after ${inlineCode(groupHolderWords(awaited))}. Nobody has to do anything.`;
    case 'merge':
      return `${job} is merging ${pullWords(awaited.pull)}. Nobody has to do anything.`;
    case 'effect':
      return `Treadle has yet to do: ${effectWords(awaited.effect)}${job === '' ? '' : ` for ${job}`}.${awaited.failures === 0 ? '' : ` It failed ${plural(awaited.failures, 'time')}: ${endSentence(inline(awaited.problem ?? 'no reason given', 500))}`}`;
    case 'needs':
      return `${job} needs ${listWords(awaited.needs.slice(0, 10).map((need) => inlineCode(need)))}.`;
    case 'wake':
      return state.run.paused === null
        ? `${job} starts with the next wake. Nobody has to do anything.`
        : `${job} starts when the run is resumed.`;
  }
}

/** What is awaited of whoever works on a turn, and by when. */
function agentWords(config: Config, awaited: Extract<Awaited, { kind: 'agent' }>): string {
  const { workflowRun, held, until, who } = awaited;
  const by = until === null ? '' : ` before ${formatTime(until)}`;
  if (held !== undefined) {
    return `It waits for somebody to approve its workflow run ${workflowRun ?? ''} on the forge${by}.`;
  }
  switch (config.agents[who.login]?.dispatch) {
    case 'workflow':
      return workflowRun === undefined
        ? 'Its workflow is being started.'
        : `Workflow run ${workflowRun} works on it${until === null ? '' : `, until ${formatTime(until)} at most`}. Nobody has to do anything.`;
    case 'command':
      return `Its program works on it${until === null ? '' : `, until ${formatTime(until)} at most`}. Nobody has to do anything.`;
    case 'assign':
      return `Please open a pull request that closes this issue and mark it as ready for review${by}.`;
    case 'comment':
    case undefined:
      return `Please answer on the dispatch comment${by}.`;
  }
}

function checkWords(names: readonly string[]): string {
  return names.length === 0 ? '' : ` (${listWords(names.slice(0, 10).map((name) => inline(name, 100)))})`;
}

function roleWords(role: string | null): string {
  return role === null ? '' : ` (${inlineCode(role)})`;
}

function holdersWords(config: Config, role: string | null): string {
  const holders = role === null ? [] : (config.roles[role] ?? []);
  const names = listWords(
    holders.slice(0, 10).map(({ login }) => inlineCode(login)),
    'or',
  );
  const name = role === null ? 'the approver' : inlineCode(role);
  return names === '' ? `${name}, which nobody holds` : `${name} (${names})`;
}

function pullWords(pull: number | null): string {
  return pull === null ? 'the pull request, which is being opened' : `#${pull}`;
}

/** Attempts and cycles, folded; the oldest are left out where they do not fit. */
function renderHistory(workflow: Workflow, state: RunState, room: number, historyUrl: string | null): string {
  const items = attemptsOf(Object.values(state.jobs)).map(attemptItem).reverse();
  if (items.length === 0) return '';
  const cycles = [...workflow.jobs.values()]
    .flatMap((job) => reworkEdges(job, state))
    .filter(({ taken }) => taken > 0)
    .map(
      ({ from, to, key, taken }) =>
        `- ${inlineCode(from)} ${key} → ${inlineCode(to)}: ${taken} of ${workflow.maxCycles}`,
    );
  const where = historyUrl === null ? '' : `: [all of the history](<${encodeURI(historyUrl)}>)`;
  const left = (count: number): string => `- ${plural(count, 'older attempt')} left out here${where}`;
  const returns = joinWithin(cycles, 4_000, (count) => `- and ${count} more`);
  const open = `<details><summary>History: ${plural(items.length, 'attempt')}, newest first</summary>\n\n`;
  const close = `${cycles.length === 0 ? '' : `\n\n**Cycles**\n\n${returns}`}\n\n</details>`;
  return `${open}${joinWithin(items, room - open.length - close.length, left)}${close}`;
}
