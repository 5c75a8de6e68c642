import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { StepsOrder } from '../ports.ts';

const run = promisify(execFile);

/** Where steps are run. */
export interface StepWorkspace {
  /** Removed at the end. */
  readonly folder: string;
  /** The clone, below it. */
  readonly clone: string;
  /** For temporary files, below it. */
  readonly temp: string;
  readonly commit: string;
  remove(): Promise<void>;
}

/** Where clones come from, and with what they are fetched: steps never see it. */
export interface CloneSource {
  readonly url: string;
  readonly token: string | null;
}

/** What of Treadle's own environment steps see: never a token or a secret. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SHELL', 'USER'];

/** The part of Treadle's environment that everything gets that it starts for steps. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/**
 * Fetches one commit into a fresh clone. Throws an error whose message says in words what is wrong, and holds no secret.
 *
 * @param parent a folder in which the workspace is made
 */
export async function prepareStepWorkspace(
  parent: string,
  source: CloneSource,
  { run: id, job, checkout }: StepsOrder,
): Promise<StepWorkspace> {
  const folder = await mkdtemp(join(parent, `${id}-${job}-`));
  const clone = join(folder, 'code');
  const temp = join(folder, 'temp');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  const wanted = 'commit' in checkout ? checkout.commit : `refs/heads/${checkout.branch}`;
  const env = { ...inheritedEnvironment(), GIT_TERMINAL_PROMPT: '0', ...gitCredentials(source) };
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['-C', clone, ...args], { env })).stdout.trim();
  try {
    await mkdir(clone);
    await mkdir(temp);
    await git('init', '--quiet');
    await git('remote', 'add', 'origin', source.url);
    await git('fetch', '--quiet', '--no-tags', '--depth=1', 'origin', wanted);
    const branch = 'branch' in checkout ? ['-B', checkout.branch] : ['--detach'];
    await git('checkout', '--quiet', ...branch, 'FETCH_HEAD', '--');
    return { folder, clone, temp, commit: await git('rev-parse', 'HEAD'), remove };
  } catch (cause) {
    await remove();
    throw new Error(describeFailure(cause, 'commit' in checkout ? checkout.commit : checkout.branch), {
      cause,
    });
  }
}

function describeFailure(cause: unknown, wanted: string): string {
  const { code, stderr } = cause as { readonly code?: unknown; readonly stderr?: string };
  if (code === 'ENOENT') {
    return 'there is no git here: jobs with `steps` need one where Treadle runs, to fetch the code';
  }
  return `${wanted} could not be fetched: ${stderr?.trim() ?? (cause as Error).message}`;
}

/** Credentials by configuration in the environment, so that none reach the disk, nor the steps. */
function gitCredentials({ url, token }: CloneSource): NodeJS.ProcessEnv {
  if (token === null) return {};
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}
