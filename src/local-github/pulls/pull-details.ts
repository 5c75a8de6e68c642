import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { countCommits, mergeBase } from '../git/commits.ts';
import { diffTrees } from '../git/diff.ts';
import type { PullDetails } from '../render/pull.ts';
import type { ServerContext } from '../server-context.ts';
import { isBehindRule, unmetChecks } from './merge-rules.ts';
import { updateTestMerge } from './test-merge.ts';

/** Computes from git what a pull request's own answer shows. Of a closed one, mergeability is not known. */
export async function computeDetails(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
): Promise<PullDetails> {
  const { baseSha, headSha } = issue.pull;
  const { path } = repository;
  const from = (await mergeBase(path, baseSha, headSha)) ?? baseSha;
  const [commits, files, testMerge] = await Promise.all([
    countCommits(path, baseSha, headSha),
    diffTrees(path, from, headSha),
    issue.state === 'open' ? updateTestMerge(server, repository, issue) : null,
  ]);
  const open = issue.state === 'open';
  return {
    mergeable: open ? testMerge !== null : null,
    mergeableState: open ? await mergeableStateOf(repository, issue, testMerge !== null) : 'unknown',
    testMerge,
    commits,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
  };
}

/** How an open pull request stands to being merged: https://docs.github.com/en/graphql/reference/enums#mergestatestatus */
export async function mergeableStateOf(
  repository: Repository,
  { pull: { baseRef, baseSha, headSha, draft } }: PullIssue,
  mergeable: boolean,
): Promise<string> {
  if (!mergeable) return 'dirty';
  if (draft) return 'draft';
  if (unmetChecks(repository, baseRef, headSha).length > 0) return 'blocked';
  if (await isBehindRule(repository, baseRef, baseSha, headSha)) return 'behind';
  return checksPass(repository, headSha) ? 'clean' : 'unstable';
}

/** Whether every status (the latest of each context) and every check run of a commit succeeded. */
function checksPass(repository: Repository, sha: string): boolean {
  const statuses = repository.statuses.values().filter((status) => status.sha === sha);
  const latest = new Map(statuses.map((status) => [status.context, status.state]));
  const runs = repository.checkRuns.values().filter((run) => run.sha === sha);
  const good = new Set(['success', 'neutral', 'skipped']);
  return (
    [...latest.values()].every((state) => state === 'success') &&
    runs.every((run) => good.has(run.conclusion ?? ''))
  );
}
