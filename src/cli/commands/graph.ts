import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Option, type Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { RunState } from '../../engine/state.ts';
import { graphDot } from '../../engine/view/graph-dot.ts';
import { graphMermaid } from '../../engine/view/graph-mermaid.ts';
import { graphText } from '../../engine/view/graph-text.ts';
import { invalidFile } from '../../runtime/repository-config.ts';
import { compileWorkflow, type WorkflowFile } from '../../workflow/compile.ts';
import type { Workflow } from '../../workflow/model.ts';
import { readBuiltInWorkflows } from '../../runtime/package-files.ts';
import { examples, REPO_OPTION, type CommandContext } from '../command-context.ts';
import { findRun } from '../find-run.ts';
import { graphSvg } from '../graph-svg.ts';
import { tryGit } from '../local/git.ts';
import { withState } from '../local/session.ts';
import { paintLine } from '../terminal.ts';

/** Where a repository keeps workflows of its own. */
const WORKFLOWS_FOLDER = '.github/treadle/workflows';

const FORMATS = ['text', 'mermaid', 'dot', 'svg', 'json'] as const;

interface GraphOptions {
  readonly repo: string;
  readonly format: (typeof FORMATS)[number];
}

/** `treadle graph`: a workflow, or a run as it stands. */
export function addGraph(program: Command, { terminal }: CommandContext): void {
  program
    .command('graph')
    .description('draw a workflow (by its name, or a file), or a run as it stands')
    .argument('<what>', 'the name of a workflow, your own or built-in, a file, or a run (42-1)')
    .addOption(new Option('--format <format>', 'how').choices(FORMATS).default('text'))
    .option(...REPO_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle graph bug',
        'treadle graph .github/treadle/workflows/release.yml --format mermaid',
        'treadle graph bug --format svg > bug.svg',
        'treadle graph 42-1',
      ),
    )
    .action(async (what: string, options: GraphOptions) => {
      const { workflow, state } = await findGraph(what, options.repo);
      switch (options.format) {
        case 'text':
          for (const line of graphText(workflow, state)) terminal.print(paintLine(terminal, line));
          return;
        case 'mermaid':
          terminal.print(graphMermaid(workflow, state));
          return;
        case 'dot':
          terminal.print(graphDot(workflow, state).trimEnd());
          return;
        case 'svg':
          terminal.print((await graphSvg(workflow, state)).trimEnd());
          return;
        case 'json':
          terminal.print(JSON.stringify(graphJson(workflow, state), null, 2));
          return;
      }
    });
}

async function findGraph(
  what: string,
  repo: string,
): Promise<{ workflow: Workflow; state: RunState | null }> {
  if (/^#?\d+(-\d+)?$/.test(what)) return withState(repo, (store) => findRun(store, what));
  const own = await ownWorkflows(repo);
  const known = new Map([...readBuiltInWorkflows()].map(([path, text]) => [keyOf(path), { path, text }]));
  for (const file of own) known.set(keyOf(file.path), file);
  const named = known.get(what);
  const text = named === undefined ? await readFile(what, 'utf8').catch(() => null) : named.text;
  if (text === null) {
    throw new TreadleError('not-found', `${what} is neither a file, nor a workflow, nor a run`, {
      remedy: `Workflows: ${[...known.keys()].join(', ')}`,
    });
  }
  const file = named ?? { path: what, text };
  const { workflow, diagnostics } = compileWorkflow(file, { roles: 'any' });
  if (workflow === null) throw invalidFile('workflow-invalid', file, diagnostics);
  return { workflow, state: null };
}

/** The repository's own workflows as they lie in the working tree; none where there is no repository. */
async function ownWorkflows(repo: string): Promise<readonly WorkflowFile[]> {
  const top = await tryGit(repo, 'rev-parse', '--show-toplevel');
  if (!top.ok) return [];
  const folder = join(top.stdout, WORKFLOWS_FOLDER);
  const names = await readdir(folder).catch((): string[] => []);
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  return Promise.all(
    files.map(async (name) => ({
      path: `${WORKFLOWS_FOLDER}/${name}`,
      text: await readFile(join(folder, name), 'utf8'),
    })),
  );
}

function keyOf(path: string): string {
  return path.replace(/^.*\/|\.ya?ml$/g, '');
}

function graphJson(workflow: Workflow, state: RunState | null): unknown {
  const jobs = [...workflow.jobs.values()].map((job) => ({
    id: job.id,
    type: job.type,
    needs: job.needs,
    ...(state === null ? {} : { ...state.run.jobs[job.id] }),
  }));
  return { version: 1, workflow: workflow.key, name: workflow.name, jobs };
}
