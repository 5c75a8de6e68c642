import type { Template } from '../../expression/model.ts';
import { isMapping } from '../../expression/value-template.ts';
import { expandMatrix } from '../../workflow/matrix.ts';
import type { Job, Workflow } from '../../workflow/model.ts';
import { documentsOf, legOf, legsOf } from '../legs.ts';
import type { RunState } from '../state/run.ts';
import { essentialNeeds, jobName, reworkEdges, type ReworkEdge } from './outline.ts';
import { jobPhase, jobPhases, phaseGlyph, phaseWord, runWord, type Phase } from './phase.ts';
import { cutText, visibleLine } from './visible-text.ts';

/** A leg of a matrix as a drawing shows it. */
export interface LegWords {
  /** `✓ build (linux, 20)`, or without a run the name alone. */
  readonly text: string;
  /** Null without a run. */
  readonly phase: Phase | null;
}

/** What a drawing says of a job. All texts are one line, show every character they hold, and are of bounded length. */
export interface JobWords {
  /** `✓ Find the cause`. */
  readonly name: string;
  /** What it is, who does it and how it stands: `task · backend-engineer · success`. */
  readonly facts: string;
  /** Null without a run. */
  readonly phase: Phase | null;
  readonly legs: readonly LegWords[];
}

/** How many legs a drawing shows one by one. */
const SHOWN_LEGS = 12;
const LONGEST = 60;

/** The words of a job, with the legs that there are, or that its matrix will have where that is known. */
export function jobWords(job: Job, state: RunState | null): JobWords {
  const phase = state === null ? null : jobPhase(state, job.id);
  const legs = legWords(job, state);
  const facts = [
    job.type === 'steps' ? 'steps' : job.type,
    ...whoDoes(job, state),
    ...(job.strategy !== null && legs.length === 0 ? ['matrix'] : []),
    ...(phase === null ? [] : [phaseWord(phase)]),
  ];
  return {
    name: `${glyphOf(phase)}${drawnLine(jobName(job, state))}`,
    facts: facts.join(' · '),
    phase,
    legs,
  };
}

/** `on-failure`, and with the count of a run that took it: `on-failure 1/3`. */
export function edgeWords({ key, taken }: ReworkEdge, maxCycles: number): string {
  return taken > 0 ? `${key} ${taken}/${maxCycles}` : key;
}

/** The heading of a drawing: the workflow, and of a run which one and how it stands. */
export function titleOfGraph(workflow: Workflow, state: RunState | null): string {
  const name = drawnLine(workflow.name);
  if (state === null) return name;
  return `${name} · run ${drawnLine(state.run.id)} · ${runWord(state.run, jobPhases(workflow, state))}`;
}

/** The whole graph in sentences, for who cannot see the drawing. Of many jobs the first hundred. */
export function describeGraph(workflow: Workflow, state: RunState | null): string {
  const jobs = [...workflow.jobs.values()];
  const sentences = jobs.slice(0, 100).map((job) => describeJob(workflow, job, state));
  const more = jobs.length > 100 ? ` And ${jobs.length - 100} more jobs.` : '';
  return `${jobs.length} ${jobs.length === 1 ? 'job' : 'jobs'}. ${sentences.join(' ')}${more}`;
}

/** One sentence about a job: `Fix (task · backend-engineer), after approve; on-failure: back to investigate.` */
export function describeJob(workflow: Workflow, job: Job, state: RunState | null): string {
  const { facts } = jobWords(job, state);
  const needs = essentialNeeds(workflow, job);
  const after = needs.length === 0 ? '' : `, after ${needs.join(', ')}`;
  const back = reworkEdges(job, state).map(
    (edge) => `; ${edgeWords(edge, workflow.maxCycles)}: back to ${edge.to}`,
  );
  return `${drawnLine(jobName(job, state))} (${facts})${after}${back.join('')}.`;
}

function legWords(job: Job, state: RunState | null): readonly LegWords[] {
  if (state === null) {
    const names = plannedLegs(job);
    return shorten(
      names.map((name) => ({ text: drawnLine(name), phase: null })),
      names.length,
      `${names.length} legs`,
    );
  }
  const documents = documentsOf(state);
  const legs = legsOf(documents, job.id).map((id) => ({ id, phase: jobPhase(state, id) }));
  const isTold = (phase: Phase): boolean => !['queued', 'success', 'skipped'].includes(phase);
  const shown = legs.length <= SHOWN_LEGS ? legs : legs.filter(({ phase }) => isTold(phase));
  const done = legs.filter(({ phase }) => phase === 'success').length;
  const words = shown.map(({ id, phase }) => ({
    text: `${glyphOf(phase)}${drawnLine(legOf(documents, id)?.name ?? id)}`,
    phase,
  }));
  return shorten(words, legs.length, `${done} of ${legs.length} legs succeeded`);
}

/** The legs of a matrix without expressions; none where they are known only once the job is reached. */
function plannedLegs(job: Job): readonly string[] {
  const strategy = job.strategy?.kind === 'literal' ? job.strategy.value : null;
  const matrix = strategy !== null && isMapping(strategy) ? strategy['matrix'] : undefined;
  if (matrix === undefined) return [];
  const expanded = expandMatrix(matrix, jobName(job, null));
  return expanded.ok ? expanded.configs.map(({ name }) => name) : [];
}

/** At most so many legs as are read one by one, and in a last line what is to be said of all `total`. */
function shorten(legs: readonly LegWords[], total: number, summary: string): readonly LegWords[] {
  if (total <= SHOWN_LEGS) return legs;
  return [...legs.slice(0, SHOWN_LEGS - 1), { text: summary, phase: null }];
}

/** The role that a job is given to, as soon as that is known; what a call calls, and what a merge waits for. */
function whoDoes(job: Job, state: RunState | null): readonly string[] {
  switch (job.type) {
    case 'task':
    case 'verify':
    case 'commit':
    case 'approval': {
      const role = state?.jobs[job.id]?.role ?? plainText(job.runsOn);
      return role === null ? [] : [drawnLine(role)];
    }
    case 'call':
      return [drawnLine(job.uses.replace(/^.*\//, ''))];
    case 'merge':
      return [job.wait === 'any' ? 'first success' : 'all'];
    case 'steps':
    case 'decision':
      return [];
  }
}

function plainText({ parts }: Template): string | null {
  const [text = '', ...more] = parts;
  return more.length === 0 && typeof text === 'string' ? text : null;
}

function glyphOf(phase: Phase | null): string {
  return phase === null ? '' : `${phaseGlyph(phase)} `;
}

/** A text as a drawing may hold it: one line, bounded, and without characters that XML does not have. */
export function drawnLine(text: string): string {
  return cutText(visibleLine(text).replace(/[\uFFFE\uFFFF]/gu, '\uFFFD'), LONGEST);
}
