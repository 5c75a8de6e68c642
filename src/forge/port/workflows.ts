/** A run of a GitHub Actions workflow. */
export interface WorkflowRun {
  readonly id: number;
  /** From 1: somebody who runs it again raises it. */
  readonly attempt: number;
  /** What started it, for instance `workflow_dispatch`. */
  readonly event: string;
  /** Path of the workflow's file. */
  readonly path: string;
  /** Name of the branch or tag it runs on. */
  readonly branch: string | null;
  /** The commit it runs on. */
  readonly head: string;
  /** Its `run-name`, filled in. */
  readonly title: string;
  /** Numeric id of whoever started it. */
  readonly actor: number | null;
  /** `held`: somebody must approve it on the forge before it begins or goes on. */
  readonly state: 'running' | 'held' | 'completed';
  readonly conclusion: string | null;
  /** Where people read it. */
  readonly url: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The one file of an artifact that a run left. */
export type Artifact =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unusable'; readonly problem: string };

export interface Workflows {
  /**
   * Starts a workflow by `workflow_dispatch`. `run` is null where the forge does not tell which run it started. Never sent twice:
   * after an error it may have been started.
   */
  start(wanted: {
    /** Name of its file in `.github/workflows`. */
    readonly workflow: string;
    /** A branch or tag. */
    readonly ref: string;
    readonly inputs: Readonly<Record<string, string>>;
  }): Promise<
    | { readonly kind: 'started'; readonly run: number | null }
    | { readonly kind: 'refused'; readonly problem: string }
  >;
  run(id: number): Promise<WorkflowRun | undefined>;
  /** How runs stand, in one query; those that the forge cannot find that way are left out, and may be there all the same. */
  states(ids: readonly number[]): Promise<ReadonlyMap<number, WorkflowRun['state']>>;
  /** Runs that a `workflow_dispatch` started at or after `since`, newest first; the newest thousand at most. */
  dispatchedSince(since: string): Promise<readonly WorkflowRun[]>;
  /** Runs on a branch that concluded with failure, made at or after `since`, newest first; the newest hundred at most. */
  failedOn(branch: string, since: string): Promise<readonly WorkflowRun[]>;
  /** A text that a run left as an artifact of one file, of bounded size. */
  artifact(run: number, name: string): Promise<Artifact>;
  /** Cancels a run; one that is completed or gone stays as it is. */
  cancel(run: number): Promise<void>;
}
