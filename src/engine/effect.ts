import type { Sha256 } from '../base/digest.ts';

/**
 * A wish as data, imperative. Small on purpose: what it says to people is rendered from the state when it is performed.
 * The runtime performs each once and records the result in an `effects_recorded` event.
 */
export type Effect =
  /** Hand a turn to an agent or person. */
  | {
      readonly type: 'dispatch';
      readonly job: string;
      readonly attempt: number;
      readonly turn: number;
      readonly dispatch: string;
    }
  /** Tell an agent that its dispatch no longer counts; a command is stopped. */
  | {
      readonly type: 'cancel_dispatch';
      readonly job: string;
      readonly dispatch: string;
      readonly reason: string;
    }
  /** Run the commands of a job with `steps` to their end: on the head of `pull`, or where that is null on the base branch. */
  | {
      readonly type: 'run_steps';
      readonly job: string;
      readonly attempt: number;
      readonly pull: number | null;
    }
  /** End the commands of a job whose attempt no longer counts. */
  | {
      readonly type: 'cancel_steps';
      readonly job: string;
      readonly attempt: number;
      readonly reason: string;
      /** Nothing more may run, not even what cleans up. */
      readonly force?: true;
    }
  /** Open the decision pull request of a text gate, or request reviews on the pull request of a code gate. */
  | { readonly type: 'open_gate'; readonly job: string; readonly attempt: number }
  /** Close a decision pull request that was not merged. */
  | {
      readonly type: 'close_gate';
      readonly job: string;
      readonly attempt: number;
      readonly pull: number;
      readonly reason: string;
    }
  /** Open the CEO bead of an escalation and its decision pull request. */
  | { readonly type: 'open_escalation'; readonly job: string; readonly escalation: string }
  /** Close the CEO bead (and the decision pull request, unless merged) with the answer. */
  | {
      readonly type: 'close_escalation';
      readonly job: string;
      readonly escalation: string;
      readonly issue: number;
      readonly pull: number | null;
      readonly answer: string;
    }
  /** Tell the CEO again, on the CEO bead, that they are asked. */
  | {
      readonly type: 'remind_ceo';
      readonly job: string;
      readonly escalation: string;
      readonly issue: number;
      /** Counts from 1. */
      readonly number: number;
    }
  /** Merge under the lease, after checking the approvals again. */
  | {
      readonly type: 'merge_pull';
      readonly job: string;
      readonly attempt: number;
      readonly pull: number;
      readonly head: string | null;
      readonly fence: string;
    }
  /** Take a pull request out of the forge's merge queue: its merge is not wanted any more. */
  | { readonly type: 'leave_merge_queue'; readonly job: string; readonly pull: number }
  /** Start a workflow of the forge on the base branch, where the merge `commit` started none. */
  | {
      readonly type: 'start_workflow';
      readonly job: string;
      /** Name of its file in `.github/workflows`. */
      readonly workflow: string;
      readonly commit: string;
    }
  /** Say something once: a refusal, a clear answer to a bad report. `issue`: where, if not on the bead. */
  | { readonly type: 'reply'; readonly to: string; readonly text: string; readonly issue?: number }
  /** Bring the bead's one status comment up to date. */
  | { readonly type: 'update_status' }
  /** Open the bead again, which the merge of its own fix closed. */
  | { readonly type: 'reopen_issue'; readonly pull: number }
  | { readonly type: 'close_issue'; readonly reason: 'completed' | 'not_planned' };

/** What performing an effect came to. */
export type EffectResult =
  /** Done, or found done already (adopted by its marker). `remote` says what it is called on the forge. */
  | { readonly kind: 'done'; readonly remote: Remote }
  /** Not done: first `remote` has to be written down, then it is performed by what the state says. */
  | { readonly kind: 'prepared'; readonly remote: Remote }
  /** The claim ran out or the state moved on before it was sent: nothing was sent. */
  | { readonly kind: 'dropped'; readonly reason: string }
  | { readonly kind: 'failed'; readonly problem: string };

export interface Remote {
  readonly comment?: number;
  readonly issue?: number;
  readonly pull?: number;
  /** Head of the pull request that was opened, or that a dispatch shows. */
  readonly head?: string;
  /** The workflow run that was dispatched. */
  readonly workflowRun?: number;
  /** The bead was assigned to the agent. */
  readonly assigned?: true;
  /** Digest of what was told. */
  readonly text?: Sha256;
}
