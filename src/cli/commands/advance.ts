import type { Command } from 'commander';

import { advance } from '../../runtime/advance.ts';
import { createDefinitions } from '../../runtime/definitions.ts';
import { healFailures } from '../../runtime/heal.ts';
import type { Runtime } from '../../runtime/ports.ts';
import { readRepositoryConfig, type RepositoryConfig } from '../../runtime/repository-config.ts';
import { openDocuments } from '../../store/documents.ts';
import {
  examples,
  GITHUB_OPTION,
  isOnGitHub,
  JSON_OPTION,
  REPO_OPTION,
  REPOSITORY_OPTION,
  type CommandContext,
  type PlaceOptions,
} from '../command-context.ts';
import { readCount } from '../count.ts';
import { activeRuns, findRuns } from '../find-run.ts';
import { withRemoteRuntime } from '../github/remote-wake.ts';
import type { Interruption } from '../interruption.ts';
import type { Terminal } from '../terminal.ts';
import { atWork } from '../at-work.ts';
import { runLine } from '../run-summary.ts';
import { withSession } from '../with-session.ts';

interface AdvanceOptions extends PlaceOptions {
  readonly maxNewRuns: string;
  readonly steps?: true;
}

/** `treadle advance`: one wake. */
export function addAdvance(program: Command, { terminal }: CommandContext): void {
  program
    .command('advance')
    .description('one wake: read what is new, decide what follows, publish it, perform it')
    .option('--max-new-runs <n>', 'how many runs to start of new issues', '10')
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option('--steps', 'on GitHub: also run the commands of jobs with steps, on this machine')
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples('treadle advance', 'treadle advance --json --repo ../shop', 'treadle advance --github'),
    )
    .action(async (options: AdvanceOptions) => {
      const maxNewRuns = readCount('--max-new-runs', options.maxNewRuns);
      if (isOnGitHub(options)) {
        await withRemoteRuntime(terminal, options, async ({ remote, runtime, interruption }) => {
          const { repository } = remote.address;
          await wakeOnce(terminal, { runtime, interruption, repository }, { ...options, maxNewRuns });
        });
        return;
      }
      await withSession(terminal, { repo: options.repo, command: 'advance' }, async (session) => {
        const { runtime, place, interruption } = session;
        if (!session.own) throw await atWork(session);
        const found = await readRepositoryConfig(runtime.forge, runtime.builtInWorkflows);
        const { repository } = place;
        const config = (): Promise<RepositoryConfig> => Promise.resolve(found);
        await wakeOnce(terminal, { runtime, interruption, repository, config }, { ...options, maxNewRuns });
      });
    });
}

interface Waking {
  readonly runtime: Runtime;
  readonly interruption: Interruption;
  readonly repository: string;
  /** The settings, where they were read already. */
  readonly config?: () => Promise<RepositoryConfig>;
}

async function wakeOnce(
  terminal: Terminal,
  { runtime, interruption, repository, config }: Waking,
  { maxNewRuns, json }: { readonly maxNewRuns: number; readonly json?: true },
): Promise<void> {
  const { forge, store, builtInWorkflows } = runtime;
  const intake = {
    repository,
    config: config ?? ((): Promise<RepositoryConfig> => readRepositoryConfig(forge, builtInWorkflows)),
    maxNewRuns,
  };
  const definitions = createDefinitions();
  await healFailures(runtime, definitions, intake);
  const report = await advance(runtime, { intake, nudge: () => interruption.raised }, definitions);
  interruption.signal.throwIfAborted();
  const { wake, transitions, remarks, nextDue } = report;
  if (json === true) {
    const touched = [...report.touched.keys()];
    terminal.print(JSON.stringify({ version: 1, wake, transitions, touched, remarks, nextDue }, null, 2));
    return;
  }
  terminal.print(`${transitions} ${transitions === 1 ? 'transition' : 'transitions'}`);
  const documents = openDocuments(await store.read());
  for (const found of await findRuns(store, documents, await activeRuns(documents)))
    terminal.print(runLine(found));
}
