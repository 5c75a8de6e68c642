import type { Sha256 } from '../base/digest.ts';
import type { Workflow } from '../workflow/model.ts';
import type { Config } from './config.ts';
import type { GroupDocument } from './group.ts';
import type { MeterDocument, QueueDocument } from './state.ts';

/** What a transition needs to know besides the run's documents. Pinned, so the same event decides the same again. */
export interface TransitionContext {
  /** The definition the run is pinned to. */
  readonly workflow: Workflow;
  /** The config the run is pinned to. */
  readonly config: Config;
  /** Only for repin: finds the other definition. */
  readonly definitionOf?: (sha: Sha256) => Workflow | undefined;
  /** Only for run_started: the commit queue as it stands. Empty when left out; starting a run never changes it. */
  readonly queue?: QueueDocument;
  /** Only for run_started: what the whole repository dispatches. Nothing when left out. */
  readonly meter?: MeterDocument;
  /** A concurrency group as it stands, by its key. Groups are empty where this is left out or gives none. */
  readonly groupOf?: (key: string) => GroupDocument | undefined;
}
