import type { Account, Permission } from '../../../src/forge/port/people.ts';
import type { Forge } from '../../../src/forge/port/forge.ts';

/** Ada owns the repository, Bert may write, Tara may triage, Cleo is a stranger, and the App may write. */
export const people = ['ada', 'bert', 'tara', 'cleo', 'weaver[bot]'] as const;
export type Person = (typeof people)[number];

/** A repository of its own for one test, with one commit on `main` that holds `README.md` and two files in `docs/`. */
export interface ForgeWorld {
  /** The forge as one of the people sees it. */
  as(person: Person): Forge;
  account(person: Person): Account;
  /** The first commit of `main`. */
  readonly root: string;
  /** Lets time pass on the forge. */
  later(seconds: number): void;
  /** The time on the forge, to the second. */
  now(): string;
  /** Gives a person another permission. */
  grant(person: Person, permission: Permission): Promise<void>;
  putTeam(organisation: string, team: string, members: readonly Person[]): Promise<void>;
  /** Does by GitHub's REST API what the port has no method for; the path is relative to the repository. */
  rest(person: Person, method: string, path: string, body?: unknown): Promise<unknown>;
}

export interface ForgeHost {
  newWorld(): Promise<ForgeWorld>;
  close(): Promise<void>;
}

export type NewWorld = ForgeHost['newWorld'];

/** Makes a branch from `main`'s head with one file changed, and a pull request from it. */
export async function openPullRequest(
  world: ForgeWorld,
  options: {
    readonly by?: Person;
    readonly branch?: string;
    readonly path?: string;
    readonly text?: string;
  } = {},
): Promise<{ readonly number: number; readonly head: string; readonly branch: string }> {
  const forge = world.as(options.by ?? 'ada');
  const branch = options.branch ?? 'topic';
  const from = (await forge.files.head('main')) ?? world.root;
  await forge.files.createBranchWithFile({
    name: branch,
    from,
    path: options.path ?? 'topic.md',
    text: options.text ?? 'a topic\n',
    message: `Write ${branch}`,
  });
  const opened = await forge.pulls.open({ branch, base: 'main', title: `Take ${branch}`, body: 'Please.' });
  if (opened.kind !== 'opened') throw new Error(opened.problem);
  return { number: opened.number, head: opened.head, branch };
}

/** Commits one file to a branch, over what it holds. */
export async function commitFile(
  world: ForgeWorld,
  branch: string,
  path: string,
  text: string,
): Promise<string> {
  const known: unknown = await world
    .rest('ada', 'GET', `/contents/${path}?ref=${branch}`)
    .catch(() => undefined);
  const sha = typeof known === 'object' && known !== null && 'sha' in known ? { sha: known.sha } : {};
  await world.rest('ada', 'PUT', `/contents/${path}`, {
    message: `Change ${path}`,
    content: Buffer.from(text).toString('base64'),
    branch,
    ...sha,
  });
  return (await world.as('ada').files.head(branch)) ?? '';
}
