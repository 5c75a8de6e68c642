import type { Agent } from '../config.ts';
import { plural } from './outline.ts';
import { block, BODY_LIMIT, fence, fit, inline, inlineCode, joinWithin, mention } from './markdown.ts';
import { formatTime } from './duration.ts';
import { commandLine } from './commands.ts';
import type { Task, TaskTurn } from './task.ts';

/** How the turn reaches its assignee, and for a commit the head that they are to judge. */
export interface DispatchWay {
  readonly agent: Agent;
  readonly head: string | null;
}

const BY_COMMENT: DispatchWay = { agent: { dispatch: 'comment' }, head: null };

/**
 * The comment on the bead that calls an assignee to a turn: mention, task, node, attempt, turn, progress, earlier outputs,
 * feedback, and how to answer. Markdown of at most {@link BODY_LIMIT} characters, without the marker, which comes before it.
 * Long texts are cut with a note; the whole of them is in the state.
 */
export function renderDispatchComment(task: Task, way: DispatchWay = BY_COMMENT): string {
  const left = (count: number): string =>
    `_${plural(count, 'more part')} left out here: \`${commandLine.show(task.run.id)}\` shows all._`;
  const head = [headline(task, way.agent), block(task.prompt, 16_000), feedbackPart(task)]
    .filter((part) => part !== '')
    .join('\n\n');
  const details = [...earlierTurns(task), ...needs(task), ...previousAttempts(task)];
  const tail = [howToAnswer(task, way.agent), ...shownHead(way.head), signature(task)].join('\n\n');
  const room = BODY_LIMIT - head.length - tail.length - 4;
  return [head, ...(details.length === 0 ? [] : [joinWithin(details, room, left, '\n\n')]), tail].join(
    '\n\n',
  );
}

function headline(task: Task, agent: Agent): string {
  // Whoever is reached otherwise would be called twice.
  const who = agent.dispatch === 'comment' ? mention(task.assignee.login) : inlineCode(task.assignee.login);
  const role = task.job.role === null ? '' : ` as ${inlineCode(task.job.role)}`;
  const counts = [
    `attempt ${task.attempt}${task.maxAttempts > 1 ? ` (try ${task.try} of ${task.maxAttempts})` : ''}`,
    `turn ${task.turn} of ${task.maxTurns}`,
    task.progress,
    ...(task.deadline === null ? [] : [`answer before ${formatTime(task.deadline)}`]),
  ];
  const name = task.job.name === undefined ? '' : ` (${inline(task.job.name, 200)})`;
  return `${who}, this is yours${role}: job ${inlineCode(task.job.id)}${name} of **${inline(task.run.workflowName, 200)}**.\n${counts.join(' · ')}`;
}

function feedbackPart(task: Task): string {
  if (task.feedback === null) return '';
  return `**Feedback from ${inlineCode(task.feedback.from)}: please take it up**\n\n${block(task.feedback.text, 8_000)}`;
}

function earlierTurns(task: Task): readonly string[] {
  return task.earlierTurns.flatMap((turn) => [
    `**Your turn ${turn.turn}: ${turn.outcome}**${turnSummary(turn)}`,
    ...outputParts(turn.outputs),
  ]);
}

function turnSummary(turn: TaskTurn): string {
  return turn.summary === null || turn.summary === '' ? '' : `: ${inline(turn.summary, 1_000)}`;
}

function needs(task: Task): readonly string[] {
  return Object.entries(task.needs).flatMap(([job, outputs]) => [
    `**From ${inlineCode(job)}**`,
    ...outputParts(outputs),
  ]);
}

/** Each output with its name; a short one on the line of its name. */
function outputParts(outputs: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(outputs).map(([name, value]) =>
    value.includes('\n') || value.length > 200
      ? `${inlineCode(name)}:\n\n${block(value, 8_000)}`
      : `${inlineCode(name)}: ${inlineCode(value)}`,
  );
}

function previousAttempts(task: Task): readonly string[] {
  if (task.previousAttempts.length === 0) return [];
  const lines = task.previousAttempts.map(
    ({ attempt, outcome, reason, turns }) =>
      `- attempt ${attempt}: ${outcome.replace('_', ' ')} after ${plural(turns, 'turn')}${reason === null ? '' : `: ${inline(reason, 500)}`}`,
  );
  const left = (count: number): string => `- ${plural(count, 'older attempt')} left out`;
  return [`**Earlier attempts, newest first**\n\n${joinWithin([...lines].reverse(), 8_000, left)}`];
}

function howToAnswer(task: Task, agent: Agent): string {
  const merge =
    task.job.type === 'commit'
      ? ' Do not merge it yourself: when you report success, Treadle merges it.'
      : '';
  return [
    `**How to answer**: ${answerWords(task, agent)}${merge}`,
    fit(task.answer.block, 8_000, fenceText),
  ].join('\n\n');
}

function answerWords(task: Task, agent: Agent): string {
  switch (agent.dispatch) {
    case 'workflow':
      return `the workflow ${inlineCode(agent.workflow)} does this turn, and leaves this block, filled in, as the artifact ${inlineCode('treadle-report')}, which holds that one file.`;
    case 'assign':
      return `open a pull request that closes #${task.issue.number}, and mark it as ready for review when it is done; or comment here with this block, filled in.`;
    case 'comment':
    case 'command':
      return `comment here with this block, filled in, or run \`${task.answer.command}\`.`;
  }
}

function shownHead(head: string | null): readonly string[] {
  return head === null ? [] : [`Please look at commit ${head}: Treadle merges that one, and no other.`];
}

function signature(task: Task): string {
  return `<sub>run ${inlineCode(task.run.id)} · dispatch ${inlineCode(task.dispatch)} · base branch ${inlineCode(task.baseBranch)}</sub>`;
}

/** The sample stands in an outer fence, so that it is shown as it must be typed, and is no answer itself. */
function fenceText(text: string): string {
  return fence(text, 'text');
}
