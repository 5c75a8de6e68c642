import type { Job, Workflow } from '../../workflow/model.ts';
import { documentsOf, legsOf } from '../legs.ts';
import type { RunState } from '../state/run.ts';
import { essentialNeeds, jobName, reworkEdges } from './outline.ts';
import { phaseColours } from './phase-colours.ts';
import { jobPhase, lineOf, phaseGlyph, type Phase } from './phase.ts';
import { cutText, visibleLine } from './visible-text.ts';

/** Mermaid's node shapes by node type: https://mermaid.js.org/syntax/flowchart.html#node-shapes */
const SHAPES: Readonly<Record<Job['type'], readonly [string, string]>> = {
  task: ['[', ']'],
  steps: ['[', ']'],
  approval: ['{{', '}}'],
  decision: ['{', '}'],
  merge: ['([', '])'],
  commit: ['[[', ']]'],
  verify: ['[/', '/]'],
  call: ['[[', ']]'],
};

/** Mermaid draws at most 500 edges and 50,000 characters; a person reads far fewer. */
const DRAWABLE_JOBS = 60;

/** Whether a chart of the workflow can be read, and drawn by GitHub. */
export function isDrawable(workflow: Workflow): boolean {
  return workflow.jobs.size <= DRAWABLE_JOBS;
}

/**
 * The workflow as a Mermaid flowchart, without a fence: shapes by node type, edges by `needs` as far as they are not implied,
 * dotted edges for rework. With a state, colours by status, and the count of a rework edge that was taken (`on-failure 1/3`).
 * Node ids are numbers of ours and labels are entity-coded, so no name in a workflow can be read as Mermaid.
 */
export function graphMermaid(workflow: Workflow, state: RunState | null): string {
  const jobs = [...workflow.jobs.values()];
  const nodes = new Map(jobs.map((job, index) => [job.id, `n${index}`]));
  const node = (id: string): string => nodes.get(id) ?? id;
  const drawn = jobs.flatMap((job) =>
    essentialNeeds(workflow, job).map((need) => `${node(need)} --> ${node(job.id)}`),
  );
  const back = jobs.flatMap((job) =>
    reworkEdges(job, state).map(
      ({ from, to, key, taken }) =>
        `${node(from)} -.->|"${key}${taken > 0 ? ` ${taken}/${workflow.maxCycles}` : ''}"| ${node(to)}`,
    ),
  );
  const lines = [
    ...jobs.map((job) => renderNode(job, node(job.id), state)),
    ...drawn,
    ...back,
    ...(state === null ? [] : renderClasses(jobs, node, state)),
  ];
  return ['flowchart TD', ...lines.map((line) => `  ${line}`)].join('\n');
}

function renderNode(job: Job, node: string, state: RunState | null): string {
  const [open, close] = SHAPES[job.type];
  const glyph = state === null ? '' : `${phaseGlyph(jobPhase(state, job.id))} `;
  return `${node}${open}"${glyph}${mermaidLabel(jobName(job, state))}${legCount(job, state)}"${close}`;
}

/** How many legs of a job are done: ` 2/5`. */
function legCount(job: Job, state: RunState | null): string {
  if (state === null) return '';
  const legs = legsOf(documentsOf(state), job.id);
  const done = legs.filter((leg) => lineOf(state, leg).status === 'completed').length;
  return legs.length === 0 ? '' : ` ${done}/${legs.length}`;
}

function renderClasses(
  jobs: readonly Job[],
  node: (id: string) => string,
  state: RunState,
): readonly string[] {
  const members = new Map<Phase, string[]>();
  for (const job of jobs) {
    const phase = jobPhase(state, job.id);
    members.set(phase, [...(members.get(phase) ?? []), node(job.id)]);
  }
  return [...members].flatMap(([phase, ids]) => [
    `classDef ${phase} ${renderClass(phase)}`,
    `class ${ids.join(',')} ${phase}`,
  ]);
}

function renderClass(phase: Phase): string {
  const { fill, stroke, text, outline, isDashed } = phaseColours[phase];
  const more = `${outline === 1 ? '' : `,stroke-width:${outline}px`}${isDashed ? ',stroke-dasharray:4' : ''}`;
  return `fill:${fill},stroke:${stroke},color:${text}${more}`;
}

/** A text as it may stand between quotes: all but letters, digits, blanks, commas, dots and inner dashes as entity codes. */
function mermaidLabel(text: string): string {
  return cutText(visibleLine(text), 60).replace(
    /[^\p{L}\p{N}\p{M} ,.…-]/gu,
    (character) => `#${character.codePointAt(0) ?? 0};`,
  );
}
