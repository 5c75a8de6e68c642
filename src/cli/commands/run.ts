import { Option, type Command } from 'commander';

import { createDefinitions } from '../../runtime/definitions.ts';
import { publish } from '../../runtime/publish.ts';
import { beginWake } from '../../runtime/wake.ts';
import type { Issue } from '../../forge/port/issues.ts';
import { readRepositoryConfig } from '../../runtime/repository-config.ts';
import { readInputs } from '../../runtime/start-inputs.ts';
import { checkWorkflow } from '../../runtime/startable-workflow.ts';
import { checkTitle, fileBead } from '../bead.ts';
import {
  examples,
  GITHUB_OPTION,
  JSON_OPTION,
  REPO_OPTION,
  REPOSITORY_OPTION,
  WAIT_OPTION,
  type CommandContext,
  isOnGitHub,
  type PlaceOptions,
} from '../command-context.ts';
import { driveRun, type Driven } from '../drive.ts';
import { findRun } from '../find-run.ts';
import { followRun } from '../follow.ts';
import { startThere } from '../github/start-there.ts';
import { tellRun } from '../go-on.ts';
import { readRunner, ringRunner } from '../local/runner.ts';
import type { Session } from '../local/session.ts';
import { runSummary } from '../run-summary.ts';
import { startRequest, type StartRequest } from '../start-request.ts';
import { withSession } from '../with-session.ts';

interface RunOptions extends PlaceOptions {
  readonly issue: string;
  readonly body: string;
  readonly input: readonly string[];
  readonly yes?: true;
  readonly wait?: true;
}

/** `treadle run`: one bead from its filing to its end. `treadle start`: the same without driving it. */
export function addRun(program: Command, context: CommandContext): void {
  program
    .command('run')
    .description('file a bead (or take an issue by its number) and drive it through a workflow to its end')
    .argument('<workflow>', 'its name: bug, or one of your own in .github/treadle/workflows')
    .requiredOption('--issue <title>', "the bead's title, or #N for an issue that exists")
    .option('--body <text>', "the bead's description", '')
    .addOption(inputOption())
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
    .action((workflow: string, options: RunOptions) => runCommand(context, workflow, options));
  program
    .command('start')
    .description('start a run and leave it to the next wake (treadle advance, treadle serve, the Action)')
    .argument('<workflow>', 'its name')
    .requiredOption('--issue <title>', "the bead's title, or #N for an issue that exists")
    .option('--body <text>', "the bead's description", '')
    .addOption(inputOption())
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...WAIT_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples('treadle start bug --issue "#12"', 'treadle start bug --issue "#12" --github --wait'),
    )
    .action((workflow: string, options: RunOptions) => startCommand(context, workflow, options));
}

function inputOption(): Option {
  return new Option('--input <key=value>', 'an input of the workflow, repeatable')
    .argParser((value, earlier: readonly string[]): readonly string[] => [...earlier, value])
    .default([], 'those that it declares');
}

/** What came of starting a run: how far it was driven; null where another Treadle had it, and ended before it was done. */
interface Started {
  readonly run: string;
  readonly driven: Driven | null;
}

async function runCommand(context: CommandContext, key: string, options: RunOptions): Promise<void> {
  const { terminal } = context;
  const yes = options.yes === true;
  checkTitle(options.issue);
  const place = { repo: options.repo, command: 'run' };
  const { run, driven } = await withSession(terminal, place, async (session): Promise<Started> => {
    const { starting, issue } = await prepareStart(session, key, options);
    terminal.note(`#${issue.number} ${issue.title}\n`);
    if (session.own) {
      const requests = [starting.request];
      const end = await driveRun(session, terminal, starting.run, { yes, requests });
      return { run: starting.run(), driven: end };
    }
    await publishStart(session, starting);
    await tellFollowing(context, session);
    const end = await followRun(session, terminal, starting.run(), { yes });
    return { run: starting.run(), driven: end };
  });
  let end = driven;
  while (end === null) {
    end = await withSession(terminal, place, (session) =>
      session.own
        ? driveRun(session, terminal, () => run, { yes })
        : followRun(session, terminal, run, { yes }),
    );
  }
  tellRun(context, end, options.json);
}

async function startCommand(context: CommandContext, key: string, options: RunOptions): Promise<void> {
  checkTitle(options.issue);
  if (isOnGitHub(options)) return startThere(context, key, options);
  const { terminal } = context;
  await withSession(terminal, { repo: options.repo, command: 'start' }, async (session) => {
    const { starting, issue } = await prepareStart(session, key, options);
    await publishStart(session, starting);
    const started = await findRun(session.runtime.store, starting.run());
    if (options.json === true) {
      terminal.print(JSON.stringify({ version: 1, run: runSummary(started) }, null, 2));
      return;
    }
    const runner = session.own ? null : await readRunner(session.place.dataFolder);
    const next =
      runner === null
        ? 'go on with: treadle advance'
        : `treadle ${runner.command} (process ${runner.pid}) goes on with it`;
    terminal.print(`started run ${started.state.run.id} for #${issue.number}; ${next}`);
  });
}

async function prepareStart(
  session: Session,
  key: string,
  options: RunOptions,
): Promise<{ readonly starting: StartRequest; readonly issue: Issue }> {
  const found = await readRepositoryConfig(session.runtime.forge, session.runtime.builtInWorkflows);
  const { entry, inputs: declared } = checkWorkflow(found, key);
  const inputs = readInputs(declared, options.input);
  const issue = await fileBead(session, options);
  return { issue, starting: startRequest(session, found, { entry, issue, inputs }) };
}

/** Published and not performed: the effects wait in the outbox for the next wake, or for another Treadle that is at work. */
async function publishStart(session: Session, { request }: StartRequest): Promise<void> {
  const { runtime, place } = session;
  await publish(runtime, createDefinitions(), beginWake({ ...runtime, claimMinutes: 0 }), request);
  if (!session.own) await ringRunner(place.dataFolder);
}

async function tellFollowing({ terminal }: CommandContext, session: Session): Promise<void> {
  const runner = await readRunner(session.place.dataFolder);
  const who = runner === null ? 'another Treadle' : `treadle ${runner.command} (process ${runner.pid})`;
  terminal.note(`${who} is at work in this repository and goes on with it; following`);
}
