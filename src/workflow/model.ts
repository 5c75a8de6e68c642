import type { Expression, Template } from '../expression/model.ts';
import type { ValueTemplate } from '../expression/value-template.ts';

/** A workflow file that compiled: all references resolved, all expressions parsed. Immutable. */
export interface Workflow {
  /** The file's path in its repository, for instance `.github/treadle/workflows/bug.yml`. */
  readonly path: string;
  /** The file's name without folder and extension; what `treadle run bug` and the label `workflow:bug` mean. */
  readonly key: string;
  /** `name`, or the path where there is none. */
  readonly name: string;
  readonly runName: Template | null;
  readonly on: Triggers;
  readonly concurrency: Concurrency | null;
  /** How often one rework edge may be taken in a run before it escalates (`max-cycles`, default 3). */
  readonly maxCycles: number;
  /** Text values available as `env` to every job. */
  readonly env: Readonly<Record<string, Template>>;
  /** In file order. Ids are looked up ignoring case through {@link Graph.resolve}. */
  readonly jobs: ReadonlyMap<string, Job>;
  readonly graph: Graph;
  /**
   * The jobs of which strangers or agents can choose the role, and for a call the inputs by which they do, in small letters. No run
   * begins with any, but one may have begun before that was refused. Left out where there are none.
   */
  readonly untrustedRoles?: ReadonlyMap<string, readonly string[]>;
}

/** What starts a run. */
export interface Triggers {
  readonly issues: IssuesTrigger | null;
  readonly workflowDispatch: { readonly inputs: readonly InputDeclaration[] } | null;
  readonly workflowCall: {
    readonly inputs: readonly InputDeclaration[];
    readonly outputs: Readonly<Record<string, Template>>;
  } | null;
}

export interface IssuesTrigger {
  /** Activity types, for instance `opened`, `labeled`. */
  readonly types: readonly string[];
  /** The issue must carry any of them; empty means any issue. */
  readonly labels: readonly string[];
  /** An expression over `github`, or null for always. */
  readonly if: Condition | null;
}

export interface InputDeclaration {
  readonly name: string;
  readonly description: string;
  readonly type: 'string' | 'number' | 'boolean' | 'choice';
  readonly required: boolean;
  readonly options: readonly string[];
  readonly default: string | number | boolean | null;
  /** The default of an input of a call, where it holds expressions; `default` is null then. */
  readonly computedDefault: Template | null;
}

export interface Concurrency {
  readonly group: Template;
  readonly cancelInProgress: boolean | Expression;
  readonly queue: 'single' | 'max';
}

/** An `if`. `expression` is the effective condition: `success() && (…)` where no status function was called. */
export interface Condition {
  /** As written, without `${{ }}`. */
  readonly source: string;
  readonly expression: Expression;
}

/** A node of the DAG, by type. */
export type Job = TaskJob | StepsJob | ApprovalJob | DecisionJob | MergeJob | CommitJob | VerifyJob | CallJob;

/** The node types that `type` names; a job with `uses` has none. */
export type JobType = Exclude<Job['type'], 'call'>;

interface JobBase {
  readonly id: string;
  /** `name`, or null: faces then show the id. */
  readonly name: Template | null;
  /** Direct needs, canonical ids in file order. */
  readonly needs: readonly string[];
  /** Null stands for `success()`. */
  readonly if: Condition | null;
  /** In minutes, number or expression; null where the type's default holds. */
  readonly timeoutMinutes: number | Expression | null;
  readonly continueOnError: boolean | Expression;
  /** Text values available as `env` to this job. */
  readonly env: Readonly<Record<string, Template>>;
  readonly concurrency: Concurrency | null;
  /** Comes to a mapping with `matrix`, `fail-fast` and `max-parallel`; null where the job is done once. */
  readonly strategy: ValueTemplate | null;
  readonly position: Position;
}

/** Where a thing stands in its file; both count from 1, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What an agent or person of a role does. */
interface AgentJobBase extends JobBase {
  /** Evaluates to a role. */
  readonly runsOn: Template;
  readonly prompt: Template | null;
  /** How many attempts since the last reset (`max-attempts`, default 3). */
  readonly maxAttempts: number;
  /** Wait before the second attempt, doubled each time, at most 24 h; 0 is at once. */
  readonly retryDelayMs: number;
  /** How many dispatches one attempt may have (`max-turns`, default 20). */
  readonly maxTurns: number;
  /** What an agent must or may report. */
  readonly declaredOutputs: readonly DeclaredOutput[];
  readonly onFailure: EdgeTarget;
  readonly onTimeout: EdgeTarget;
}

export interface TaskJob extends AgentJobBase {
  readonly type: 'task';
}

/** Only role qa-engineer. */
export interface VerifyJob extends AgentJobBase {
  readonly type: 'verify';
}

/** Only role engineering-manager; at most one in a workflow. */
export interface CommitJob extends AgentJobBase {
  readonly type: 'commit';
  /** Evaluates to the number or URL of the pull request to merge. */
  readonly pullRequest: Template;
  /** `person`: Treadle merges nothing, and waits until somebody did (`merged-by`, default treadle). */
  readonly mergedBy: 'treadle' | 'person';
}

/** A gate answered by a pull-request review. */
export interface ApprovalJob extends JobBase {
  readonly type: 'approval';
  readonly runsOn: Template;
  /** What is asked, shown to the approver. */
  readonly prompt: Template | null;
  /** With `pull-request`: a code approval of that pull request; null: a text approval by a decision pull request. */
  readonly pullRequest: Template | null;
  readonly onRejected: EdgeTarget;
  readonly onTimeout: EdgeTarget;
}

/** No dispatch: its outputs are expressions, evaluated when its needs are done. */
export interface DecisionJob extends JobBase {
  readonly type: 'decision';
  readonly outputs: Readonly<Record<string, Template>>;
}

/** A join: `all` waits for every need, `any` proceeds with the first success and cancels the others. */
export interface MergeJob extends JobBase {
  readonly type: 'merge';
  readonly wait: 'all' | 'any';
}

/** Commands that Treadle executes itself, in a clone of the base branch or of a pull request's head. */
export interface StepsJob extends JobBase {
  readonly type: 'steps';
  readonly steps: readonly Step[];
  /** Evaluates to the number or URL of the pull request whose head is worked on; null: the base branch. */
  readonly pullRequest: Template | null;
  /** Over `steps`, evaluated when the last step is done. */
  readonly outputs: Readonly<Record<string, Template>>;
  /** How many attempts since the last reset (`max-attempts`, default 1). */
  readonly maxAttempts: number;
  /** Wait before the second attempt, doubled each time, at most 24 h; 0 is at once. */
  readonly retryDelayMs: number;
  readonly onFailure: EdgeTarget;
  readonly onTimeout: EdgeTarget;
}

/** One command of a job with `steps`. */
export interface Step {
  /** By which expressions name it in `steps`; null where none does. */
  readonly id: string | null;
  readonly name: Template | null;
  /** Null stands for `success()`: no step before it failed. */
  readonly if: Condition | null;
  readonly run: Template;
  /** `bash`, `sh`, `python`, `pwsh`, `node`, or a command with `{0}` for the script; null: bash, else sh. */
  readonly shell: string | null;
  /** Below the folder of the clone; null: that folder. */
  readonly workingDirectory: Template | null;
  readonly env: Readonly<Record<string, Template>>;
  readonly continueOnError: boolean | Expression;
  /** In minutes; null: as long as the job may. */
  readonly timeoutMinutes: number | Expression | null;
}

/** Calls another workflow: a run of its own. */
export interface CallJob extends JobBase {
  readonly type: 'call';
  /** As written: `./.github/treadle/workflows/x.yml`, or `treadle/x` for a built-in workflow. */
  readonly uses: string;
  readonly with: Readonly<Record<string, Template>>;
  readonly onFailure: EdgeTarget;
  /** Where `uses` and the inputs stand, for what only both files together tell. */
  readonly places: { readonly uses: Place; readonly with: Readonly<Record<string, Place>> };
}

/** A stretch of a file. */
export interface Place {
  readonly start: Position;
  readonly end: Position;
}

/** Where a job goes that did not succeed. A job target is an ancestor: a rework edge. */
export type EdgeTarget =
  { readonly kind: 'job'; readonly job: string } | { readonly kind: 'escalate' } | { readonly kind: 'fail' };

export interface DeclaredOutput {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  /** Allowed values; empty means any text. */
  readonly enum: readonly string[];
}

/**
 * The forward edges, answered without walking the jobs each time. All ids are canonical (as written in `jobs:`); a leg has the edges
 * of its job.
 */
export interface Graph {
  /** The canonical id of a job for an id in any letter case, or undefined. */
  resolve(id: string): string | undefined;
  /** Jobs that directly need this one, in file order. */
  dependents(id: string): readonly string[];
  /** All jobs this one waits for, through any number of needs. */
  ancestors(id: string): ReadonlySet<string>;
  /** All jobs that wait for this one, through any number of needs. */
  descendants(id: string): ReadonlySet<string>;
}
