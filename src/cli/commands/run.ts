import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { Issue } from '../../forge/port.ts';
import { actorOf } from '../../runtime/authorise.ts';
import { startRun } from '../../runtime/ingest/start.ts';
import { invalidFile, readRepositoryConfig, type RepositoryConfig } from '../../runtime/repository-config.ts';
import type { Unit } from '../../runtime/unit.ts';
import { createDefinitions } from '../../runtime/definitions.ts';
import { publish } from '../../runtime/publish.ts';
import { beginWake } from '../../runtime/wake.ts';
import {
  examples,
  JSON_OPTION,
  REPO_OPTION,
  type CommandContext,
  type RepositoryOptions,
} from '../command-context.ts';
import { driveRun } from '../drive.ts';
import { findRun } from '../find-run.ts';
import type { Session } from '../local/session.ts';
import { printRun, runSummary } from '../run-summary.ts';
import { withSession } from '../with-session.ts';

interface RunOptions extends RepositoryOptions {
  readonly issue: string;
  readonly body: string;
  readonly input: readonly string[];
  readonly yes?: true;
}

/** `treadle run`: one bead from its filing to its end. `treadle start`: the same without driving it. */
export function addRun(program: Command, context: CommandContext): void {
  const collect = (value: string, earlier: readonly string[]): readonly string[] => [...earlier, value];
  program
    .command('run')
    .description('file a bead (or take an issue by its number) and drive it through a workflow to its end')
    .argument('<workflow>', 'its name: bug, or one of your own in .github/treadle/workflows')
    .requiredOption('--issue <title>', "the bead's title, or #N for an issue that exists")
    .option('--body <text>', "the bead's description", '')
    .option('--input <key=value>', 'an input of the workflow, repeatable', collect, [])
    .option('--yes', 'approve every gate without asking')
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle run bug --issue "Total is off by one" --body "3 + 4 gives 8"',
        'treadle run release --issue "#7" --yes --repo ../shop',
      ),
    )
    .action((workflow: string, options: RunOptions) => runCommand(context, workflow, options, true));
  program
    .command('start')
    .description('start a run and leave it to the next wake (treadle advance, treadle serve)')
    .argument('<workflow>', 'its name')
    .requiredOption('--issue <title>', "the bead's title, or #N for an issue that exists")
    .option('--body <text>', "the bead's description", '')
    .option('--input <key=value>', 'an input of the workflow, repeatable', collect, [])
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('treadle start bug --issue "#12"'))
    .action((workflow: string, options: RunOptions) => runCommand(context, workflow, options, false));
}

async function runCommand(
  { terminal, finish }: CommandContext,
  key: string,
  options: RunOptions,
  drive: boolean,
): Promise<void> {
  await withSession(terminal, options.repo, async (session) => {
    const found = await readRepositoryConfig(session.runtime.forge, session.runtime.builtInWorkflows);
    checkWorkflow(found, key);
    const inputs = parseInputs(options.input);
    const issue = await fileBead(session, options);
    const starting = startRequest(session, found, key, issue, inputs);
    if (!drive) {
      // Published and not performed: the effects wait in the outbox for the next wake.
      await publish(session.runtime, createDefinitions(), beginWake(session.runtime), starting.request);
      const started = await findRun(session.runtime.store, starting.run());
      if (options.json === true)
        terminal.print(JSON.stringify({ version: 1, run: runSummary(started) }, null, 2));
      else
        terminal.print(
          `started run ${started.state.run.id} for #${issue.number}; go on with: treadle advance`,
        );
      return;
    }
    terminal.note(`#${issue.number} ${issue.title}\n`);
    const driven = await driveRun(session, terminal, starting.run, {
      yes: options.yes === true,
      requests: [starting.request],
    });
    finish(driven.exit);
    if (options.json === true) {
      terminal.print(JSON.stringify({ version: 1, run: runSummary(driven.found) }, null, 2));
      return;
    }
    terminal.note('');
    printRun(terminal, driven.found);
  });
}

/** The run to be started, as a request that can be made on any tip; `run` tells its id once it was made. */
function startRequest(
  session: Session,
  found: RepositoryConfig,
  key: string,
  issue: Issue,
  inputs: Readonly<Record<string, string>>,
): { readonly request: (unit: Unit) => Promise<void>; readonly run: () => string } {
  let run: string | null = null;
  return {
    run: () => run ?? String(issue.number),
    async request(unit) {
      const workflow = found.workflows.get(key);
      if (workflow === undefined) return;
      const started = await startRun(unit, session.place.repository, found, {
        issue,
        workflow,
        event: 'workflow_dispatch',
        inputs,
        actor: actorOf(issue.author),
        ground: 'started by hand on this machine',
        at: session.runtime.clock.now(),
      });
      if (started.kind === 'refused') {
        throw new TreadleError('not-started', `no run was started for #${issue.number}: ${started.reason}`, {
          remedy: `See it with: treadle status; go on with it: treadle advance`,
        });
      }
      run = started.run;
    },
  };
}

function checkWorkflow(found: RepositoryConfig, key: string): void {
  const entry = found.workflows.get(key);
  if (entry === undefined) {
    throw new TreadleError('not-found', `there is no workflow '${key}'`, {
      remedy: `There are: ${[...found.workflows.keys()].join(', ')}. Your own belong in .github/treadle/workflows/<name>.yml, committed.`,
    });
  }
  if (entry.workflow === null) throw invalidFile('workflow-invalid', entry.file, entry.diagnostics);
  if (entry.workflow.on.workflowDispatch === null) {
    throw new TreadleError('usage', `the workflow '${key}' cannot be started by hand`, {
      remedy: `Add 'workflow_dispatch:' under 'on:' in ${entry.file.path}.`,
    });
  }
}

function parseInputs(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0) throw new TreadleError('usage', `--input ${pair} is not of the form key=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** The issue that is worked: one that exists, or a new one, filed as the first holder of the role ceo. */
async function fileBead(session: Session, { issue, body }: RunOptions): Promise<Issue> {
  const { forge } = session.runtime;
  const number = /^#(\d+)$/.exec(issue.trim())?.[1];
  if (number !== undefined) {
    const known = await forge.issues.get(Number(number));
    if (known !== undefined && !known.isPull) return known;
    throw new TreadleError('not-found', `there is no issue #${number}`);
  }
  if (issue.trim() === '') throw new TreadleError('usage', 'the bead needs a title: --issue "What is wrong"');
  const [ceo] = session.settings.roles['ceo'] ?? [];
  const author = ceo === undefined ? forge : session.forgeAs(ceo);
  const created = await author.issues.create({ title: issue, body, labels: [] });
  const known = await forge.issues.get(created);
  if (known === undefined)
    throw new TreadleError('not-found', `the issue #${created} that was just filed cannot be read`);
  return known;
}
