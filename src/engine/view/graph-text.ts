import type { Job, Workflow } from '../../workflow/model.ts';
import { documentsOf, legsOf } from '../legs.ts';
import type { JobDocument } from '../state/job.ts';
import type { RunState } from '../state/run.ts';
import { formatDuration } from './duration.ts';
import { essentialNeeds, jobLevels, jobTitle, reworkEdges } from './outline.ts';
import { jobPhase, phaseGlyph, phaseWord, type Phase } from './phase.ts';
import { jobDurationMs } from './progress.ts';
import { visibleLine } from './visible-text.ts';

/** What a span is, for whoever colours it: `edge` is a line of the drawing, a phase is a job's state. */
export type SpanStyle = 'plain' | 'strong' | 'dim' | 'edge' | Phase;

/** A piece of a line. The text holds no control characters and no colours. */
export interface Span {
  readonly text: string;
  readonly style: SpanStyle;
}

export type GraphLine = readonly Span[];

/**
 * The graph for a terminal, one line a job, in topological order: `✓ investigate  success  attempt 1, 2 turns · alice · 40 s`.
 * Jobs that stand side by side are drawn as branches. Without a state: job, type, and the edges back. `at` is the time that
 * running jobs are measured to; without it, the run's last transition.
 */
export function graphText(workflow: Workflow, state: RunState | null, at?: string): readonly GraphLine[] {
  const levels = jobLevels(workflow);
  const idWidth =
    Math.max(0, ...[...workflow.jobs.keys()].map((id) => id.length)) + (levels.some(isWide) ? 3 : 0);
  const time = at ?? state?.run.updatedAt ?? '';
  return levels.flatMap((level, depth) =>
    level.flatMap((job, index): readonly GraphLine[] => {
      const branch = isWide(level) ? (index === level.length - 1 ? '└─ ' : '├─ ') : '';
      const id = { text: job.id.padEnd(idWidth - branch.length), style: 'strong' as const };
      const after = originOf(workflow, job, levels[depth - 1] ?? []);
      const line = [
        ...(branch === '' ? [] : [{ text: branch, style: 'edge' as const }]),
        ...(state === null ? plannedSpans(job, id) : runningSpans(job, id, state, time)),
        ...(after === '' ? [] : [{ text: `  after ${after}`, style: 'dim' as const }]),
        ...(state === null ? [] : nameSpans(job, state)),
      ];
      return [line, ...(state === null ? [] : legLines(job, state, idWidth, time))];
    }),
  );
}

/** The name that a job was given when it began: nobody finds it in the file. */
function nameSpans(job: Job, state: RunState): GraphLine {
  const name = jobTitle(state, job.id).slice(job.id.length + 2);
  return name === '' ? [] : [{ text: `  ${name}`, style: 'dim' }];
}

/** How many legs a person reads one by one. */
const SHOWN_LEGS = 16;

/** The legs of a job, each on a line below it; of many those that are open or failed, and how many there are of the others. */
function legLines(job: Job, state: RunState, idWidth: number, at: string): readonly GraphLine[] {
  const legs = legsOf(documentsOf(state), job.id);
  const isTold = (leg: string): boolean => !['queued', 'success', 'skipped'].includes(jobPhase(state, leg));
  const shown = (legs.length <= SHOWN_LEGS ? legs : legs.filter(isTold)).slice(0, SHOWN_LEGS);
  const lines = shown.map((leg): GraphLine => {
    const definition = { ...job, id: leg };
    const name = jobTitle(state, leg);
    const id = { text: `· ${leg}`.padEnd(idWidth), style: 'plain' as const };
    return [
      { text: '   ', style: 'plain' },
      ...runningSpans(definition, id, state, at),
      { text: `  ${name.slice(leg.length + 2)}`, style: 'dim' },
    ];
  });
  const rest = legs.length - shown.length;
  const done = legs.filter((leg) => jobPhase(state, leg) === 'success').length;
  const more = `     and ${rest} more legs; ${done} of ${legs.length} succeeded`;
  return rest === 0 ? lines : [...lines, [{ text: more, style: 'dim' }]];
}

/** A line's text without its styles, without blanks at its end. */
export function lineText(line: GraphLine): string {
  return line
    .map(({ text }) => text)
    .join('')
    .trimEnd();
}

function plannedSpans(job: Job, id: Span): GraphLine {
  const edges = reworkEdges(job, null).map(({ key, to }) => `${key} ↩ ${to}`);
  return [
    { text: '○ ', style: 'queued' },
    id,
    { text: `  ${job.type.padEnd(8)}`, style: 'plain' },
    ...(edges.length === 0 ? [] : [{ text: `  ${edges.join(', ')}`, style: 'dim' as const }]),
  ];
}

function runningSpans(job: Job, id: Span, state: RunState, at: string): GraphLine {
  const phase = jobPhase(state, job.id);
  const facts = [
    ...triesOf(state.jobs[job.id]),
    ...cyclesOf(job, state),
    ...durationOf(state.jobs[job.id], at),
  ];
  return [
    { text: `${phaseGlyph(phase)} `, style: phase },
    id,
    { text: `  ${phaseWord(phase).padEnd(11)}`, style: phase },
    ...(facts.length === 0 ? [] : [{ text: `  ${facts.join(' · ')}`, style: 'plain' as const }]),
  ];
}

function triesOf(document: JobDocument | undefined): readonly string[] {
  const attempt = document?.attempts.at(-1);
  if (attempt === undefined) return [];
  const turns = attempt.turns.length > 1 ? [`turn ${attempt.turns.length}`] : [];
  const assignee = attempt.turns.at(-1)?.assignee.login ?? document?.role;
  return [
    [`attempt ${attempt.number}`, ...turns].join(', '),
    ...(assignee === null || assignee === undefined ? [] : [visibleLine(assignee)]),
  ];
}

function cyclesOf(job: Job, state: RunState): readonly string[] {
  return reworkEdges(job, state)
    .filter(({ taken }) => taken > 0)
    .map(({ to, taken }) => `↩ ${to} ×${taken}`);
}

function durationOf(document: JobDocument | undefined, at: string): readonly string[] {
  const ms = jobDurationMs(document, at);
  return ms === null ? [] : [formatDuration(ms)];
}

/** Where a job comes from, when the drawing alone does not say it: its needs are not just the level above. */
function originOf(workflow: Workflow, job: Job, above: readonly Job[]): string {
  const needs = essentialNeeds(workflow, job);
  const drawn = needs.length === above.length && above.every(({ id }) => needs.includes(id));
  return drawn ? '' : needs.join(', ');
}

function isWide(level: readonly Job[]): boolean {
  return level.length > 1;
}
