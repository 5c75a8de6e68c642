import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { RunState } from '../../engine/state.ts';
import { graphMermaid } from '../../engine/view/graph-mermaid.ts';
import { graphText } from '../../engine/view/graph-text.ts';
import { invalidFile } from '../../runtime/repository-config.ts';
import { compileWorkflow } from '../../workflow/compile.ts';
import type { Workflow } from '../../workflow/model.ts';
import { readBuiltInWorkflows } from '../../runtime/package-files.ts';
import { examples, REPO_OPTION, type CommandContext } from '../command-context.ts';
import { findRun } from '../find-run.ts';
import { withState } from '../local/session.ts';
import { paintLine } from '../terminal.ts';

interface GraphOptions {
  readonly repo: string;
  readonly format: 'text' | 'mermaid' | 'json';
}

/** `treadle graph`: a workflow, or a run as it stands. */
export function addGraph(program: Command, { terminal }: CommandContext): void {
  program
    .command('graph')
    .description('draw a workflow (a file, or a built-in one by name), or a run as it stands')
    .argument('<what>', 'a workflow file, the name of a built-in workflow, or a run (42-1)')
    .addOption(new Option('--format <format>', 'how').choices(['text', 'mermaid', 'json']).default('text'))
    .option(...REPO_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle graph bug',
        'treadle graph .github/treadle/workflows/release.yml --format mermaid',
        'treadle graph 42-1',
      ),
    )
    .action(async (what: string, options: GraphOptions) => {
      const { workflow, state } = await findGraph(what, options.repo);
      if (options.format === 'mermaid') terminal.print(graphMermaid(workflow, state));
      else if (options.format === 'json') terminal.print(JSON.stringify(graphJson(workflow, state), null, 2));
      else for (const line of graphText(workflow, state)) terminal.print(paintLine(terminal, line));
    });
}

async function findGraph(
  what: string,
  repo: string,
): Promise<{ workflow: Workflow; state: RunState | null }> {
  if (/^#?\d+(-\d+)?$/.test(what)) return withState(repo, (store) => findRun(store, what));
  const builtIn = readBuiltInWorkflows().get(`workflows/${what}.yml`);
  const text = builtIn ?? (await readFile(what, 'utf8').catch(() => null));
  if (text === null) {
    throw new TreadleError('not-found', `${what} is neither a file, nor a built-in workflow, nor a run`, {
      remedy: `Built in: ${[...readBuiltInWorkflows().keys()].map((path) => path.replace(/^workflows\/|\.ya?ml$/g, '')).join(', ')}`,
    });
  }
  const file = { path: what, text };
  const { workflow, diagnostics } = compileWorkflow(file, { roles: 'any' });
  if (workflow === null) throw invalidFile('workflow-invalid', file, diagnostics);
  return { workflow, state: null };
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
