import { readBuiltInWorkflows } from '../../src/runtime/package-files.ts';
import { graphMermaid } from '../../src/engine/view/graph-mermaid.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import type { EdgeTarget, Job, Workflow } from '../../src/workflow/model.ts';

const HEAD = `# The built-in workflows

<!-- Made by test/docs/workflows.test.ts from workflows/*.yml. UPDATE_GOLDEN=1 npm test -- test/docs writes it. -->

Each serves where a repository has no workflow of that name in \`.github/treadle/workflows\`; a file of yours with the same
name replaces it. Dotted arrows are rework edges: the work goes back, with the reason, three times at most before the CEO
decides. What is not sent back by an edge, and what nobody does in time, is the CEO's, too. How a workflow is chosen for an
issue stands in [Beads](beads.md#which-workflow-works-a-bead).

\`\`\`console
$ treadle graph feature
$ treadle run feature --issue "Export as CSV"
\`\`\`
`;

/** `docs/workflows.md`: every built-in workflow with its graph and its jobs. */
export function renderWorkflowsPage(): string {
  return `${[HEAD, ...[...readBuiltInWorkflows()].map(([path, text]) => renderWorkflow(path, text))].join('\n').trimEnd()}\n`;
}

function renderWorkflow(path: string, text: string): string {
  const { workflow } = compileWorkflow({ path, text });
  if (workflow === null) throw new Error(`${path} has errors`);
  const rows = [...workflow.jobs.values()].map(renderRow);
  return [
    `## ${workflow.name}`,
    '',
    renderIntroduction(workflow, path, text),
    '',
    '```mermaid',
    graphMermaid(workflow, null),
    '```',
    '',
    ...alignTable([['job', 'type', 'who', 'attempts', 'otherwise'], ...rows]),
    '',
  ].join('\n');
}

/** The comment that a file begins with, without its last sentence, which is the same everywhere. */
function renderIntroduction(workflow: Workflow, path: string, text: string): string {
  const comment = text
    .split('\n')
    .slice(
      0,
      text.split('\n').findIndex((line) => !line.startsWith('#')),
    )
    .map((line) => line.replace(/^# ?/, ''))
    .join(' ')
    .replace(/ It serves where a repository has no .*$/, '')
    .replace(/^The built-in workflow of /, 'For ');
  const labels = workflow.on.issues?.labels.map((label) => `\`${label}\``).join(', ') ?? '';
  const asked = labels === '' ? 'It is called by others only.' : `Labels: ${labels}.`;
  return `[\`${workflow.key}\`](../${path}). ${comment} ${asked}`;
}

function renderRow(job: Job): readonly string[] {
  const who =
    'runsOn' in job
      ? code(job.runsOn.source.replace(/^\$\{\{ (.*) \}\}$/, '$1'))
      : job.type === 'call'
        ? `a run of ${code(job.uses)}`
        : '';
  const attempts = 'maxAttempts' in job ? String(job.maxAttempts) : '';
  const edges: readonly (readonly [string, EdgeTarget])[] =
    job.type === 'approval'
      ? [['rejected', job.onRejected]]
      : 'onFailure' in job
        ? [['failed', job.onFailure]]
        : [];
  const otherwise = edges.map(([word, target]) => `${word}: ${describeTarget(target)}`).join('; ');
  return [code(job.id), job.type, who, attempts, otherwise];
}

function describeTarget(target: EdgeTarget): string {
  switch (target.kind) {
    case 'job':
      return `back to ${code(target.job)}`;
    case 'escalate':
      return 'the CEO decides';
    case 'fail':
      return 'the run fails';
  }
}

function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function alignTable([head = [], ...rows]: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)];
}
