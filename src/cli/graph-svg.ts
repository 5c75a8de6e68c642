import { TreadleError } from '../base/errors.ts';
import type { RunState } from '../engine/state/run.ts';
import { graphDot, graphEdges } from '../engine/view/graph-dot.ts';
import { describeGraph, describeJob, titleOfGraph } from '../engine/view/graph-words.ts';
import type { Workflow } from '../workflow/model.ts';

/** More than anybody reads in one picture; the time that the layout takes grows with the square. */
const MOST_JOBS = 200;

/** Fonts that are as wide as the one the layout reckons with, before whatever there is. */
const FONTS = "Helvetica,Arial,'Liberation Sans',Arimo,sans-serif";

/** Nodes are light on every page; lines and what stands beside nodes follow the page. */
const STYLE = `
    .treadle-graph text { font-family: ${FONTS} }
    @media (prefers-color-scheme: dark) {
      .treadle-graph .edge path { stroke: #9198a1 }
      .treadle-graph .edge polygon { stroke: #9198a1; fill: #9198a1 }
      .treadle-graph .edge text, .treadle-graph .graph > text { fill: #9198a1 }
    }
  `;

/**
 * The workflow as an SVG image that stands alone: no scripts, no links, nothing from elsewhere, on a transparent ground. Its title and
 * description tell the graph in words, and each node and edge has a title of its own. Laid out by Graphviz.
 *
 * @throws {TreadleError} `usage` for more jobs than a picture can show
 */
export async function graphSvg(workflow: Workflow, state: RunState | null): Promise<string> {
  const { size } = workflow.jobs;
  if (size > MOST_JOBS) {
    throw new TreadleError(
      'usage',
      `${size} jobs are too many for a picture; at most ${MOST_JOBS} are drawn`,
      {
        remedy: 'Take --format text, or --format dot for a program of your own.',
      },
    );
  }
  // Loaded when a picture is asked for: it is as large as all the rest of the command line.
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  const drawn = viz.renderString(graphDot(workflow, state), { format: 'svg' });
  return finish(drawn, workflow, state);
}

/** Graphviz' SVG with words for who cannot see it, and a style for light and dark pages. */
function finish(svg: string, workflow: Workflow, state: RunState | null): string {
  const jobs = [...workflow.jobs.values()];
  const ids = jobs.map(({ id }) => id);
  const titles = new Map<string, string>(
    jobs.map((job, index) => [`n${index}`, describeJob(workflow, job, state)]),
  );
  for (const [index, { from, to, label }] of graphEdges(workflow, state).entries()) {
    const between = `${ids[from] ?? ''} → ${ids[to] ?? ''}`;
    titles.set(`e${index}`, label === null ? between : `${between} (${label})`);
  }
  const title = escape(titleOfGraph(workflow, state));
  const words = `<title>${title}</title>\n  <desc>${escape(describeGraph(workflow, state))}</desc>`;
  return svg
    .slice(svg.indexOf('<svg'))
    .replace(
      /^<svg([^>]*)>/,
      (_, more: string) =>
        `<svg class="treadle-graph" role="img" aria-label="${title}"${more}>\n  ${words}\n  <style>${STYLE}</style>`,
    )
    .replace(/<!--[^]*?-->\n?/g, '')
    .replace(/ xmlns:xlink="[^"]*"/, '')
    .replaceAll(/ font-family="[^"]*"/g, '')
    .replaceAll(
      /<g id="([ne]\d+)"([^>]*)>\n<title>[^<]*<\/title>/g,
      (_, id: string, more: string) =>
        `<g id="${id}"${more}>\n<title>${escape(titles.get(id) ?? id)}</title>`,
    )
    .replace(/(<g id="graph0"[^>]*>)\n<title>[^<]*<\/title>/, '$1');
}

function escape(text: string): string {
  return text.replace(/[&<>"]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
