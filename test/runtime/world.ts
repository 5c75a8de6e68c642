import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { connectForge } from '../../src/forge/github/connect.ts';
import type { Forge } from '../../src/forge/port/forge.ts';
import type { Permission } from '../../src/forge/port/people.ts';
import { startServer } from '../../src/local-github/start-server.ts';
import { advance, type AdvanceOptions, type WakeReport } from '../../src/runtime/advance.ts';
import type { CommandEnd, CommandOrder, CommandRunner, Notice, Runtime } from '../../src/runtime/ports.ts';
import { createStepsRunner } from '../../src/runtime/steps/steps-runner.ts';
import { readRepositoryConfig, type RepositoryConfig } from '../../src/runtime/repository-config.ts';
import { openGitStore } from '../../src/store/git/git-store.ts';
import { createMemoryStore } from '../../src/store/memory.ts';
import type { Store } from '../../src/store/port.ts';
import { createTestClock, type TestClock } from './clock.ts';
import { openHistory, type History } from './history.ts';

const run = promisify(execFile);

export const STATE_BRANCH = 'treadle/state';

/** Ada is the CEO, the bots work, Cleo is a stranger who may read, Treadle acts under an account of its own. */
export const PEOPLE = {
  ada: 'admin',
  otto: 'write',
  blake: 'write',
  casey: 'write',
  emma: 'write',
  quinn: 'write',
  cleo: 'read',
  'treadle[bot]': 'admin',
} as const satisfies Readonly<Record<string, Permission>>;
export type Person = keyof typeof PEOPLE;

const ROLES = `roles:
  ceo: [ada]
  engineering-manager: [emma]
  qa-engineer: [quinn]
  backend-engineer: [blake, casey]
  web-designer: [casey]
`;

/** What a `command` agent does instead of running a program. */
export type Script = (order: CommandOrder, stopped: Promise<void>) => Promise<CommandEnd> | CommandEnd;

export interface WorldOptions {
  /** Workflow's key → its text. */
  readonly workflows: Readonly<Record<string, string>>;
  /** Lines of `.github/treadle.yml` after the roles. */
  readonly settings?: string;
  readonly roles?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Where the state is kept; `memory` is faster, but holds no commits of the repository, which approvals need as parents. */
  readonly store?: 'git' | 'memory';
}

/** One runner: its own connection to the store and to the forge. */
export interface Runner {
  readonly runtime: Runtime;
  wake(options?: WakeOptions): Promise<WakeReport>;
}

export interface WakeOptions extends Omit<AdvanceOptions, 'intake'> {
  readonly maxNewRuns?: number;
  /** False: a wake that starts nothing of what it finds. `own`: it reads the settings itself, by the runner's own forge. */
  readonly intake?: boolean | 'own';
}

export interface RunnerOptions {
  readonly alone?: boolean;
  readonly token?: string;
  readonly fetch?: typeof fetch;
  readonly store?: (store: Store) => Store;
  readonly forge?: (forge: Forge) => Forge;
  readonly commands?: Script;
  readonly clock?: TestClock;
  readonly requestBudget?: number;
}

/** A repository on the local server, and everybody who acts on it. */
export interface World {
  readonly repository: string;
  readonly clock: TestClock;
  readonly history: History;
  /** The bare repository. */
  readonly bare: string;
  /** Where steps are run, and their logs kept; shared by the worlds of a host. */
  readonly folder: string;
  /** Where it is cloned from. */
  readonly cloneUrl: string;
  /** Calls the local server's admin API. */
  admin(method: string, path: string, body: unknown): Promise<unknown>;
  runner(options?: RunnerOptions): Promise<Runner>;
  as(person: Person): Forge;
  /** Acts by the default token of workflow runs. */
  readonly anyWorkflow: Forge;
  tokenOf(person: Person): string;
  /** What steps printed, line by line. */
  readonly printed: readonly string[];
  /** What the wakes had to say, oldest first. */
  readonly notices: readonly Notice[];
  /** Wakes a first time, so that what comes after counts, and files a bead a second later. */
  fileBead(title?: string, labels?: readonly string[], by?: Person): Promise<number>;
  comment(person: Person, issue: number, body: string): Promise<number>;
  /** Answers a dispatch by a comment with a report. */
  report(person: Person, issue: number, report: ReportLines): Promise<number>;
  review(
    person: Person,
    pull: number,
    verdict: 'approve' | 'request_changes',
    body?: string,
    head?: string,
  ): Promise<number>;
  /** Makes a branch from main with these files, and a pull request from it. */
  openPull(person: Person, branch: string, files: Readonly<Record<string, string>>): Promise<number>;
  /** Writes a file to a branch by the API, as a push would. */
  push(person: Person, branch: string, path: string, text: string): Promise<string>;
  rest(person: Person, method: string, path: string, body?: unknown): Promise<unknown>;
  graphql(person: Person, query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown>;
  git(...args: readonly string[]): Promise<string>;
}

export interface ReportLines {
  readonly outcome?: 'success' | 'failure' | 'continue';
  readonly outputs?: Readonly<Record<string, string>>;
  readonly summary?: string;
  readonly job?: string;
}

export interface Host {
  /** Where the worlds keep what they need, removed at the end. */
  readonly folder: string;
  newWorld(options: WorldOptions): Promise<World>;
  /** Calls the local server's admin API. */
  admin(method: string, path: string, body: unknown): Promise<unknown>;
  /** Asks the server what GitHub has no API for: accounts, and what runners tell of workflow runs. */
  admin(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Completes a run of a workflow with success, as its runner does. */
  completeRun(id: number): Promise<void>;
  close(): Promise<void>;
}

/** A report as agents write it. */
export function reportBlock({ outcome = 'success', outputs = {}, summary = '', job }: ReportLines): string {
  const lines = [
    `outcome: ${outcome}`,
    ...(job === undefined ? [] : [`job: ${job}`]),
    `outputs: ${JSON.stringify(outputs)}`,
    `summary: ${JSON.stringify(summary)}`,
  ];
  return `\`\`\`treadle\n${lines.join('\n')}\n\`\`\``;
}

/** What a program prints that answers its task. */
export function answered(report: ReportLines): CommandEnd {
  return { kind: 'exited', code: 0, stdout: reportBlock(report), stderr: '' };
}

/** A folder in memory where the machine has one: what is written durably is then written fast. */
async function fastFolder(): Promise<string> {
  const isThere = await access('/dev/shm', constants.W_OK).then(
    () => true,
    () => false,
  );
  return isThere ? '/dev/shm' : tmpdir();
}

/** Starts a local server in this process; each world is a repository of its own on it. */
export async function openHost(): Promise<Host> {
  const folder = await mkdtemp(join(await fastFolder(), 'treadle-runtime-'));
  const clock = createTestClock('2026-11-02T08:00:00Z');
  const server = await startServer({ dataDirectory: join(folder, 'data'), clock: () => clock.date() });
  const call = async (token: string, method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  const admin = (method: string, path: string, body?: unknown): Promise<unknown> =>
    call(server.adminToken, method, `/_local${path}`, body);
  const tokens = new Map<string, string>();
  for (const login of Object.keys(PEOPLE)) {
    const isBot = login.endsWith('[bot]');
    await admin('PUT', `/users/${encodeURIComponent(login)}`, isBot ? { type: 'Bot' } : {});
    const made = await admin('POST', '/tokens', { login, kind: isBot ? 'app' : 'user' });
    tokens.set(login, (made as { token: string }).token);
  }
  const made = await admin('POST', '/tokens', { login: 'github-actions[bot]', kind: 'default' });
  tokens.set('github-actions[bot]', (made as { token: string }).token);

  let worlds = 0;
  const seeds = new Map<string, Promise<string>>();
  return {
    folder,
    admin,
    async newWorld(options) {
      worlds += 1;
      const repository = `ada/loom-${worlds}`;
      const files = filesOf(options);
      const content = JSON.stringify(files);
      const seed = seeds.get(content) ?? makeSeed(join(folder, 'seeds', String(worlds)), files);
      seeds.set(content, seed);
      await admin('PUT', `/repositories/${repository}`, { defaultBranch: 'main', import: await seed });
      for (const [login, permission] of Object.entries({ ...PEOPLE, 'github-actions[bot]': 'write' })) {
        const path = `/repositories/${repository}/collaborators/${encodeURIComponent(login)}`;
        await admin('PUT', path, { permission });
      }
      const bare = join(folder, 'data', 'repositories', `${repository}.git`);
      return openWorld(
        { repository, bare, folder, clock, url: server.url, tokens, call, admin },
        options.store ?? 'git',
      );
    },
    async completeRun(id) {
      await admin('POST', `/workflow-runs/${id}/complete`, {});
    },
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly repository: string;
  readonly bare: string;
  /** For what a test writes; removed with the host. */
  readonly folder: string;
  readonly clock: TestClock;
  readonly url: string;
  readonly tokens: ReadonlyMap<string, string>;
  readonly call: (token: string, method: string, path: string, body?: unknown) => Promise<unknown>;
  readonly admin: World['admin'];
}

async function openWorld(
  { repository, bare, folder, clock, url, tokens, call, admin }: Place,
  kind: 'git' | 'memory',
): Promise<World> {
  const forges = new Map<string, Forge>();
  const notices: Notice[] = [];
  let ids = 0;
  const tokenOf = (login: string): string => tokens.get(login) ?? '';
  const as = (login: string): Forge => {
    const known = forges.get(login) ?? connectForge({ apiUrl: url, repository, token: tokenOf(login) });
    forges.set(login, known);
    return known;
  };
  const rest = (person: Person, method: string, path: string, body?: unknown): Promise<unknown> =>
    call(tokenOf(person), method, `/repos/${repository}${path}`, body);
  const memory = createMemoryStore();
  const openStore = (): Promise<Store> =>
    kind === 'memory' ? Promise.resolve(memory) : openGitStore({ repository: bare, branch: STATE_BRANCH });
  const builtInWorkflows = new Map<string, string>();
  const printed: string[] = [];
  let config: Promise<RepositoryConfig> | null = null;
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', bare, ...args], { env: gitEnvironment() });
    return stdout.trim();
  };

  const world: World = {
    repository,
    clock,
    bare,
    folder,
    cloneUrl: `${url}/git/${repository}.git`,
    admin,
    history: openHistory(await openStore()),
    notices,
    printed,
    as,
    anyWorkflow: as('github-actions[bot]'),
    tokenOf,
    rest,
    graphql: (person, query, variables) => call(tokenOf(person), 'POST', '/graphql', { query, variables }),
    git,
    async runner(options = {}) {
      const token = options.token ?? tokenOf('treadle[bot]');
      const forge = connectForge({
        apiUrl: url,
        repository,
        token,
        patience: { retries: 0 },
        ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
      });
      const store = await openStore();
      const own = options.clock ?? clock;
      const runtime: Runtime = {
        store: options.store?.(store) ?? store,
        stateBranch: STATE_BRANCH,
        forge: options.forge?.(forge) ?? forge,
        clock: own,
        randomness: { newId: () => `${process.pid}-${(ids += 1)}`, fraction: () => ((ids += 7) % 10) / 10 },
        commands: scripted(options.commands ?? noPrograms),
        steps: createStepsRunner({
          folder,
          source: { url: world.cloneUrl, token },
          secrets: [],
          logs: { folder: join(folder, 'logs'), name: 'logs' },
          page: { url: 'https://example.org/log', print: (line) => printed.push(line) },
        }),
        observe: (notice) => notices.push(notice),
        claimMinutes: 10,
        alone: options.alone ?? false,
        ...(options.requestBudget === undefined ? {} : { requestBudget: options.requestBudget }),
        builtInWorkflows,
      };
      return {
        runtime,
        async wake({ intake = true, maxNewRuns = 10, ...rest } = {}) {
          const readOwn = (): Promise<RepositoryConfig> =>
            readRepositoryConfig(runtime.forge, builtInWorkflows);
          const readOnce = (): Promise<RepositoryConfig> =>
            (config ??= readRepositoryConfig(as('ada'), builtInWorkflows));
          const from = { repository, config: intake === 'own' ? readOwn : readOnce, maxNewRuns };
          return advance(runtime, { ...rest, intake: intake === false ? null : from });
        },
      };
    },
    async fileBead(title = 'It is broken', labels = ['bug'], by = 'cleo') {
      if ((await world.history.tip()) === null) await (await world.runner()).wake();
      clock.later(1);
      const number = await as(by).issues.create({ title, body: 'It should work.', labels: [] });
      await as('ada').issues.addLabels(number, labels);
      return number;
    },
    async comment(person, issue, body) {
      clock.later(1);
      return as(person).comments.create(issue, body);
    },
    report: (person, issue, report) => world.comment(person, issue, reportBlock(report)),
    async review(person, pull, verdict, body = 'As it should be.', head) {
      clock.later(1);
      const known = head ?? (await as(person).pulls.get(pull))?.head.oid ?? '';
      const outcome = await as(person).pulls.review(pull, { verdict, body, head: known });
      if (outcome.kind === 'refused') throw new Error(outcome.problem);
      return outcome.id;
    },
    async openPull(person, branch, files) {
      clock.later(1);
      const forge = as(person);
      const [first, ...others] = Object.entries(files);
      if (first === undefined) throw new Error('a pull request needs a change');
      const from = (await forge.files.head('main')) ?? '';
      const [path, text] = first;
      const known = await forge.files.read(path, 'main');
      if (known === undefined) {
        await forge.files.createBranchWithFile({ name: branch, from, path, text, message: `Write ${path}` });
      } else {
        await rest(person, 'POST', '/git/refs', { ref: `refs/heads/${branch}`, sha: from });
        await world.push(person, branch, path, text);
      }
      for (const [other, content] of others) await world.push(person, branch, other, content);
      const opened = await forge.pulls.open({
        branch,
        base: 'main',
        title: `Take ${branch}`,
        body: 'Please.',
      });
      if (opened.kind === 'refused') throw new Error(opened.problem);
      return opened.number;
    },
    async push(person, branch, path, text) {
      clock.later(1);
      const known = (await rest(person, 'GET', `/contents/${path}?ref=${branch}`).catch(() => ({}))) as {
        sha?: string;
      };
      const made = await rest(person, 'PUT', `/contents/${path}`, {
        message: `Change ${path}`,
        content: Buffer.from(text).toString('base64'),
        branch,
        ...(known.sha === undefined ? {} : { sha: known.sha }),
      });
      return (made as { commit: { sha: string } }).commit.sha;
    },
  };
  return world;
}

const noPrograms: Script = () => ({ kind: 'not-started', problem: 'no programs in this test' });

function scripted(script: Script): CommandRunner {
  return {
    start(order) {
      let stop = (): void => undefined;
      const stopped = new Promise<void>((resolve) => (stop = resolve));
      const ended = Promise.race([
        Promise.resolve().then(() => script(order, stopped)),
        stopped.then(() => ({ kind: 'stopped' as const })),
      ]);
      return { ended, stop };
    },
  };
}

function filesOf(options: WorldOptions): Readonly<Record<string, string>> {
  return {
    'README.md': '# Loom\n',
    'src/total.txt': 'one\ntwo\nthree\n',
    '.github/treadle.yml': `${options.roles ?? ROLES}${options.settings ?? ''}`,
    ...Object.fromEntries(
      Object.entries(options.workflows).map(([key, text]) => [`.github/treadle/workflows/${key}.yml`, text]),
    ),
    ...options.files,
  };
}

async function makeSeed(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const git = (...args: readonly string[]): Promise<unknown> =>
    run('git', ['-C', folder, ...args], { env: gitEnvironment() });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=Begin');
  return folder;
}

function gitEnvironment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
}
