import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, relative, resolve, sep } from 'node:path';

import type { StepCommand, StepEnd } from '../../engine/step-run.ts';
import { longestStepFile } from '../../engine/step-file.ts';
import { notePid } from '../commands/sweep-workspaces.ts';
import type { OpenedSteps, StepsLog, StepsOrder, StepsPlace, StepsRunner } from '../ports.ts';
import { startScript, type RunningScript, type ScriptEnd } from './run-script.ts';
import { openStepLog, type StepLog } from './step-log.ts';
import { extensionOf, resolveShell } from './step-shell.ts';
import {
  inheritedEnvironment,
  prepareStepWorkspace,
  type CloneSource,
  type StepWorkspace,
} from './step-workspace.ts';

export interface StepsRunnerOptions {
  /** A folder in which workspaces are made, and removed afterwards. */
  readonly folder: string;
  readonly source: CloneSource;
  /** What must never stand in a log, besides the token of the source. */
  readonly secrets: readonly string[];
  /** Where logs are kept whole; null: nowhere. */
  readonly logs: { readonly folder: string; readonly name: string } | null;
  /** The log of whoever runs steps: hears each line, masked, and is found under an address, if any. Left out where there is none. */
  readonly page?: { readonly url: string | null; readonly print: (line: string) => void };
}

/** How much of a summary is kept, in UTF-16 units. */
const SUMMARY_LENGTH = 16 * 1024;

/**
 * Runs steps on this machine: each job in a fresh clone, in an environment that holds what GitHub names to steps and nothing of
 * Treadle's, each command as a process group that is ended as a whole.
 */
export function createStepsRunner(options: StepsRunnerOptions): StepsRunner {
  return {
    async open(order): Promise<OpenedSteps> {
      const workspace = await prepareStepWorkspace(options.folder, options.source, order).catch(
        (error: unknown) => error as Error,
      );
      if (workspace instanceof Error) return { kind: 'not-opened', problem: workspace.message };
      return { kind: 'opened', place: await openPlace(options, order, workspace) };
    },
  };
}

async function openPlace(
  { logs, secrets, source, page }: StepsRunnerOptions,
  order: StepsOrder,
  workspace: StepWorkspace,
): Promise<StepsPlace> {
  const name = `${order.run}/${order.job}-${order.attempt}.log`;
  const file = logs === null ? null : join(logs.folder, name);
  if (file !== null) await mkdir(dirname(file), { recursive: true });
  const { token } = source;
  const basic = token === null ? [] : [Buffer.from(`x-access-token:${token}`).toString('base64')];
  const log = openStepLog([...secrets, ...(token === null ? [] : [token]), ...basic], file, (line) =>
    page?.print(`${order.job} | ${line}`),
  );
  const scripts: RunningScript[] = [];
  const notes: (() => Promise<void>)[] = [];
  let summary = '';
  let count = 0;
  return {
    commit: workspace.commit,
    runner: { os: osName(), arch: process.arch.toUpperCase(), name: 'treadle', temp: workspace.temp },
    say: (line) => log.write(`${line}\n`),
    holdsSecret: (text) => log.holdsSecret(text),
    clean: (text) => log.clean(text),
    async run(command, stop) {
      count += 1;
      const files = await openFiles(workspace, count);
      const started = Date.now();
      const end = await startStep({ workspace, order, command, log, files, count }, stop, (script) => {
        scripts.push(script);
        if (script.pid !== undefined) notes.push(notePid(`${workspace.folder}-${count}`, script.pid));
      });
      const left = await files.read();
      summary += left.summary;
      const seconds = Math.round((Date.now() - started) / 1000);
      return { ...describeEnd(end, command), seconds, ...left };
    },
    async close(): Promise<StepsLog> {
      for (const script of scripts) script.sweep();
      await Promise.all(notes.map((remove) => remove()));
      await workspace.remove();
      const tail = await log.close();
      return {
        tail,
        summary: log.clean(summary).slice(0, SUMMARY_LENGTH),
        file: logs === null ? null : `${logs.name}/${name}`,
        url: page?.url ?? null,
      };
    },
  };
}

interface StepPlan {
  readonly workspace: StepWorkspace;
  readonly order: StepsOrder;
  readonly command: StepCommand;
  readonly log: StepLog;
  readonly files: StepFiles;
  readonly count: number;
}

async function startStep(
  { workspace, order, command, log, files, count }: StepPlan,
  stop: AbortSignal,
  onStart: (script: RunningScript) => void,
): Promise<ScriptEnd> {
  const cwd = await folderOf(workspace, command.folder);
  if (cwd === null) {
    return { kind: 'not-started', problem: `'${command.folder}' is no folder of the clone` };
  }
  const env = environmentOf(workspace, order, command, files);
  const file = join(workspace.temp, `step-${count}${extensionOf(command.shell)}`);
  const shell = await resolveShell(command.shell, command.script, file, env['PATH'] ?? '');
  if (typeof shell === 'string') return { kind: 'not-started', problem: shell };
  await writeFile(file, shell.script, { mode: 0o700 });
  const { program, args } = shell;
  const print = (text: string): void => log.write(text);
  const script = startScript({ program, args, cwd, env, timeoutMs: command.timeoutMs, print }, stop);
  onStart(script);
  return script.ended;
}

/** The folder a step runs in; null where it is none, or not one of the clone's, links followed. */
async function folderOf({ clone }: StepWorkspace, folder: string): Promise<string | null> {
  try {
    const [root, found] = await Promise.all([realpath(clone), realpath(resolve(clone, folder))]);
    const way = relative(root, found);
    return way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way ? null : found;
  } catch {
    return null;
  }
}

/** The files that a step finds by GITHUB_OUTPUT and its like. */
interface StepFiles {
  readonly env: Readonly<Record<string, string>>;
  read(): Promise<Pick<StepEnd, 'output' | 'env' | 'path'> & { readonly summary: string }>;
}

async function openFiles({ folder }: StepWorkspace, count: number): Promise<StepFiles> {
  const at = (kind: string): string => join(folder, `${kind}-${count}`);
  const kinds = ['output', 'env', 'path', 'summary'] as const;
  for (const kind of kinds) await writeFile(at(kind), '');
  const read = async (kind: (typeof kinds)[number]): Promise<string> =>
    (await readFile(at(kind), 'utf8').catch(() => '')).slice(0, longestStepFile + 1);
  return {
    env: {
      GITHUB_OUTPUT: at('output'),
      GITHUB_ENV: at('env'),
      GITHUB_PATH: at('path'),
      GITHUB_STEP_SUMMARY: at('summary'),
    },
    read: async () => ({
      output: await read('output'),
      env: await read('env'),
      path: await read('path'),
      summary: await read('summary'),
    }),
  };
}

function environmentOf(
  { clone, temp, commit }: StepWorkspace,
  order: StepsOrder,
  command: StepCommand,
  files: StepFiles,
): NodeJS.ProcessEnv {
  const inherited = inheritedEnvironment();
  return {
    ...inherited,
    CI: 'true',
    ...command.env,
    PATH: [...command.path, command.env['PATH'] ?? inherited['PATH'] ?? ''].join(delimiter),
    ...order.env,
    GITHUB_SHA: commit,
    GITHUB_WORKSPACE: clone,
    RUNNER_OS: osName(),
    RUNNER_ARCH: process.arch.toUpperCase(),
    RUNNER_TEMP: temp,
    ...files.env,
  };
}

function describeEnd(end: ScriptEnd, { timeoutMs }: StepCommand): Pick<StepEnd, 'outcome' | 'reason'> {
  switch (end.kind) {
    case 'exited':
      return end.code === 0
        ? { outcome: 'success', reason: null }
        : { outcome: 'failure', reason: `it ended with exit code ${end.code}` };
    case 'killed':
      return { outcome: 'failure', reason: `it was ended by ${end.signal}` };
    case 'timed-out':
      return {
        outcome: 'failure',
        reason: `it was not done after ${(timeoutMs ?? 0) / 60_000} minutes`,
      };
    case 'stopped':
      return { outcome: 'cancelled', reason: 'the job was cancelled' };
    case 'not-started':
      return { outcome: 'failure', reason: end.problem };
  }
}

function osName(): string {
  return process.platform === 'darwin' ? 'macOS' : process.platform === 'win32' ? 'Windows' : 'Linux';
}
