import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { parse } from 'yaml';

import type { Json } from '../../src/base/canonical-json.ts';
import { evaluate } from '../../src/expression/evaluate.ts';
import { parseExpression } from '../../src/expression/parse.ts';
import { ROOT } from '../cli/built-cli.ts';
import { git, temporaryDirectory } from '../local-github/test-server.ts';

const run = promisify(execFile);

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'continue-on-error'?: boolean;
}

interface WorkflowFile {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      'work' | 'publish',
      { readonly permissions: Readonly<Record<string, string>>; readonly steps: readonly Step[] }
    >
  >;
}

/** Where an agent's workflow is executed. */
export interface Hub {
  readonly url: string;
  readonly repository: string;
  /** What `github.token` is in a job that may only read, and in one that may write. */
  readonly tokens: { readonly read: string; readonly write: string };
  readonly inputs: Readonly<Record<string, string>>;
  /** A script of sh that stands for the agent: the task on standard input or as an argument, its answer on standard output. */
  readonly agent: string;
  /** Does to what the agent's job left whatever somebody who owns that job could. */
  readonly tamper?: (artifact: string) => Promise<void>;
}

/** What a run of the workflow came to. */
export interface WorkflowEnd {
  readonly results: Readonly<Record<'work' | 'publish', 'success' | 'failure'>>;
  /** The text of the artifact `treadle-report`; null where there is none. */
  readonly report: string | null;
  readonly log: string;
}

/** Executes the jobs of an agent's workflow as GitHub's runner does, each on a machine of its own; actions of GitHub are stood in for. */
export async function runAgentWorkflow(template: string, hub: Hub): Promise<WorkflowEnd> {
  const file = parse(
    await readFile(join(ROOT, 'templates/agents', `${template}.yml`), 'utf8'),
  ) as WorkflowFile;
  const artifacts = await temporaryDirectory();
  const log: string[] = [];
  const results = { work: 'failure', publish: 'failure' } as Record<
    'work' | 'publish',
    'success' | 'failure'
  >;
  for (const job of ['work', 'publish'] as const) {
    const machine = await openMachine(hub, file, job, { artifacts, log, results });
    for (const step of file.jobs[job].steps) await machine.step(step);
    results[job] = machine.failed() ? 'failure' : 'success';
    if (job === 'work') await hub.tamper?.(join(artifacts, 'agent-work'));
  }
  const report = await readFile(join(artifacts, 'treadle-report', 'report.md'), 'utf8').catch(() => null);
  return { results, report, log: log.join('\n') };
}

interface Shared {
  readonly artifacts: string;
  readonly log: string[];
  readonly results: Readonly<Record<string, string>>;
}

async function openMachine(
  hub: Hub,
  file: WorkflowFile,
  job: 'work' | 'publish',
  { artifacts, log, results }: Shared,
) {
  const folder = await temporaryDirectory();
  const [workspace, temp, bin] = [join(folder, 'workspace'), join(folder, 'temp'), join(folder, 'bin')];
  for (const each of [workspace, temp, bin]) await mkdir(each);
  await writeStubs(bin, hub.agent);
  const mayWrite = file.jobs[job].permissions['contents'] === 'write';
  const token = mayWrite ? hub.tokens.write : hub.tokens.read;
  const outputs: Record<string, Record<string, string>> = {};
  let failed = false;

  const fill = (text: string): string =>
    text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, source: string) => valueOf(source).text);
  const valueOf = (source: string) => {
    const parsed = parseExpression(source, {
      contexts: ['github', 'inputs', 'secrets', 'steps', 'needs', 'runner'],
      functions: [{ name: 'cancelled', minArgs: 0, maxArgs: 0 }],
    });
    if (!parsed.ok) throw new Error(`${source}: ${parsed.problems[0]?.message ?? ''}`);
    const steps = Object.fromEntries(Object.entries(outputs).map(([id, each]) => [id, { outputs: each }]));
    const contexts: Record<string, Json> = {
      github: { token },
      inputs: hub.inputs,
      secrets: { ANTHROPIC_API_KEY: 'key', COPILOT_TOKEN: 'key' },
      steps,
      needs: { work: { result: results['work'] ?? '' } },
      runner: { temp },
    };
    return evaluate(parsed.value, contexts, {
      success: () => !failed,
      failure: () => failed,
      always: () => true,
      cancelled: () => false,
    });
  };
  const environment = (over: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    RUNNER_TEMP: temp,
    GITHUB_WORKSPACE: workspace,
    GITHUB_REPOSITORY: hub.repository,
    GITHUB_REPOSITORY_OWNER: hub.repository.split('/')[0],
    GITHUB_API_URL: hub.url,
    GITHUB_GRAPHQL_URL: `${hub.url}/graphql`,
    GITHUB_SERVER_URL: `${hub.url}/git`,
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_OUTPUT: join(folder, 'output'),
    ...Object.fromEntries(Object.entries(file.env).map(([name, value]) => [name, fill(value)])),
    ...over,
  });
  const shell = async (script: string, over: Readonly<Record<string, string>>): Promise<void> => {
    const options = { cwd: workspace, env: environment(over) };
    await run('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], options);
  };

  const act = async (step: Step): Promise<void> => {
    const given = Object.fromEntries(
      Object.entries(step.with ?? {}).map(([name, value]) => [name, fill(String(value))]),
    );
    const over = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, fill(value)]),
    );
    if (step.run !== undefined) return shell(step.run, over);
    const [action = ''] = (step.uses ?? '').split('@');
    switch (action) {
      case 'actions/setup-node':
        return;
      case 'actions/checkout': {
        const url = new URL(`${hub.url}/git/${hub.repository}.git`);
        [url.username, url.password] = ['x-access-token', token];
        await git(folder, 'clone', '-q', url.href, workspace);
        await git(workspace, 'remote', 'set-url', 'origin', `${hub.url}/git/${hub.repository}.git`);
        return;
      }
      case 'actions/upload-artifact':
        return cp(given['path'] ?? '', join(artifacts, given['name'] ?? ''), { recursive: true });
      case 'actions/download-artifact':
        return cp(join(artifacts, given['name'] ?? ''), given['path'] ?? '', {
          recursive: true,
          verbatimSymlinks: true,
        });
      case 'TREADLE_ACTION': {
        const inputs = Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
        const main = join(ROOT, 'build/src/action/main.js');
        const env = environment(Object.fromEntries(inputs) as Record<string, string>);
        const { stdout } = await run(process.execPath, [main], { cwd: workspace, env });
        log.push(stdout);
        return;
      }
      case 'TREADLE_ACTION/report': {
        const env = {
          TREADLE_REPORT_ANSWER_FILE: given['answer-file'] ?? '',
          GITHUB_ACTION_PATH: join(ROOT, 'report'),
        };
        await shell('node "$GITHUB_ACTION_PATH/write-report.mjs"', env);
        return cp(join(temp, 'treadle-report'), join(artifacts, 'treadle-report'), { recursive: true });
      }
      default:
        throw new Error(`nothing stands in for ${action}`);
    }
  };

  return {
    failed: () => failed,
    async step(step: Step): Promise<void> {
      const isAsked =
        step.if === undefined ? !failed : valueOf(step.if.replaceAll(/^\$\{\{|\}\}$/g, '')).truthy;
      if (!isAsked) return;
      await writeFile(join(folder, 'output'), '');
      try {
        await act(step);
      } catch (error) {
        const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
        log.push(stdout, stderr, message);
        if (step['continue-on-error'] !== true) failed = true;
      }
      const written = await readFile(join(folder, 'output'), 'utf8');
      const pairs = [...written.matchAll(/^([\w-]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
        name,
        value,
      ]);
      if (step.id !== undefined) outputs[step.id] = Object.fromEntries(pairs) as Record<string, string>;
    },
  };
}

const GH = `#!/usr/bin/env node
// Stands for gh: GET of the REST API, and the two filters that are used.
const [, , , path, , filter] = process.argv;
const headers = { authorization: 'Bearer ' + process.env.GH_TOKEN };
fetch(process.env.GITHUB_API_URL + '/' + path, { headers }).then(async (answer) => {
  if (!answer.ok) throw new Error(path + ': ' + answer.status);
  const value = await answer.json();
  console.log(filter === 'length' ? value.length : value.body);
});
`;

async function writeStubs(bin: string, agent: string): Promise<void> {
  const stubs = {
    gh: GH,
    npm: '#!/bin/sh\n',
    claude: `#!/bin/sh\ncat > "$RUNNER_TEMP/seen.md"\n${agent}`,
    copilot: `#!/bin/sh\nprintf '%s' "$2" > "$RUNNER_TEMP/seen.md"\n${agent}`,
  };
  for (const [name, text] of Object.entries(stubs)) await writeFile(join(bin, name), text, { mode: 0o755 });
}
