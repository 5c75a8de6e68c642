import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

import { attemptsOf } from '../../src/engine/view/history.ts';
import { openGitStore } from '../../src/store/git/git-store.ts';
import { startTreadle, treadle, type Ended } from '../cli/built-cli.ts';
import { askAs, withServer, type Ask } from '../cli/local-server.ts';
import {
  bareOf,
  emptyRepository,
  repositoryWith,
  type Files,
  type TestRepository,
} from '../cli/repository.ts';
import { EXAMPLE } from '../examples/workbench.ts';
import { openHistory, type History } from '../runtime/history.ts';
import type { Observed } from './scenario.ts';

/** What an agent does at a dispatch of a job; see agent.mjs. */
export interface Step {
  readonly outcome?: 'success' | 'failure' | 'continue';
  readonly outputs?: Readonly<Record<string, string>>;
  readonly summary?: string;
  /** Replaces a text in a file (`from` absent: appends to it), and opens a pull request. */
  readonly change?: { readonly file: string; readonly from?: string; readonly to: string };
  /** Fails unless the file holds the text. */
  readonly expect?: { readonly file: string; readonly text: string };
  /** Waits for others of the same folder. */
  readonly gather?: { readonly folder: string; readonly count: number };
}

/** A job's answers, one a dispatch; the last one from then on. */
export type Script = Readonly<Record<string, readonly Step[]>>;

/** A repository whose work Treadle's command line does, with agents as processes of their own. */
export interface Shop {
  readonly repository: TestRepository;
  /** Runs the command line to its end. Throws when the exit code is another one. */
  treadle(code: number, ...args: readonly string[]): Promise<Ended>;
  /** Asks the server as the CEO, while no command runs. */
  ask<T>(work: (ask: Ask) => Promise<T>): Promise<T>;
  /** Runs `treadle serve` as long as the work takes; the server is asked as the CEO. */
  serve(work: (ask: Ask) => Promise<void>): Promise<void>;
  history(): Promise<History>;
  observe(...runs: readonly string[]): Promise<Observed>;
}

const AGENT = fileURLToPath(new URL('agent.mjs', import.meta.url));

const SETTINGS = `roles:
  ceo: [boss]
  qa-engineer: [quinn-bot]
  backend-engineer: [blake-bot]
  engineering-manager: [emery-bot]
agents:
  quinn-bot: { dispatch: command, command: [node, tools/agent.mjs] }
  blake-bot: { dispatch: command, command: [node, tools/agent.mjs] }
  emery-bot: { dispatch: command, command: [node, tools/agent.mjs] }
`;

/** Opens a repository with workflows (none: the built-in ones) and what the agents are to do. It goes when the test ends. */
export function openShop(workflows: Files, script: Script, files: Files = {}): Shop {
  const repository = repositoryWith({
    '.github/treadle.yml': SETTINGS,
    ...Object.fromEntries(
      Object.entries(workflows).map(([name, text]) => [`.github/treadle/workflows/${name}.yml`, text]),
    ),
    'tools/agent.mjs': readFileSync(AGENT, 'utf8'),
    'tools/script.json': JSON.stringify(script, null, 2),
    'menu.txt': 'soup 3\nbread 1\n',
    ...files,
  });
  return keepShop(repository, 'boss');
}

/** Opens the example's project with a bug planted, and its honest agents. It goes when the test ends. */
export function openProject(bug: 1 | 2 | 3): Shop {
  const repository = emptyRepository();
  cpSync(join(EXAMPLE, 'project'), repository.folder, { recursive: true });
  repository.git('apply', join(EXAMPLE, 'bugs', `${bug}.patch`));
  repository.commit('Project', {});
  return keepShop(repository, 'casey');
}

/** What a user files for a bug of the example. */
export function issueOf(bug: 1 | 2 | 3): { readonly title: string; readonly body: string } {
  return JSON.parse(readFileSync(join(EXAMPLE, 'bugs', `${bug}.json`), 'utf8')) as {
    readonly title: string;
    readonly body: string;
  };
}

function keepShop(repository: TestRepository, ceo: string): Shop {
  onTestFinished(() => repository.remove());
  const options = { cwd: repository.folder };
  const history = async (): Promise<History> =>
    openHistory(await openGitStore({ repository: bareOf(repository), branch: 'treadle/state' }));
  return {
    repository,
    history,
    async treadle(code, ...args) {
      const ended = await treadle(args, options);
      if (ended.code === code) return ended;
      throw new Error(`treadle ${args.join(' ')}: exit ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
    },
    ask: (work) => withServer(repository, work, ceo),
    async serve(work) {
      const serving = startTreadle(['serve'], options);
      try {
        await serving.says('end with Ctrl-C');
        const url = /http:\/\/127\.0\.0\.1:\d+/.exec(serving.soFar())?.[0] ?? '';
        await work(askAs(repository, ceo, url));
      } finally {
        serving.child.kill('SIGTERM');
        await serving.ended;
      }
    },
    async observe(...runs) {
      const seen = await history();
      await seen.expectSound();
      const count = Number(repository.git('rev-list', '--count', '--no-merges', 'main')) - 1;
      return observeRuns(seen, runs, count);
    },
  };
}

/** What the history tells of runs. */
export async function observeRuns(
  history: History,
  runs: readonly string[],
  commits: number,
): Promise<Observed> {
  let [transitions, attempts, dispatches] = [0, 0, 0];
  for (const run of runs) {
    const { jobs } = await history.run(run);
    const all = attemptsOf(Object.values(jobs));
    transitions += (await history.transitions(run)).length;
    attempts += all.length;
    dispatches += all.reduce((sum, { attempt }) => sum + attempt.turns.length, 0);
  }
  return { transitions, attempts, dispatches, commits };
}
