import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { CommandOrder } from '../ports.ts';

const run = promisify(execFile);

/** Where and as whom agents' programs work. */
export interface WorkspaceOptions {
  /** A folder in which workspaces are made, and removed afterwards. */
  readonly folder: string;
  readonly cloneUrl: string;
  readonly apiUrl: string;
  /** The agent's own token on the forge; undefined where it has none. */
  readonly tokenOf: (login: string) => string | undefined;
}

export interface Workspace {
  readonly folder: string;
  remove(): Promise<void>;
}

/** What of Treadle's own environment a program sees: never a token or a secret of ours. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SHELL', 'USER'];

/** Clones the base branch afresh, with `origin` reachable as the agent itself. */
export async function prepareWorkspace(options: WorkspaceOptions, order: CommandOrder): Promise<Workspace> {
  const folder = await mkdtemp(join(options.folder, `${order.task.run.id}-${order.task.job.id}-`));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await run(
      'git',
      ['clone', '--quiet', '--no-tags', '--branch', order.task.baseBranch, '--', options.cloneUrl, folder],
      { env: agentEnvironment(options, order) },
    );
    return { folder, remove };
  } catch (cause) {
    await remove();
    const said = (cause as { stderr?: string }).stderr?.trim() ?? (cause as Error).message;
    throw new Error(`the repository could not be cloned: ${said}`, { cause });
  }
}

/** The environment of an agent's program. Git is given the agent's credentials by configuration in it, so none reach the disk. */
export function agentEnvironment(
  options: WorkspaceOptions,
  { task, assignee }: CommandOrder,
): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  ) as NodeJS.ProcessEnv;
  const token = options.tokenOf(assignee.login);
  const email = `${assignee.id}+${assignee.login}@users.noreply.github.com`;
  return {
    ...inherited,
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: assignee.login,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: assignee.login,
    GIT_COMMITTER_EMAIL: email,
    GITHUB_API_URL: options.apiUrl,
    GITHUB_REPOSITORY: task.repository,
    TREADLE_RUN: task.run.id,
    TREADLE_ISSUE: String(task.issue.number),
    TREADLE_JOB: task.job.id,
    TREADLE_ROLE: task.job.role ?? '',
    TREADLE_ATTEMPT: String(task.attempt),
    TREADLE_TURN: String(task.turn),
    TREADLE_DISPATCH: task.dispatch,
    TREADLE_REPOSITORY: task.repository,
    TREADLE_BASE_BRANCH: task.baseBranch,
    ...(token === undefined ? {} : { GITHUB_TOKEN: token, ...gitCredentials(options.cloneUrl, token) }),
  };
}

function gitCredentials(cloneUrl: string, token: string): NodeJS.ProcessEnv {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(cloneUrl).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}
