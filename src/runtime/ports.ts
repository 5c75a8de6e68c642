import type { Member } from '../engine/config.ts';
import type { RunState } from '../engine/state/run.ts';
import type { StepCommand, StepEnd } from '../engine/step-run.ts';
import type { Task } from '../engine/view/task.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { Store } from '../store/port.ts';
import type { Workflow } from '../workflow/model.ts';

/** Time, as the runtime sees it. */
export interface Clock {
  /** ISO 8601 in UTC, whole seconds. */
  now(): string;
  /** Resolves at that time, or as soon as the signal is aborted. */
  waitUntil(time: string, signal: AbortSignal): Promise<void>;
  /** Resolves after this many milliseconds: for backing off, never for guessing when something is done. */
  pause(ms: number): Promise<void>;
}

/** Randomness, as the runtime sees it. */
export interface Randomness {
  /** A new unguessable id, for a wake. */
  newId(): string;
  /** A number in [0, 1). */
  fraction(): number;
}

/** Runs the programs of `command` agents. */
export interface CommandRunner {
  start(order: CommandOrder): RunningCommand;
}

export interface CommandOrder {
  readonly command: readonly string[];
  readonly task: Task;
  readonly assignee: Member;
  /** When it is stopped, ISO 8601; null for never. */
  readonly deadline: string | null;
}

export interface RunningCommand {
  readonly ended: Promise<CommandEnd>;
  /** Ends the program, politely first. */
  stop(): void;
}

export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'timed-out'; readonly stderr: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'not-started'; readonly problem: string };

/** Runs the commands of jobs with `steps`, where Treadle runs. */
export interface StepsRunner {
  /** Makes a fresh clone to run in; rejects with nothing but bugs and an interruption. */
  open(order: StepsOrder): Promise<OpenedSteps>;
}

export interface StepsOrder {
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  /** The branch or, of a pull request, the commit that is checked out. */
  readonly checkout: { readonly branch: string } | { readonly commit: string };
  /** What GitHub names to every step (`GITHUB_*`), apart from what the runner knows itself. */
  readonly env: Readonly<Record<string, string>>;
}

export type OpenedSteps =
  | { readonly kind: 'opened'; readonly place: StepsPlace }
  | { readonly kind: 'not-opened'; readonly problem: string };

/** A clone in which steps are run. */
export interface StepsPlace {
  /** The commit that is checked out. */
  readonly commit: string;
  /** The context `runner`. */
  readonly runner: Readonly<Record<string, string>>;
  /** Writes a line of Treadle's own to the log. */
  say(line: string): void;
  /** Whether a text holds a secret, or what a step masked. */
  holdsSecret(text: string): boolean;
  /** The same text without them, and without what steers a terminal. */
  clean(text: string): string;
  /** Runs one command to its end. Aborting `stop` interrupts it, and ends it if it does not end itself. */
  run(command: StepCommand, stop: AbortSignal): Promise<StepEnd>;
  /** Ends whatever still runs, removes the clone, and returns what was printed. */
  close(): Promise<StepsLog>;
}

export interface StepsLog {
  /** The end of what was printed, masked. */
  readonly tail: string;
  /** What was written to GITHUB_STEP_SUMMARY, masked. */
  readonly summary: string;
  /** Where the whole of it is kept; null where it is not. */
  readonly file: string | null;
  /** The page where people read it; null where there is none. */
  readonly url: string | null;
}

/** What happens while a wake works, for whoever shows it. */
export type Notice =
  | {
      readonly type: 'transition';
      readonly subject: string;
      readonly oid: string;
      readonly workflow: Workflow;
      readonly state: RunState;
    }
  | { readonly type: 'performing'; readonly run: string; readonly what: string }
  | { readonly type: 'problem'; readonly run: string | null; readonly message: string }
  | { readonly type: 'conflict'; readonly attempt: number };

/** All that a wake needs from outside. */
export interface Runtime {
  readonly store: Store;
  /** The state branch, base of decision pull requests. */
  readonly stateBranch: string;
  /** Where the settings are on the default branch; left out: where they are by default. */
  readonly settingsPath?: string;
  readonly forge: Forge;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly commands: CommandRunner;
  readonly steps: StepsRunner;
  readonly observe: (notice: Notice) => void;
  /** How long a wake may act on what it claims. */
  readonly claimMinutes: number;
  /**
   * True where a lock outside guarantees that no other runner lives: what a dead wake left claimed is taken over at once, not
   * when its claim has run out.
   */
  readonly alone: boolean;
  /**
   * True while the whole repository is stopped (the variable TREADLE_PAUSED): facts are still read and decided on, but nothing
   * is given to anybody and nothing is merged.
   */
  readonly paused?: boolean;
  /** True where the commands of jobs with `steps` are not to be run: they wait for a wake elsewhere. */
  readonly withoutSteps?: boolean;
  /** How many requests to the forge a wake may make, about; what is left is done by the next one. 300 where left out. */
  readonly requestBudget?: number;
  /** The workflows that serve where the repository has none of that name: path → text. */
  readonly builtInWorkflows: ReadonlyMap<string, string>;
}
