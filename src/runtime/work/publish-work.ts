import { inline, inlineCode } from '../../engine/view/markdown.ts';
import type { Account } from '../../forge/port/people.ts';
import type { Forge } from '../../forge/port/forge.ts';
import { reasonNotToPublish, type ChangedFile, type SizedFile } from './work-policy.ts';

/** What publishing asks of git. Commits and trees go by their object ids. */
export interface WorkRepository {
  /** Fetches branches, and those whose names begin with theirs; one that is not there is left out. */
  fetch(branches: readonly string[]): Promise<void>;
  tip(branch: string): Promise<string | null>;
  /** Takes in a bundle and returns its HEAD. Throws over what is no bundle, or does not build on what was fetched. */
  unbundle(file: string): Promise<string>;
  /** The last commit that two have in common, or null. */
  parting(one: string, other: string): Promise<string | null>;
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** Files that differ; null where their names cannot be read. */
  changes(from: string, to: string): Promise<readonly ChangedFile[] | null>;
  withSizes(files: readonly ChangedFile[]): Promise<readonly SizedFile[]>;
  /** A tree like that of a commit, with these files as they are told. */
  writeTree(base: string, files: readonly ChangedFile[]): Promise<string>;
  treeOf(commit: string): Promise<string>;
  commit(made: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly author: { readonly name: string; readonly email: string };
  }): Promise<string>;
  /** Moves a branch from the expected commit, null for a new one, and from no other. Returns why it was refused, or null. */
  push(commit: string, branch: string, expected: string | null): Promise<string | null>;
  remove(): Promise<void>;
}

/** What an agent left of one turn. */
export interface Work {
  readonly issue: number;
  readonly run: string;
  readonly job: string;
  /** Untrusted. */
  readonly summary: string;
  /** A file; null where nothing was changed. */
  readonly bundle: string | null;
}

/** Where work goes, and what it may not touch. */
export interface WorkRules {
  readonly baseBranch: string;
  readonly protectedPaths: readonly string[];
}

export type Published =
  | { readonly kind: 'published'; readonly pull: number }
  /** `pull`: the open pull request of earlier work, or null. */
  | { readonly kind: 'unchanged'; readonly pull: number | null }
  | { readonly kind: 'refused'; readonly reason: string };

/** The branch that the work of a run's job stands on. All attempts share it, so that rework updates its pull request. */
export function workBranch(run: string, job: string): string {
  return `agent/${run}/${job}`;
}

/**
 * Publishes what an agent changed: one commit of ours on the job's branch, and a pull request for it. Where one is open, its branch
 * moves on. A branch whose pull request is closed begins anew.
 */
export async function publishWork(
  forge: Forge,
  repository: WorkRepository,
  work: Work,
  rules: WorkRules,
): Promise<Published> {
  const branch = workBranch(work.run, work.job);
  const found = await forge.pulls.fromBranch(branch);
  const pull = found?.state === 'open' ? found : null;
  if (work.bundle === null) return { kind: 'unchanged', pull: pull?.number ?? null };
  if (pull !== null && pull.base !== rules.baseBranch) {
    return refused(`#${pull.number} is to be merged into ${pull.base}, not ${rules.baseBranch}.`);
  }
  await repository.fetch([rules.baseBranch, branch]);
  const tip = await repository.tip(branch);
  const made = await makeCommit(repository, work, rules, {
    earlier: pull === null ? null : tip,
    author: await forge.people.viewer(),
  });
  if (typeof made === 'string') return refused(made);
  if (made.commit === null) return { kind: 'unchanged', pull: pull?.number ?? null };
  const problem = await repository.push(made.commit, branch, tip);
  if (problem !== null) return refused(`The branch ${branch} could not be pushed: ${problem}`);
  return pull === null ? openPull(forge, work, branch, rules) : { kind: 'published', pull: pull.number };
}

interface Ground {
  /** The head of the open pull request that the work goes on from. */
  readonly earlier: string | null;
  readonly author: Account;
}

/** The commit to publish, null where there is nothing new, or why there is none. */
async function makeCommit(
  repository: WorkRepository,
  work: Work,
  { baseBranch, protectedPaths }: WorkRules,
  { earlier, author }: Ground,
): Promise<{ readonly commit: string | null } | string> {
  const base = await repository.tip(baseBranch);
  if (base === null) return `There is no branch ${baseBranch}.`;
  let head: string;
  try {
    head = await repository.unbundle(work.bundle ?? '');
  } catch {
    return 'What it left is no bundle of git that builds on the repository as it is now.';
  }
  const from = await repository.parting(base, head);
  if (from === null) return `Its commits have nothing in common with ${baseBranch}.`;
  if (earlier !== null && !(await repository.isAncestor(earlier, head))) {
    return `Its commits do not go on from ${earlier.slice(0, 10)}, the head of the open pull request.`;
  }
  const files = await repository.changes(from, head);
  const sinceEarlier = earlier === null ? files : await repository.changes(earlier, head);
  if (files === null || sinceEarlier === null) return 'It changes files whose names are no UTF-8.';
  // What is already on the branch, or came with the base, is not this turn's.
  const own = new Set(sinceEarlier.map(({ path }) => path));
  const judged = files.filter(({ path }) => own.has(path));
  const reason = reasonNotToPublish(await repository.withSizes(judged), protectedPaths);
  if (reason !== null) return reason;
  const tree = await repository.writeTree(from, files);
  const isCurrent = earlier === null || (await repository.isAncestor(from, earlier));
  if (isCurrent && tree === (await repository.treeOf(earlier ?? from))) return { commit: null };
  const parents = earlier === null ? [from] : isCurrent ? [earlier] : [earlier, from];
  const { login, id } = author;
  const commit = await repository.commit({
    tree,
    parents,
    message: `${titleOf(work)}\n`,
    author: { name: login, email: `${id}+${login}@users.noreply.github.com` },
  });
  return { commit };
}

async function openPull(
  forge: Forge,
  work: Work,
  branch: string,
  { baseBranch }: WorkRules,
): Promise<Published> {
  const body = [
    `For #${work.issue}.`,
    ...(work.summary.trim() === '' ? [] : [inline(work.summary, 2_000)]),
    `<sub>run ${inlineCode(work.run)} · job ${inlineCode(work.job)}</sub>`,
  ].join('\n\n');
  const opened = await forge.pulls.open({ branch, base: baseBranch, title: titleOf(work), body });
  return opened.kind === 'opened'
    ? { kind: 'published', pull: opened.number }
    : refused(`The pull request from ${branch} was refused: ${opened.problem}`);
}

/** Of checked words only: a title becomes part of what is merged, where some words close issues. */
function titleOf({ issue, run, job }: Work): string {
  return `For #${issue}: ${job} of run ${run}`;
}

function refused(reason: string): Published {
  return { kind: 'refused', reason };
}
