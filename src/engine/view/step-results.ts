import { jobsAndLegs, documentsOf } from '../legs.ts';
import type { Workflow } from '../../workflow/model.ts';
import type { Attempt, StepLine, StepsRecord } from '../state/job.ts';
import type { RunState } from '../state/run.ts';
import { formatDuration } from './duration.ts';
import { fence, inline, inlineCode, joinWithin } from './markdown.ts';
import { plural } from './outline.ts';
import { phaseGlyph } from './phase.ts';
import { visibleLine, visibleText } from './visible-text.ts';

/** What the steps of a job or leg came to in an attempt. */
export interface StepResults {
  readonly job: string;
  readonly attempt: Attempt;
  readonly record: StepsRecord;
}

/** How much of a log a comment shows, in UTF-16 units; the state keeps more. */
const SHOWN_LOG = 2_000;
const SHOWN_SUMMARY = 2_000;
const SHOWN_STEPS = 50;

/** The newest results of each job and leg with steps, in file order. */
export function latestStepResults(workflow: Workflow, state: RunState): readonly StepResults[] {
  return [...jobsAndLegs({ workflow, ...documentsOf(state) })].flatMap((job) => {
    const attempt = state.jobs[job]?.attempts.findLast(({ steps }) => steps !== undefined);
    return attempt?.steps === undefined ? [] : [{ job, attempt, record: attempt.steps }];
  });
}

/** The results as parts that fold, in Markdown: what failed first, as many as fit into `room` characters. */
export function foldedStepResults(results: readonly StepResults[], room: number): string {
  const failed = results.filter(({ attempt }) => attempt.outcome !== 'success');
  const parts = [...failed, ...results.filter((one) => !failed.includes(one))].map(foldedResult);
  return joinWithin(parts, room, (left) => `_${plural(left, 'more job')} with steps left out here._`, '\n\n');
}

function foldedResult({ job, attempt, record }: StepResults): string {
  const { steps, log, summary } = record;
  const done = steps.filter(({ conclusion }) => conclusion === 'success').length;
  // An id is letters, digits, dots, dashes and underscores: nothing that HTML could take for its own.
  const head = `Steps of <code>${job}</code>, attempt ${attempt.number}: ${done} of ${plural(steps.length, 'step')} succeeded`;
  const items = steps.map(
    (step) =>
      `- ${phaseGlyph(step.conclusion)} ${inlineCode(step.name, 100)} ${stepWord(step)}${step.reason === null ? '' : `: ${inline(step.reason, 300)}`}`,
  );
  const where = record.url === undefined ? whereWords(record) : linkTo(record.url);
  const parts = [
    ...(items.length === 0
      ? []
      : [joinWithin(items, SHOWN_STEPS * 200, (left) => `- and ${plural(left, 'more step')}`)]),
    ...(summary === undefined ? [] : [`**Summary**\n\n${fence(summary.slice(0, SHOWN_SUMMARY))}`]),
    ...(log.trim() === '' ? [] : [`**The end of the log**${where}\n\n${fence(endOf(log, SHOWN_LOG))}`]),
  ];
  return `<details><summary>${head}</summary>\n\n${parts.join('\n\n')}\n\n</details>`;
}

function linkTo(url: string): string {
  return /^https?:\/\//.test(url) ? `: [the whole log](<${encodeURI(url)}>)` : '';
}

function whereWords({ file }: StepsRecord): string {
  return file === undefined
    ? ''
    : `, whole in ${inlineCode(`treadle/${file}`)} of the repository's git folder`;
}

/** The results for a terminal, a line each, without control characters. `isWhole`: with all of the log that is kept. */
export function stepResultLines({ job, attempt, record }: StepResults, isWhole: boolean): readonly string[] {
  const { steps, log, summary, file, url } = record;
  const width = Math.max(0, ...steps.map(({ name }) => Math.min(60, visibleLine(name).length)));
  const shown = endOf(log, isWhole ? log.length : SHOWN_LOG).trimEnd();
  const indent = (text: string): readonly string[] =>
    visibleText(text)
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`);
  return [
    `${job}, attempt ${attempt.number}, steps:`,
    ...steps.map((step) => {
      const why = step.reason === null ? '' : `: ${visibleLine(step.reason)}`;
      return `  ${phaseGlyph(step.conclusion)} ${visibleLine(step.name).slice(0, 60).padEnd(width)}  ${stepWord(step)}${why}`;
    }),
    ...(summary === undefined ? [] : ['  summary:', ...indent(summary)]),
    ...(shown === ''
      ? []
      : [shown.length < log.trimEnd().length ? '  the end of the log:' : '  log:', ...indent(shown)]),
    ...(file === undefined
      ? []
      : [`  the whole log: treadle/${visibleLine(file)} in the repository's git folder`]),
    ...(url === undefined ? [] : [`  the whole log: ${visibleLine(url)}`]),
  ];
}

/** `success`, or what it came to before and after `continue-on-error`, with its time. */
function stepWord({ outcome, conclusion, seconds }: StepLine): string {
  const word = outcome === conclusion ? outcome : `${outcome}, counts as ${conclusion}`;
  return conclusion === 'skipped' ? word : `${word} in ${formatDuration(seconds * 1000)}`;
}

/** The last lines of a text that fit, none of them cut unless it is too long alone. */
function endOf(text: string, max: number): string {
  if (text.length <= max) return text;
  const kept = text.slice(text.length - max);
  const start = kept.indexOf('\n') + 1;
  return start > 0 && start < kept.length ? kept.slice(start) : kept;
}
