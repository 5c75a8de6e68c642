import type { Sha256 } from '../base/digest.ts';
import type { Workflow } from '../workflow/model.ts';
import type { Config } from './config.ts';
import type { GroupDocument } from './group.ts';
import type { MeterDocument } from './state/meter.ts';
import type { QueueDocument } from './state/queue.ts';

/** A workflow that can be called. */
export interface CalledWorkflow {
  readonly workflow: Workflow;
  readonly definition: Sha256;
}

/** What a transition needs to know besides the run's documents. Pinned, so the same event decides the same again. */
export interface TransitionContext {
  /** The definition the run is pinned to. */
  readonly workflow: Workflow;
  /** The config the run is pinned to. */
  readonly config: Config;
  /** Only for repin: finds the other definition. */
  readonly definitionOf?: (sha: Sha256) => Workflow | undefined;
  /** Only for repin: finds the other config. */
  readonly configOf?: (sha: Sha256) => Config | undefined;
  /** Only for run_started: the commit queue as it stands. Empty when left out; starting a run never changes it. */
  readonly queue?: QueueDocument;
  /** Only for run_started: what the whole repository dispatches. Nothing when left out. */
  readonly meter?: MeterDocument;
  /** The workflow that `uses` names, as the definition holds it, and what a run of it is pinned to. */
  readonly callOf?: (uses: string) => CalledWorkflow | undefined;
  /** The number that the bead's next run has. The run's own and one where this is left out. */
  readonly nextRun?: number;
  /** A concurrency group as it stands, by its key. Groups are empty where this is left out or gives none. */
  readonly groupOf?: (key: string) => GroupDocument | undefined;
}
