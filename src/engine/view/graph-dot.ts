import { textWidth } from '../../workflow/text-width.ts';
import type { Job, Workflow } from '../../workflow/model.ts';
import type { RunState } from '../state/run.ts';
import { drawnLine, edgeWords, jobWords, titleOfGraph, type JobWords } from './graph-words.ts';
import { essentialNeeds, reworkEdges } from './outline.ts';
import { phaseColours, plannedColours, type NodeColours } from './phase-colours.ts';

/** Graphviz' node shapes by node type: https://graphviz.org/doc/info/shapes.html */
const SHAPES: Readonly<Record<Job['type'], Attributes>> = {
  task: { shape: 'box', style: 'filled,rounded' },
  steps: { shape: 'component' },
  approval: { shape: 'hexagon', margin: '0.05,0.02' },
  decision: { shape: 'diamond', margin: '0,0' },
  merge: { shape: 'oval', margin: '0.02,0.02' },
  commit: { shape: 'box', peripheries: '2' },
  verify: { shape: 'parallelogram', margin: '0,0.02' },
  call: { shape: 'folder' },
};

type Attributes = Readonly<Record<string, string>>;

const FONT = 'Helvetica';
/** Edges and what is written beside nodes: readable on white, and near enough on black. */
const LINE_COLOUR = '#6e7781';

/**
 * The workflow as a graph in Graphviz' language DOT: shapes by node type, edges by `needs` as far as they are not implied, dashed
 * edges back for rework. With a state, nodes are coloured and say how they stand, legs of a matrix stand in their job's node, and an
 * edge back tells how often it was taken. Node ids are numbers of ours (`n0` is the first job of the file, `e0` the first edge), and
 * every text is quoted or escaped, so that no name in a workflow can be read as DOT.
 *
 * @see https://graphviz.org/doc/info/lang.html
 */
export function graphDot(workflow: Workflow, state: RunState | null): string {
  const jobs = [...workflow.jobs.values()];
  const head = [
    `graph [${attributes({ rankdir: 'TB', bgcolor: 'transparent', fontname: FONT, fontsize: '16', fontcolor: LINE_COLOUR, labelloc: 't', labeljust: 'l', nodesep: '0.4', ranksep: '0.45', pad: '0.2' })}, label=${quote(titleOfGraph(workflow, state))}]`,
    `node [${attributes({ style: 'filled', fontname: FONT, fontsize: '13', margin: '0.12,0.05', penwidth: '1' })}]`,
    `edge [${attributes({ fontname: FONT, fontsize: '11', color: LINE_COLOUR, fontcolor: LINE_COLOUR, arrowsize: '0.7' })}]`,
  ];
  const nodes = jobs.map((job, index) => renderNode(job, index, state));
  const edges = graphEdges(workflow, state).map(({ from, to, label }, index) =>
    label === null
      ? `n${from} -> n${to} [${attributes({ id: `e${index}`, weight: '8' })}]`
      : // Written the way the work flows, so that it takes part in the layout, and drawn the other way round.
        `n${to} -> n${from} [${attributes({ id: `e${index}`, class: 'rework', dir: 'back', style: 'dashed' })}, label=${quote(` ${label} `)}]`,
  );
  const lines = [...head, ...nodes, ...edges].map((line) => `  ${line};\n`);
  return `digraph ${quote(drawnLine(workflow.key))} {\n${lines.join('')}}\n`;
}

/** An edge of a drawing, between jobs by their index in the file. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  /** What is written beside an edge back; null for one of `needs`. */
  readonly label: string | null;
}

/** The edges that are drawn, in the order of their ids. */
export function graphEdges(workflow: Workflow, state: RunState | null): readonly GraphEdge[] {
  const jobs = [...workflow.jobs.values()];
  const indexes = new Map(jobs.map(({ id }, index) => [id, index]));
  const indexOf = (id: string): number => indexes.get(id) ?? 0;
  const onward = jobs.flatMap((job, to) =>
    essentialNeeds(workflow, job).map((need) => ({ from: indexOf(need), to, label: null })),
  );
  const back = jobs.flatMap((job, from) =>
    reworkEdges(job, state).map((edge) => ({
      from,
      to: indexOf(edge.to),
      label: edgeWords(edge, workflow.maxCycles),
    })),
  );
  return [...onward, ...back];
}

function renderNode(job: Job, index: number, state: RunState | null): string {
  const words = jobWords(job, state);
  const { fill, stroke, text, outline, isDashed } = coloursOf(words.phase);
  const shape = SHAPES[job.type];
  const style = `${shape['style'] ?? 'filled'}${isDashed ? ',dashed' : ''}`;
  const all = {
    id: `n${index}`,
    class: words.phase ?? 'planned',
    ...shape,
    style,
    fillcolor: fill,
    color: stroke,
    fontcolor: text,
    penwidth: String(outline === 1 ? 1 : 2),
  };
  return `n${index} [${attributes(all)}, label=<${renderLabel(words)}>]`;
}

function coloursOf(phase: JobWords['phase']): NodeColours {
  return phase === null ? plannedColours : phaseColours[phase];
}

/** The name, below it the facts, below those the legs, each in its own colours. */
function renderLabel({ name, facts, legs }: JobWords): string {
  const rows = [
    `<TR><TD${widthFor(name, 13)}><B>${escape(name)}</B></TD></TR>`,
    `<TR><TD${widthFor(facts, 10)}><FONT POINT-SIZE="10">${escape(facts)}</FONT></TD></TR>`,
    ...legs.map(({ text, phase }) => {
      const colour =
        phase === null
          ? ''
          : ` BGCOLOR="${phaseColours[phase].fill}" COLOR="${phaseColours[phase].stroke}" BORDER="1"`;
      return `<TR><TD ALIGN="LEFT"${widthFor(text, 10)}${colour}><FONT POINT-SIZE="10">${escape(text)}</FONT></TD></TR>`;
    }),
  ];
  return `<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1">${rows.join('')}</TABLE>`;
}

/** Graphviz knows no fonts, and viewers have others than it thinks: each text has the width of a wide one, in points. */
function widthFor(text: string, size: number): string {
  return ` WIDTH="${Math.ceil(textWidth(text) * size * 0.6)}"`;
}

function attributes(values: Attributes): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join(', ');
}

/** A quoted text. Graphviz reads entities and escapes within quotes, so that those are taken from it. */
function quote(text: string): string {
  return `"${text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A text within a label in Graphviz' HTML. */
function escape(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
