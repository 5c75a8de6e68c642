import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { countCommits, mergeBase } from '../git/commits.ts';
import { diffTrees } from '../git/diff.ts';
import type { PullDetails } from '../render/pull.ts';
import type { ServerContext } from '../server-context.ts';
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
    mergeableState: open ? stateOf(repository, issue, testMerge !== null) : 'unknown',
    testMerge,
    commits,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
  };
}

function stateOf(repository: Repository, issue: PullIssue, mergeable: boolean): string {
  if (!mergeable) return 'dirty';
  if (issue.pull.draft) return 'draft';
  return checksPass(repository, issue.pull.headSha) ? 'clean' : 'unstable';
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
