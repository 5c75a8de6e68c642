import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { Option, type Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { decodeFailure, SEVERITIES, type Failure } from '../../beads/failure.ts';
import { createDefinitions } from '../../runtime/definitions.ts';
import { fileBugs } from '../../runtime/file-bug.ts';
import type { Clock, Randomness, Runtime } from '../../runtime/ports.ts';
import { readRepositoryConfig } from '../../runtime/repository-config.ts';
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
import { withRemoteRuntime } from '../github/remote-wake.ts';
import { withSession } from '../with-session.ts';

interface FileBugOptions extends PlaceOptions {
  readonly title?: string;
  readonly errorType?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly severity?: string;
  readonly source?: string;
  readonly stdin?: true;
}

/** `treadle file-bug`: a failure becomes a bead, or is counted on the one it has. */
export function addFileBug(program: Command, { terminal }: CommandContext): void {
  program
    .command('file-bug')
    .description('file a bead for a failure, or count it on the bead that it has')
    .option('--title <title>', 'what is wrong, on one line')
    .option('--error-type <type>', 'the kind of error, for instance TypeError')
    .option('--message <text>', 'what was said')
    .option('--stack <file>', 'a file with the stack trace')
    .addOption(new Option('--severity <severity>', 'how bad it is; medium unless told').choices(SEVERITIES))
    .option('--source <source>', 'where it was noticed, for instance api; cli unless told')
    .option('--stdin', 'read it as JSON from standard input; options beat its fields')
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle file-bug --title "Cart breaks" --error-type TypeError --stack trace.txt --severity high',
        'treadle file-bug --stdin < failure.json',
        'treadle file-bug --title "Nightly build fails" --severity high --github',
      ),
    )
    .action(async (options: FileBugOptions) => {
      const told = { ...(options.stdin === true ? await readStdin() : {}), ...(await readOptions(options)) };
      const file = async (runtime: Runtime): Promise<void> => {
        const failure = readFailure(told, runtime);
        const found = await readRepositoryConfig(runtime.forge, runtime.builtInWorkflows);
        const [filed] = await fileBugs(runtime, createDefinitions(), found, [failure]);
        if (options.json === true) {
          terminal.print(JSON.stringify({ version: 1, ...filed }, null, 2));
          return;
        }
        const bead = filed?.issue == null ? 'no bead' : `#${filed.issue}`;
        const done = { file: 'filed', update: 'counted', reopen: 'reopened as a regression' };
        terminal.print(
          `${bead}: ${filed?.filing == null ? 'only counted' : done[filed.filing]}, ${filed?.reason}`,
        );
        const wake = isOnGitHub(options) ? 'the next wake on GitHub' : 'the next wake: treadle advance';
        if (filed?.filing === 'file') terminal.note(`its run starts with ${wake}`);
      };
      if (isOnGitHub(options)) await withRemoteRuntime(terminal, options, ({ runtime }) => file(runtime));
      else
        await withSession(terminal, { repo: options.repo, command: 'file-bug' }, ({ runtime }) =>
          file(runtime),
        );
    });
}

async function readOptions(options: FileBugOptions): Promise<Readonly<Record<string, string>>> {
  const { title, errorType, message, stack, severity, source } = options;
  const fields = {
    title,
    error_type: errorType,
    message,
    stack_trace: stack === undefined ? undefined : await readStack(stack),
    severity,
    source: source ?? (options.stdin === true ? undefined : 'cli'),
  };
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

async function readStack(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TreadleError('usage', `the file ${path} cannot be read`, {
      remedy: 'Give a file with the stack trace: --stack FILE',
      cause,
    });
  }
}

async function readStdin(): Promise<object> {
  const given = await text(process.stdin);
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, as for what is JSON, but no object.
  }
  throw new TreadleError('usage', 'standard input holds no JSON object', {
    remedy: 'For instance: {"title": "Cart breaks", "error_type": "TypeError", "severity": "high"}',
  });
}

function readFailure(
  told: object,
  { clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness },
): Failure {
  const decoded = decodeFailure(told, { now: clock.now(), id: `told ${randomness.newId()}` });
  if (decoded.kind === 'failure') return decoded.failure;
  throw new TreadleError('usage', `the failure cannot be filed: ${decoded.problems.join('; ')}`, {
    remedy: 'Nothing was filed. Say it as in: treadle file-bug --title "Cart breaks" --severity high',
  });
}
