/**
 * The store port: a branch of commits, read as snapshots and extended by compare-and-swap.
 *
 * Every adapter passes the contract suite in `test/store/contract.ts`. Reads of what should be there and is missing or damaged
 * throw `object-unreadable`.
 */

/** A git object id, 40 lower-case hexadecimal characters. */
export type Oid = string;

/**
 * Who wrote a commit, and when (`at`: ISO 8601 in UTC; whole seconds count, and come back as `2026-01-31T12:00:00Z`). What git
 * cannot hold in a name or an address (angle brackets, line breaks) is left out; an empty name becomes `unknown`.
 */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly at: string;
}

/** A member of a folder. */
export interface Entry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

/** The branch as it was at one commit. Immutable; reads of it never see a later commit. */
export interface Snapshot {
  /** The commit, or null where the branch does not exist yet. */
  readonly oid: Oid | null;
  /** The text of a file (UTF-8), or undefined where there is none, or a folder. Throws `file-not-text`. */
  readFile(path: string): Promise<string | undefined>;
  /** The members of a folder by name, in git's order; empty where there is no such folder. `''` is the root. */
  list(path: string): Promise<readonly Entry[]>;
  /** The object id of a file's content or a whole folder: the same where all below is the same. Null where nothing is there. */
  oidAt(path: string): Promise<Oid | null>;
}

/**
 * One change of a commit. Paths are relative, with `/`, without `.`, `..`, empty segments, control characters, backslashes and
 * names that mean `.git`. Half surrogate pairs in a content become U+FFFD, as in any UTF-8.
 */
export type Change =
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  /** Removes a file or a whole folder. Folders that become empty vanish, as git has none. */
  | { readonly kind: 'remove'; readonly path: string }
  /** Moves a file or a whole folder; costs the trees on both paths, never the contents. */
  | { readonly kind: 'move'; readonly from: string; readonly to: string };

/** A commit to be made. Changes are applied in order. */
export interface CommitDraft {
  readonly changes: readonly Change[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
  /** Parents after the first, for instance a reviewed head. They must exist in the repository. */
  readonly extraParents?: readonly Oid[];
}

/** Commits that will become visible together, by one compare-and-swap, or not at all. */
export interface Batch {
  /** The branch as it will be after the commits appended so far. */
  readonly tip: Snapshot;
  /**
   * Adds a commit on top of `tip` and returns its oid. Nothing is visible to others yet. Where it throws, the batch is as
   * before: `path-invalid`, `path-missing` (nothing there to remove or move), `path-taken` (a file where a folder is needed, a
   * folder where a file is needed, or the target of a move exists), `commit-invalid`, `commit-not-found` (an extra parent).
   * One call at a time.
   */
  append(draft: CommitDraft): Promise<Oid>;
  /**
   * Moves the branch from the batch's base to its tip if the branch still stands at the base. `published` means: the ref is
   * written, durably, and every reader sees it. `conflict` means: somebody else was first and nothing of the batch is visible.
   * Called once; with nothing appended it is `published` and touches nothing.
   */
  publish(): Promise<'published' | 'conflict'>;
}

/** A commit as read back; a message always ends with a newline. */
export interface CommitRecord {
  readonly oid: Oid;
  readonly parents: readonly Oid[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

export interface Store {
  /** The branch as it stands now. */
  read(): Promise<Snapshot>;
  /** The branch as it was at a commit. Throws `commit-not-found` where the repository has no such commit. */
  at(oid: Oid): Promise<Snapshot>;
  /** Starts commits on top of a snapshot. */
  begin(base: Snapshot): Batch;
  /**
   * The commits from `from` along first parents, newest first, read as they are asked for. Ends at the boundary of a shallow
   * clone. Throws `commit-not-found`.
   */
  log(from: Oid): AsyncIterable<CommitRecord>;
}
