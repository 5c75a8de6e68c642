import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Option, type Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { RunState } from '../../engine/state/run.ts';
import { graphDot } from '../../engine/view/graph-dot.ts';
import { graphMermaid } from '../../engine/view/graph-mermaid.ts';
import { graphText } from '../../engine/view/graph-text.ts';
import { invalidFile, WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import { compileWorkflow, type WorkflowFile } from '../../workflow/compile.ts';
import type { Workflow } from '../../workflow/model.ts';
import { readBuiltInWorkflows } from '../../runtime/package-files.ts';
import {
  examples,
  GITHUB_OPTION,
  isOnGitHub,
  REPO_OPTION,
  REPOSITORY_OPTION,
  type CommandContext,
  type PlaceOptions,
} from '../command-context.ts';
import { findRun } from '../find-run.ts';
import { graphSvg } from '../graph-svg.ts';
import { withRemote } from '../github/open-remote.ts';
import { tryGit } from '../local/git.ts';
import { readState } from '../read-state.ts';
import { paintLine, type Terminal } from '../terminal.ts';

const FORMATS = ['text', 'mermaid', 'dot', 'svg', 'json'] as const;

interface GraphOptions extends Omit<PlaceOptions, 'json'> {
  readonly format: (typeof FORMATS)[number];
}

/** `treadle graph`: a workflow, or a run as it stands. */
export function addGraph(program: Command, { terminal }: CommandContext): void {
  program
    .command('graph')
    .description('draw a workflow (by its name, or a file), or a run as it stands')
    .argument('<what>', 'the name of a workflow, your own or built-in, a file, or a run (42-1)')
    .addOption(new Option('--format <format>', 'how').choices(FORMATS).default('text'))
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
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
      const { workflow, state } = await findGraph(terminal, what, options);
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
  terminal: Terminal,
  what: string,
  options: GraphOptions,
): Promise<{ workflow: Workflow; state: RunState | null }> {
  if (/^#?\d+(-\d+)?$/.test(what)) return readState(terminal, options, (store) => findRun(store, what));
  const own = isOnGitHub(options)
    ? await theirWorkflows(terminal, options)
    : await ownWorkflows(options.repo);
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
  if (workflow === null)
    throw invalidFile(
      'workflow-invalid',
      file,
      diagnostics,
      'Mend the file. All that is wrong: treadle lint',
    );
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

/** The same as the default branch on GitHub has them. */
function theirWorkflows(terminal: Terminal, options: GraphOptions): Promise<readonly WorkflowFile[]> {
  return withRemote(terminal, options, async ({ forge }) => {
    const { texts } = await forge.files.ofDefaultBranch({ files: [], folder: WORKFLOWS_FOLDER });
    return [...texts].filter(([path]) => /\.ya?ml$/.test(path)).map(([path, text]) => ({ path, text }));
  });
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
