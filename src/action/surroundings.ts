import { tmpdir } from 'node:os';

import { TreadleError } from '../base/errors.ts';
import { isPauseOn } from '../runtime/remote-runtime.ts';

/** Where a step runs: what GitHub's runner says in the environment of every step. */
export interface Surroundings {
  /** `owner/name`. */
  readonly repository: string;
  readonly apiUrl: string;
  /** The address that repositories are cloned from, without a closing slash. */
  readonly serverUrl: string;
  /** The name of the event that started the workflow. */
  readonly event: string;
  /** The checkout, where the job made one. */
  readonly workspace: string;
  /** A folder for what is removed again. */
  readonly tempFolder: string;
  /** The page of the workflow run; null where the runner does not say which it is. */
  readonly runUrl: string | null;
  /** Whether the variable TREADLE_PAUSED stops all dispatch. */
  readonly paused: boolean;
}

/**
 * Reads a runner's environment.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 * @throws {TreadleError} `not-in-action` where a variable is missing
 */
export function readSurroundings(environment: Readonly<Record<string, string | undefined>>): Surroundings {
  const need = (name: string): string => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    throw new TreadleError('not-in-action', `${name} is not set: this is no step of a GitHub workflow`, {
      remedy:
        'Use it by `uses:` in a workflow; on a machine of your own, use the command line: npx treadle --help',
    });
  };
  const repository = need('GITHUB_REPOSITORY');
  const serverUrl = need('GITHUB_SERVER_URL').replace(/\/+$/, '');
  const run = /^\d+$/.exec(environment['GITHUB_RUN_ID'] ?? '')?.[0];
  return {
    repository,
    apiUrl: need('GITHUB_API_URL'),
    serverUrl,
    event: environment['GITHUB_EVENT_NAME'] ?? 'unknown',
    workspace: environment['GITHUB_WORKSPACE'] ?? '.',
    tempFolder: environment['RUNNER_TEMP'] ?? tmpdir(),
    runUrl: run === undefined ? null : `${serverUrl}/${repository}/actions/runs/${run}`,
    paused: isPauseOn(environment['TREADLE_PAUSED']),
  };
}
