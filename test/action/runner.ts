import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { parse } from 'yaml';

import { ROOT } from '../cli/built-cli.ts';
import { temporaryDirectory } from '../local-github/test-server.ts';
import { node24 } from './node24.ts';

/** What a step came to. */
export interface StepEnd {
  readonly code: number;
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** One step of a workflow: what GitHub's runner knows of it. */
export interface StepOrder {
  /** Root of the REST API. */
  readonly apiUrl: string;
  readonly serverUrl: string;
  readonly repository: string;
  /** The token of the workflow run, `github.token`. */
  readonly token: string;
  readonly event: string;
  readonly payload: unknown;
  /** What stands under `with:`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly workspace?: string;
}

export interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

export async function readActionFile(): Promise<ActionFile> {
  return parse(await readFile(join(ROOT, 'action.yml'), 'utf8')) as ActionFile;
}

/** Executes the committed bundle as GitHub's runner would: on its Node, told everything by the environment and by files. */
export async function runStep(order: StepOrder): Promise<StepEnd> {
  const { inputs, runs } = await readActionFile();
  const folder = await temporaryDirectory();
  const file = (name: string): string => join(folder, name);
  await Promise.all([
    writeFile(file('event.json'), JSON.stringify(order.payload)),
    writeFile(file('output'), ''),
    writeFile(file('summary'), ''),
    mkdir(file('workspace')),
  ]);
  const given = Object.entries(inputs).map(([name, { default: fallback = '' }]): [string, string] => [
    `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
    order.inputs?.[name] ?? fallback.replaceAll('${{ github.token }}', order.token),
  ]);
  const child = spawn(await node24(), [join(ROOT, runs.main)], {
    cwd: file('workspace'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      // No git in the path: an Action must not need one.
      PATH: '/nonexistent',
      HOME: folder,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: order.event,
      GITHUB_EVENT_PATH: file('event.json'),
      GITHUB_REPOSITORY: order.repository,
      GITHUB_API_URL: order.apiUrl,
      GITHUB_GRAPHQL_URL: `${order.apiUrl}/graphql`,
      GITHUB_SERVER_URL: order.serverUrl,
      GITHUB_OUTPUT: file('output'),
      GITHUB_STEP_SUMMARY: file('summary'),
      GITHUB_WORKSPACE: order.workspace ?? file('workspace'),
      ...Object.fromEntries(given),
      ...order.env,
    },
  });
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  const [code, out, err] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return {
    code,
    log: out + err,
    outputs: readOutputs(await readFile(file('output'), 'utf8')),
    summary: await readFile(file('summary'), 'utf8'),
  };
}

/** Reads what a step appended to GITHUB_OUTPUT: `name<<DELIMITER`, the value, `DELIMITER`. */
function readOutputs(written: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  const lines = written.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[at] ?? '') ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, at + 1);
    outputs[name] = lines.slice(at + 1, end).join('\n');
    at = end;
  }
  return outputs;
}
