import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';

import { parseReport } from '../../src/codec/report-block.ts';
import type { Report } from '../../src/codec/report-block.ts';
import type { Task } from '../../src/engine/view/task.ts';

const run = promisify(execFile);

export const EXAMPLE = fileURLToPath(new URL('../../examples/self-healing', import.meta.url));

const GIT_ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'blake-bot',
  GIT_AUTHOR_EMAIL: 'blake-bot@example.com',
  GIT_COMMITTER_NAME: 'blake-bot',
  GIT_COMMITTER_EMAIL: 'blake-bot@example.com',
};

/** Runs git in a folder and gives what it printed. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', folder, ...args], {
    env: { ...process.env, ...GIT_ENVIRONMENT },
  });
  return stdout.trim();
}

const cleanups: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** A folder of the test's own, removed when the file's tests are done. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'treadle-example-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The example's project with a bug planted (0: none), in a bare repository, as one commit on `main`. */
export async function createOrigin(bug: 0 | 1 | 2 | 3): Promise<string> {
  const folder = await makeFolder();
  const work = join(folder, 'work');
  const origin = join(folder, 'origin.git');
  await cp(join(EXAMPLE, 'project'), work, { recursive: true });
  await git(work, 'init', '--quiet', '--initial-branch=main');
  if (bug !== 0) await git(work, 'apply', join(EXAMPLE, 'bugs', `${bug}.patch`));
  await git(work, 'add', '--all');
  await git(work, 'commit', '--quiet', '-m', 'Project');
  await git(folder, 'clone', '--quiet', '--bare', work, origin);
  return origin;
}

/** A fresh clone of the base branch, as Treadle makes one for each dispatch. */
export async function cloneOrigin(origin: string): Promise<string> {
  const clone = join(await makeFolder(), 'clone');
  await git('.', 'clone', '--quiet', '--branch', 'main', origin, clone);
  return clone;
}

/** A task as Treadle writes it, with what a test says otherwise. */
export function taskFor(job: string, changes: Partial<Task> = {}): Task {
  const type = job === 'commit' || job === 'verify' ? job : 'task';
  return {
    schema: 'treadle.task/v1',
    dispatch: 'd1',
    repository: 'octo/workshop',
    baseBranch: 'main',
    run: { id: '7-1', title: '#7 It fails', workflow: 'bug', workflowName: 'Bug fix' },
    issue: { number: 7, title: 'It fails', body: 'It should not.' },
    job: { id: job, type, role: null },
    assignee: { login: 'blake-bot', id: 3 },
    attempt: 1,
    try: 1,
    maxAttempts: 3,
    turn: 1,
    maxTurns: 5,
    prompt: 'Do it.',
    outputs: (DECLARED[job] ?? []).map((name) => ({ name, description: '', required: true, enum: [] })),
    needs: {},
    earlierTurns: [],
    feedback: null,
    previousAttempts: [],
    progress: '',
    deadline: null,
    answer: { outcomes: ['success', 'failure', 'continue'], block: '', command: '' },
    ...changes,
  };
}

const DECLARED: Readonly<Record<string, readonly string[]>> = {
  triage: ['specialist', 'reproduction'],
  investigate: ['root-cause', 'proposal'],
  fix: ['pull-request'],
};

export interface Dispatch {
  readonly agent: 'qa-engineer' | 'backend-engineer' | 'web-designer' | 'engineering-manager';
  readonly origin: string;
  /** A task, or what else an agent may find on its standard input. */
  readonly task: Task | string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Dispatches an agent in a fresh clone, as Treadle does, and reads its answer with Treadle's own reader. */
export async function dispatch({ agent, origin, task, env = {} }: Dispatch): Promise<Report> {
  const clone = await cloneOrigin(origin);
  const child = spawn(process.execPath, [`.github/agents/${agent}.mjs`], {
    cwd: clone,
    env: { ...process.env, ...GIT_ENVIRONMENT, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(typeof task === 'string' ? task : JSON.stringify(task));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const answer = await text(child.stdout);
  const code = await closed;
  const parsed = parseReport(answer);
  if (code !== 0 || parsed.kind !== 'report') {
    throw new Error(`${agent} ended with ${String(code)} and this answer:\n${answer}`);
  }
  return parsed.report;
}

/**
 * The outside world of an agent: opens pull requests of a bare repository as GitHub does, one for each branch.
 * `loseFirstAnswer`: the first one is opened, but nobody is told.
 */
export async function servePulls(
  origin: string,
  { loseFirstAnswer }: { readonly loseFirstAnswer: boolean },
): Promise<Readonly<Record<string, string>>> {
  const heads: string[] = [];
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.headers.authorization !== 'Bearer blakes-token') {
      answer(401, { message: 'Bad credentials' });
    } else if (url.pathname !== '/repos/octo/workshop/pulls') {
      answer(404, { message: 'Not Found' });
    } else if (request.method === 'GET') {
      const number = 1 + heads.indexOf(url.searchParams.get('head')?.replace('octo:', '') ?? '');
      answer(200, number === 0 ? [] : [{ number }]);
    } else {
      void openPull(origin, heads, request).then(
        (number) => {
          if (number === null) answer(422, { message: 'Validation Failed' });
          else if (loseFirstAnswer && number === 1) answer(502, { message: 'Bad Gateway' });
          else answer(201, { number });
        },
        (error: unknown) => answer(422, { message: String(error) }),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    GITHUB_API_URL: `http://127.0.0.1:${port}`,
    GITHUB_REPOSITORY: 'octo/workshop',
    GITHUB_TOKEN: 'blakes-token',
  };
}

async function openPull(
  origin: string,
  heads: string[],
  body: NodeJS.ReadableStream,
): Promise<number | null> {
  const { head, base } = JSON.parse(await text(body)) as { readonly head: string; readonly base: string };
  if (heads.includes(head) || base !== 'main') return null;
  const oid = await git(origin, 'rev-parse', '--verify', `refs/heads/${head}`);
  heads.push(head);
  await git(origin, 'update-ref', `refs/pull/${heads.length}/head`, oid);
  return heads.length;
}

/** What a user would file for a bug. */
export async function readIssue(bug: number): Promise<{ readonly title: unknown; readonly body: unknown }> {
  return JSON.parse(await readFile(join(EXAMPLE, 'bugs', `${bug}.json`), 'utf8')) as {
    title: unknown;
    body: unknown;
  };
}
