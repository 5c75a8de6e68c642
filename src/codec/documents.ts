import type { Sha256 } from '../base/digest.ts';
import type { Config } from '../engine/config.ts';
import type { MetricsDocument } from '../engine/metrics.ts';
import type { Claim } from '../engine/state/outbox.ts';
import type { JobDocument } from '../engine/state/job.ts';
import type { MeterDocument } from '../engine/state/meter.ts';
import type { QueueDocument } from '../engine/state/queue.ts';
import type { RunDocument } from '../engine/state/run.ts';
import type { InboxEvent } from '../engine/draft.ts';
import type { Deadline } from '../engine/event.ts';
import type { GroupDocument } from '../engine/group.ts';
import { createDocumentCodec, createPlainCodec } from './document-codec.ts';
import { formatJobLines, parseJobLines, type StoredLines } from './job-line.ts';

/** `treadle.json`. */
export interface RootDocument {
  readonly version: 1;
  readonly repository: string;
  /** Issues from before this time start no run by themselves. */
  readonly since: string;
}

/** The files a run was compiled from, so that they never vanish. */
export interface DefinitionDocument {
  readonly version: 1;
  /** Path of the workflow itself among the files. */
  readonly entry: string;
  /** The roles that were declared when it was compiled. */
  readonly roles: readonly string[];
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** How far facts have been read from the forge. */
export interface CursorDocument {
  readonly version: 1;
  /** Facts changed before this time have all been read. */
  readonly since: string;
  /** Facts within the overlap: `comment 12` → the version that was read. */
  readonly seen: Readonly<Record<string, string>>;
  /** Issues that may start a run, in the order in which they came: no wake so far could. Left out where there are none. */
  readonly waiting?: readonly number[];
  /**
   * Answers that were looked at and do not count: `<pull>.<run>.<job>` → a digest of what they and the job were then. Left out
   * where there are none.
   */
  readonly judged?: Readonly<Record<string, string>>;
}

/** The cursor's time once more, told by the document's name, so that reading facts can begin before any file is read. */
export interface SinceIndex {
  readonly version: 1;
  readonly since: string;
}

export interface IssueIndex {
  readonly version: 1;
  readonly issue: number;
  /** Oldest first. */
  readonly runs: readonly string[];
  readonly active: string | null;
  /** Set where the issue is the CEO bead of an escalation. */
  readonly escalation: { readonly run: string; readonly job: string } | null;
  /** Digest of what was last said about why no run is started. Left out where nothing was. */
  readonly notice?: string;
  /** The comment that says it, once it was said. */
  readonly noticeComment?: number;
}

/** What is to be said on an issue that no run is started for. Present until it was. */
export interface NoticeDocument {
  readonly version: 1;
  readonly issue: number;
  /** Markdown. */
  readonly text: string;
  /** The comment that said something else before; left out where there is none. */
  readonly comment?: number;
  /** Something else may have been said before by a comment that is not known. */
  readonly doubtful?: true;
  readonly claim: Claim;
}

/** Present while the pull request is watched for reviews. */
export interface PullIndex {
  readonly version: 1;
  readonly pull: number;
  readonly run: string;
  readonly job: string;
  readonly kind: 'text' | 'code' | 'escalation';
  readonly head: string | null;
}

/** Present while the turn is open. */
export interface DispatchIndex {
  readonly version: 1;
  readonly dispatch: string;
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly turn: number;
}

/** Present while a turn is open whose answer is looked for on the forge: in a workflow run, or as a pull request. */
export interface AnswerIndex {
  readonly version: 1;
  readonly dispatch: string;
  readonly run: string;
  readonly job: string;
  /** When the turn was dispatched. */
  readonly since: string;
  /** The workflow run that answers; null: the pull request of the bead's assignee does. */
  readonly workflowRun: number | null;
  /** What the workflow run waits for, as far as the state knows. */
  readonly held: 'approval' | null;
}

/** Present while a job waits for the required checks of the pull request that it is to merge. */
export interface ChecksIndex {
  readonly version: 1;
  readonly run: string;
  readonly job: string;
  readonly attempt: number;
  readonly pull: number;
  /** What is known of them, and since when. */
  readonly state: 'unread' | 'pending' | 'held' | 'unmerged' | 'enqueued';
  /** They are awaited until a person has merged it. */
  readonly byPerson?: true;
  readonly since: string;
  /** In the forge's merge queue only: the reviews that the merge rests on. Left out where there are none. */
  readonly reviews?: readonly ReviewInUse[];
  /** And the comments by which the CEO approved. Left out where there are none. */
  readonly words?: readonly number[];
}

/** A review that approved something, as far as it tells whether it has to be looked at again. */
export interface ReviewInUse {
  readonly pull: number;
  readonly review: number;
  /** Its author is an App, of which the forge does not say whether it may write. */
  readonly isApp?: true;
}

/** Present while the run has effects that are not recorded. */
export interface OutboxIndex {
  readonly version: 1;
  readonly run: string;
  /** When the last of their claims runs out. */
  readonly until: string;
}

export interface FinishedIndex {
  readonly version: 1;
  readonly run: string;
  readonly issue: number;
  readonly workflow: string;
  readonly title: string;
  readonly conclusion: 'success' | 'failure' | 'cancelled' | 'skipped';
  readonly completedAt: string;
  /** A commit whose tree still holds the run, complete. */
  readonly commit: string;
  /** The run's last transition. */
  readonly lastCommit: string | null;
}

/** `index/fingerprint/…/<fingerprint>.json`: a failure and its bead. */
export interface FingerprintDocument {
  readonly version: 1;
  readonly fingerprint: Sha256;
  readonly title: string;
  readonly source: string;
  readonly errorType: string;
  readonly severity: 'critical' | 'high' | 'medium' | 'low';
  /** Message, stack and context of the last occurrence. */
  readonly message: string;
  readonly stack: string;
  readonly context: Readonly<Record<string, string>>;
  /** The bead; null until it was filed. */
  readonly issue: number | null;
  /** How often it occurred. */
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** When it was last decided to write the bead. */
  readonly writtenAt: string | null;
  /** Ids of the newest occurrences, by which a repeated telling is known. */
  readonly occurrences: readonly string[];
  /** How often it came back after its fix was verified. */
  readonly regressions: number;
  /** What is to be done with the bead and was not recorded as done. */
  readonly wish: 'file' | 'update' | 'reopen' | null;
}

/** `healing.json`: what self-healing is about to do, and how much it did lately. */
export interface HealingDocument {
  readonly version: 1;
  /** Fingerprints whose wish is being fulfilled: by which wake, and until when it may. */
  readonly pending: readonly { readonly fingerprint: Sha256; readonly claim: Claim }[];
  /** When beads were filed or reopened within the last hour. */
  readonly filedAt: readonly string[];
}

export interface DeadlineDocument extends Deadline {
  readonly version: 1;
  readonly run: string;
}

export interface InboxDocument {
  readonly version: 1;
  readonly event: InboxEvent;
}

type StoredRun = Omit<RunDocument, 'jobs'> & StoredLines;

/** Long texts in runs and jobs are references (`blobs.ts`) on both sides of these codecs. */
export const runCodec = createDocumentCodec<RunDocument>('run', {
  fromStored: ({ jobs, legs, ...stored }: StoredRun) => ({
    ...stored,
    jobs: parseJobLines(legs === undefined ? { jobs } : { jobs, legs }),
  }),
  toStored: (run) => ({ ...run, ...formatJobLines(run.jobs) }),
});
export const jobCodec = createPlainCodec<JobDocument>('job');
export const queueCodec = createPlainCodec<QueueDocument>('queue');
export const meterCodec = createPlainCodec<MeterDocument>('meter');
export const groupCodec = createPlainCodec<GroupDocument>('group');
export const configCodec = createPlainCodec<Config>('config');
export const rootCodec = createPlainCodec<RootDocument>('root');
export const definitionCodec = createPlainCodec<DefinitionDocument>('definition');
export const cursorCodec = createPlainCodec<CursorDocument>('cursor');
export const sinceIndexCodec = createPlainCodec<SinceIndex>('since-index');
export const issueIndexCodec = createPlainCodec<IssueIndex>('issue-index');
export const noticeCodec = createPlainCodec<NoticeDocument>('notice');
export const pullIndexCodec = createPlainCodec<PullIndex>('pull-index');
export const dispatchIndexCodec = createPlainCodec<DispatchIndex>('dispatch-index');
export const answerIndexCodec = createPlainCodec<AnswerIndex>('answer-index');
export const checksIndexCodec = createPlainCodec<ChecksIndex>('checks-index');
export const outboxIndexCodec = createPlainCodec<OutboxIndex>('outbox-index');
export const finishedIndexCodec = createPlainCodec<FinishedIndex>('finished-index');
export const deadlineCodec = createPlainCodec<DeadlineDocument>('deadline');
export const fingerprintCodec = createPlainCodec<FingerprintDocument>('fingerprint');
export const healingCodec = createPlainCodec<HealingDocument>('healing');
export const metricsCodec = createPlainCodec<MetricsDocument>('metrics');
export const inboxCodec = createPlainCodec<InboxDocument>('inbox');

/** Blobs and decision files are their own text. */
export const textCodec = { decode: (text: string): string => text, encode: (text: string): string => text };
