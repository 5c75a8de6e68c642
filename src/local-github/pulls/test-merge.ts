import type { PullIssue } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { readCommit, writeCommit } from '../git/commits.ts';
import { mergeTrees } from '../git/merge.ts';
import { moveRef, noOid, readRef } from '../git/refs.ts';
import type { ServerContext } from '../server-context.ts';
import { webFlow } from './people.ts';

/** The ref that keeps a pull request's head. */
export const headRefOf = (number: number): string => `refs/pull/${number}/head`;

/** The ref that keeps the test merge of a pull request with its base. */
const mergeRefOf = (number: number): string => `refs/pull/${number}/merge`;

/**
 * Merges an open pull request with its base, keeps the merge as `refs/pull/N/merge` and returns its oid; `null` when the two
 * conflict. A merge that is still right is kept.
 */
export async function updateTestMerge(
  server: ServerContext,
  repository: Repository,
  issue: PullIssue,
): Promise<string | null> {
  const { baseSha, headSha, baseRef, headRef } = issue.pull;
  const { path } = repository;
  const name = mergeRefOf(issue.number);
  const known = await readRef(path, name);
  if (known !== null) {
    const commit = await readCommit(path, known.oid);
    if (commit?.parents[0] === baseSha && commit.parents[1] === headSha) return known.oid;
  }
  const merged = await mergeTrees(path, baseSha, headSha);
  if (merged.kind === 'conflict') return null;
  const person = webFlow(server.now());
  const oid = await writeCommit(path, {
    tree: merged.tree,
    parents: [baseSha, headSha],
    message: `Merge ${headSha} into ${baseSha}\n\n${headRef} into ${baseRef}`,
    author: person,
    committer: person,
  });
  // Whoever else moved the ref has just computed the same merge.
  await moveRef(path, name, known?.oid ?? noOid, oid);
  return oid;
}
