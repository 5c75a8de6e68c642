import { type Commit, listCommits, type Person, writeCommit } from './commits.ts';
import { git, tryGit } from './run-git.ts';

/** What merging two commits gives. */
export type TreeMerge =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

/** Merges two commits' trees three-way, without touching any ref. Unrelated histories conflict. */
export async function mergeTrees(path: string, ours: string, theirs: string): Promise<TreeMerge> {
  const result = await tryGit(path, [
    'merge-tree',
    '--write-tree',
    '-z',
    '--name-only',
    '--no-messages',
    ours,
    theirs,
  ]);
  const [tree = '', ...files] = result.stdout.toString('utf8').split('\0');
  if (result.code === 0) return { kind: 'clean', tree };
  return { kind: 'conflict', files: files.filter((file) => file !== '') };
}

/** What replaying commits gives. */
export type Replay =
  | { readonly kind: 'clean'; readonly tip: string }
  | { readonly kind: 'conflict'; readonly files: readonly string[] };

/** Replays the commits of `base..head` on `base`, as a rebase does: merges are left out, authors are kept. */
export async function replayCommits(
  path: string,
  base: string,
  head: string,
  committer: Person,
): Promise<Replay> {
  const commits = await listCommits(path, ['--reverse', '--topo-order', '--no-merges', `${base}..${head}`]);
  let tip = base;
  for (const commit of commits) {
    const merged = await cherryPick(path, tip, commit, committer);
    if (merged.kind === 'conflict') return merged;
    tip = await writeCommit(path, {
      tree: merged.tree,
      parents: [tip],
      message: commit.message,
      author: commit.author,
      committer,
    });
  }
  return { kind: 'clean', tip };
}

/** A commit that has the tip's tree and the picked commit's parent makes that parent the merge base, as cherry-picking needs it. */
async function cherryPick(path: string, tip: string, commit: Commit, person: Person): Promise<TreeMerge> {
  const tree = await git(path, ['rev-parse', '--verify', `${tip}^{tree}`]);
  const parents = commit.parents.slice(0, 1);
  const stand = await writeCommit(path, {
    tree,
    parents,
    message: 'cherry-pick',
    author: person,
    committer: person,
  });
  return mergeTrees(path, stand, commit.oid);
}
