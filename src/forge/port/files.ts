export interface Files {
  defaultBranch(): Promise<string>;
  /** The commit a branch points to. */
  head(branch: string): Promise<string | undefined>;
  /** A text file as it is on a ref, or undefined. */
  read(path: string, ref: string): Promise<string | undefined>;
  /**
   * Text files of the default branch, in one query together with whatever else is asked at the same time: those named, and those
   * directly in a folder. By path; missing ones are left out.
   */
  ofDefaultBranch(wanted: { readonly files: readonly string[]; readonly folder?: string }): Promise<{
    readonly branch: string;
    readonly texts: ReadonlyMap<string, string>;
  }>;
  /** Paths that changed on `to` since it parted from `from`, renames with both names; of very many the first 300. */
  changedBetween(from: string, to: string): Promise<readonly string[]>;
  /** Whether a commit is in the history of a branch; one that is not there any more is not. */
  contains(branch: string, commit: string): Promise<boolean>;
  /** Names of the files directly in a folder; empty where there is no such folder. */
  list(folder: string, ref: string): Promise<readonly string[]>;
  /**
   * Makes a branch from a commit, with one commit on it that writes one file, and returns the branch's head. A branch of that
   * name whose file has the same text is adopted.
   */
  createBranchWithFile(branch: NewBranch): Promise<string>;
  deleteBranch(branch: string): Promise<void>;
}

export interface NewBranch {
  readonly name: string;
  readonly from: string;
  readonly path: string;
  readonly text: string;
  readonly message: string;
}
