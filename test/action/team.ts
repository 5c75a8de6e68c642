import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Octokit } from '@octokit/rest';

import { git, sourceRepository, startTestServer, temporaryDirectory } from '../local-github/test-server.ts';
import { openCountingProxy } from './counting-proxy.ts';
import { runStep, type StepEnd, type StepOrder } from './runner.ts';

export const REPOSITORY = 'ada/loom';
export const STATE_BRANCH = 'treadle/state';
const AT = { owner: 'ada', repo: 'loom' } as const;

const PEOPLE = { ada: 'admin', quinn: 'write', blake: 'write', emma: 'write', cleo: 'read' } as const;
export type Person = keyof typeof PEOPLE;

const SETTINGS = `roles:
  ceo: [ada]
  engineering-manager: [emma]
  qa-engineer: [quinn]
  backend-engineer: [blake]
`;

/** A repository with people on the local server, and the Action as its only runner: nothing else moves its state. */
export interface ActionTeam {
  /** The server's own address, past the proxy that counts. */
  readonly serverUrl: string;
  readonly as: (person: Person) => Octokit;
  readonly at: typeof AT;
  /** Executes one step by an event's payload. Fails the test where the step fails. */
  wake(event: string, action?: string, over?: Readonly<Record<string, unknown>>): Promise<Wake>;
  step(order?: Partial<StepOrder>): Promise<StepEnd>;
  readonly tokenOf: (login: Person | 'github-actions[bot]' | 'treadle[bot]') => string;
  report(person: Person, issue: number, lines: readonly string[]): Promise<void>;
  comments(issue: number): Promise<readonly { readonly login: string; readonly body: string }[]>;
  /** The pull request that asks for a decision, open now. */
  decisionPull(): Promise<number>;
  /** A branch of a person's with a file, and a pull request from it. */
  openPull(person: Person, branch: string, path: string, content: string): Promise<number>;
  git(...args: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

export interface Wake extends StepEnd {
  readonly requests: readonly string[];
}

/** Starts a server with the team. `kind`: whose token the workflow runs have. */
export async function openActionTeam(
  kind: 'app' | 'default' = 'app',
  files: Readonly<Record<string, string>> = {},
): Promise<ActionTeam> {
  const server = await startTestServer();
  const proxy = await openCountingProxy(server.url);
  const source = await sourceRepository({
    'src/total.txt': 'off by one\n',
    '.github/treadle.yml': SETTINGS,
    ...files,
  });
  const tokens = new Map<string, string>();
  for (const login of Object.keys(PEOPLE)) tokens.set(login, await server.token(login));
  tokens.set('github-actions[bot]', await server.token('github-actions[bot]', 'default'));
  const runToken =
    kind === 'app' ? await server.token('treadle[bot]', 'app') : (tokens.get('github-actions[bot]') ?? '');
  await server.admin('PUT', `/repositories/${REPOSITORY}`, { import: source });
  tokens.set('treadle[bot]', runToken);
  const grants = { ...PEOPLE, [kind === 'app' ? 'treadle[bot]' : 'github-actions[bot]']: 'write' };
  for (const [login, permission] of Object.entries(grants)) {
    const path = `/repositories/${REPOSITORY}/collaborators/${encodeURIComponent(login)}`;
    await server.admin('PUT', path, { permission });
  }
  const as = (person: Person): Octokit => server.client(tokens.get(person));

  const step = (order: Partial<StepOrder> = {}): Promise<StepEnd> =>
    runStep({
      apiUrl: proxy.url,
      serverUrl: `${proxy.url}/git`,
      repository: REPOSITORY,
      token: runToken,
      event: 'schedule',
      payload: { schedule: '7,22,37,52 * * * *' },
      ...order,
    });
  return {
    serverUrl: server.url,
    as,
    at: AT,
    step,
    tokenOf: (login) => tokens.get(login) ?? '',
    async wake(event, action, over = {}) {
      const payload = { ...examplePayload(event, action), ...over };
      proxy.take();
      const end = await step({ event, payload });
      const requests = proxy.take();
      if (end.code !== 0) throw new Error(`the step failed:\n${end.log}`);
      return { ...end, requests };
    },
    async report(person, issue, lines) {
      const body = ['```treadle', ...lines, '```'].join('\n');
      await as(person).issues.createComment({ ...AT, issue_number: issue, body });
    },
    async comments(issue) {
      const { data } = await as('ada').issues.listComments({ ...AT, issue_number: issue, per_page: 100 });
      return data.map(({ user, body }) => ({ login: user?.login ?? '', body: body ?? '' }));
    },
    async decisionPull() {
      const { data } = await as('ada').pulls.list({ ...AT, base: STATE_BRANCH, state: 'open' });
      const [pull] = data;
      if (pull === undefined) throw new Error('nobody is asked to decide anything');
      return pull.number;
    },
    async openPull(person, branch, path, content) {
      const folder = await temporaryDirectory();
      const address = new URL(`${server.url}/git/${REPOSITORY}.git`);
      address.username = person;
      address.password = tokens.get(person) ?? '';
      await git(folder, 'clone', '-q', address.href, 'work');
      const work = join(folder, 'work');
      await git(work, 'switch', '-q', '-c', branch);
      await writeFile(join(work, path), content);
      await git(work, 'commit', '-q', '-a', '-m', `Change ${path}`);
      await git(work, 'push', '-q', 'origin', branch);
      const pull = { ...AT, head: branch, base: 'main', title: `Change ${path}`, body: 'As approved.' };
      return (await as(person).pulls.create(pull)).data.number;
    },
    git: (...args) => git(server.bare(REPOSITORY), ...args),
    async dispose() {
      await proxy.close();
      await server.dispose();
    },
  };
}

interface WebhookExamples {
  readonly name: string;
  readonly examples: readonly Readonly<Record<string, unknown>>[];
}

const EXAMPLES = createRequire(import.meta.url).resolve(
  '@octokit/webhooks-examples/api.github.com/index.json',
);
let examples: readonly WebhookExamples[] | null = null;

/** A payload in GitHub's own shape, from the examples that GitHub's webhooks are documented by. */
function examplePayload(event: string, action?: string): Record<string, unknown> {
  if (event === 'schedule') return { schedule: '7,22,37,52 * * * *' };
  examples ??= JSON.parse(readFileSync(EXAMPLES, 'utf8')) as readonly WebhookExamples[];
  const known = examples.find(({ name }) => name === event)?.examples ?? [];
  const fitting = known.find((one) => action === undefined || one['action'] === action);
  if (fitting === undefined) throw new Error(`there is no example of ${event}.${action ?? ''}`);
  return { ...fitting };
}
