import { cursorCodec, type ChecksIndex, type CursorDocument } from '../../codec/documents.ts';
import { layout, sinceOf } from '../../codec/layout.ts';
import { parseSlashCommand } from '../../codec/slash-command.ts';
import { parseMarker } from '../../engine/view/markdown.ts';
import type { Account, Permission } from '../../forge/port/people.ts';
import type { Changes } from '../../forge/port/changes.ts';
import type { Closing, Issue } from '../../forge/port/issues.ts';
import type { Comment, CommentEdit } from '../../forge/port/comments.ts';
import type { Forge, Glance } from '../../forge/port/forge.ts';
import type { Documents } from '../../store/documents.ts';
import { mayApprove } from '../authorise.ts';
import { readLiveRoles, type LiveRoles } from '../live-roles.ts';
import { isPrepared } from '../review-workflow.ts';
import { loadIssueIndex } from '../run-documents.ts';
import { readAskedStarts, type AskedStart } from './asked-starts.ts';
import { listAwaited, readAwaitedChecks, type KnownChecks } from './checks.ts';
import { readBrokenMerges, reviewedBehind, type BrokenMerge } from './enqueued.ts';
import { readEdits } from './comment-edits.ts';
import { firstCursor, isSeen, sinceCursor } from './cursor.ts';
import { readDispatchAnswers, type DispatchAnswers } from './dispatch-answers.ts';
import { readLateOrders, type LateOrder } from './late-orders.ts';
import { NO_ANSWERS, readAnswers, type Answers } from './read-answers.ts';
import { readOverrulers } from './overrulers.ts';
import { readAheadOf } from './read-ahead.ts';
import { readCatalog, type Catalog } from './intake.ts';
import { pullsToMergeSoon } from './merges-ahead.ts';
import type { Reading } from './reading.ts';
import { pickSlice, watchedPulls } from './watchers.ts';

/** What the forge says that may be new: read once, decided on as often as the tip moves. */
export interface Facts {
  /** When reading began. */
  readonly readAt: string;
  /** From when on facts were read. */
  readonly since: string;
  /** The cursor that was read from; undefined where there is no branch yet. */
  readonly from: CursorDocument | undefined;
  /** Where the budget ended reading: what changed later is not among the facts, nor all of what changed then. Null: all was read. */
  readonly horizon: string | null;
  /** How much was listed, whether or not it is news. */
  readonly listed: number;
  /** Whose token reads. */
  readonly viewer: Account;
  /** Without those we made ourselves. */
  readonly issues: readonly Issue[];
  /** Without our own. */
  readonly comments: readonly Comment[];
  /** Who edited those of them that could count. */
  readonly edits: ReadonlyMap<number, CommentEdit>;
  /** Live permissions of holders of the role ceo who overrule by them, by the comment's id. */
  readonly overrulers: ReadonlyMap<number, Permission>;
  /** Commands on beads whose runs are over, by the comment's id. */
  readonly late: ReadonlyMap<number, LateOrder>;
  /** Comments that ask for a run, by the comment's id. */
  readonly asked: ReadonlyMap<number, AskedStart>;
  /** Issues that waited for a wake that may start their runs, as far as this one may. */
  readonly waiting: readonly Issue[];
  /** How those issues were closed that a run was going on for. */
  readonly closings: ReadonlyMap<number, Closing>;
  /** What may be started, where an issue may start something. */
  readonly catalog: Catalog;
  /** What answers dispatches elsewhere than in comments and reviews. */
  readonly dispatchAnswers: DispatchAnswers;
  /** How the pull requests that merges wait for stand to their required checks. */
  readonly checks: KnownChecks;
  /** Merges in the forge's merge queue whose approvals do not count any more. */
  readonly brokenMerges: readonly BrokenMerge[];
  /** Whom the settings name now, where somebody may have approved or overruled; null: those count whom a run is pinned to. */
  readonly live: LiveRoles | null;
  /** Answers to open gates and escalations. */
  readonly answers: Answers;
}

/** Pull requests that one query looks at. */
const MOST_GLANCED = 100;
/** Those of them at most whose approvals stand behind merges in the forge's merge queue. */
const MOST_BEHIND = 50;

/**
 * Reads from the forge all that may be new since the cursor. A payload that woke us is only a hint and not looked at.
 *
 * Where nothing is new it costs three requests, however many runs and gates there are: two lists of what changed, and one query
 * that looks at all that is awaited. Between them all documents are read that this takes, in one request: what was listed tells
 * which. A pull request changes with each push and review, so those in the list are looked at for certain; the slice of the others
 * is a safety net.
 */
export async function readFacts(reading: Reading): Promise<Facts> {
  const told = await readSince(reading.documents);
  const read = await readListed(reading, told ?? (await readCursor(reading))?.since ?? reading.now);
  const from = await readCursor(reading);
  // The name is a copy of what the cursor says. Where the two differ, facts may have been passed over.
  const isAhead = from !== undefined && from.since < read.since;
  return digest(reading, isAhead ? await readListed(reading, from.since) : read, from);
}

/** The cursor; that of a branch that was only prepared stands where it was: what came after it counts. */
async function readCursor({ documents, tip, store, now }: Reading): Promise<CursorDocument | undefined> {
  const cursor = await documents.read(layout.cursor, cursorCodec);
  if (cursor !== undefined || tip.oid === null || !(await isPrepared(tip))) return cursor;
  for await (const commit of store.log(tip.oid)) return firstCursor(commit, now);
  return undefined;
}

/** What the forge lists. */
interface Listed {
  readonly since: string;
  readonly changed: Changes<Issue>;
  readonly said: Changes<Comment>;
  readonly watched: readonly number[];
  /** Watched pull requests that changed. */
  readonly touched: readonly number[];
}

async function readListed(reading: Reading, since: string): Promise<Listed> {
  const { forge, documents, budget } = reading;
  const pages = Math.max(1, Math.floor(budget / 3));
  const watched = await watchedPulls(documents);
  const [changed, said] = await Promise.all([
    forge.issues.changedSince(since, pages),
    forge.comments.changedSince(since, pages),
  ]);
  const isWatched = new Set(watched);
  const touched = changed.items
    .filter(({ isPull, number }) => isPull && isWatched.has(number))
    .map(({ number }) => number);
  await readAheadOf(reading, {
    issues: [
      ...new Set([...changed.items.map(({ number }) => number), ...said.items.map(({ issue }) => issue)]),
    ],
    pulls: touched,
  });
  return { since, changed, said, watched, touched };
}

/** How all that is awaited stands. */
interface Looks {
  readonly glance: Glance;
  readonly dispatchAnswers: DispatchAnswers;
  readonly checks: KnownChecks;
  /** Merges that the forge's merge queue has. */
  readonly enqueued: readonly ChecksIndex[];
  readonly live: LiveRoles | null;
}

/** Asks for it at once, so that it is one query. */
async function lookAtAwaited(reading: Reading, { watched, touched, said }: Listed): Promise<Looks> {
  const { forge, fraction } = reading;
  const enqueued = (await listAwaited(reading.documents)).filter((merge) => merge.state === 'enqueued');
  const behind = pickSlice(reviewedBehind(enqueued), MOST_BEHIND, fraction);
  const room = Math.max(0, MOST_GLANCED - touched.length - behind.length);
  const chosen = [...pickSlice(watched, room, fraction), ...behind];
  const soon = await pullsToMergeSoon(
    reading,
    said.items.map(({ issue }) => issue),
  );
  const isAnybodyHeard = chosen.length > 0 || said.items.length > 0 || enqueued.length > 0;
  const [glance, dispatchAnswers, checks, live] = await Promise.all([
    forge.glance(chosen, touched),
    readDispatchAnswers(reading),
    readAwaitedChecks(reading, soon),
    isAnybodyHeard ? readLiveRoles(reading) : null,
  ]);
  return { glance, dispatchAnswers, checks, enqueued, live };
}

async function digest(reading: Reading, listed: Listed, from: CursorDocument | undefined): Promise<Facts> {
  const { forge, documents, now } = reading;
  const { since, changed, said, watched, touched } = listed;
  const { glance, dispatchAnswers, checks, enqueued, live } = await lookAtAwaited(reading, listed);
  const { viewer } = glance;
  const news = { glanced: glance.pulls, said: said.items, live };
  const horizon = horizonOf(changed, said);
  const isRead = ({ updatedAt }: Issue | Comment): boolean => horizon === null || updatedAt <= horizon;
  const issues = changed.items.filter((issue) => isRead(issue) && !issue.isPull && !isOurs(issue, viewer));
  const comments = said.items.filter((comment) => isRead(comment) && !isOurs(comment, viewer));
  const count = Math.max(changed.items.length, said.items.length);
  const unseen = issues.filter((issue) => from !== undefined && !isSeen(from, issue));
  const closings = await readClosings(forge, documents, unseen);
  const found = { readAt: now, since, from, horizon, listed: count, viewer, issues, comments, closings };
  const fresh = from === undefined ? { issues: [], comments: [] } : sinceCursor(found, from);
  const waiting = await readWaiting(reading, from, fresh.issues);
  const overrulers = await readOverrulers(forge, documents, fresh.comments, live);
  const asked = await readAskedStarts(forge, fresh.comments, issues);
  return {
    ...found,
    edits: await readEdits(forge, documents, fresh.comments),
    overrulers,
    late: await readLateOrders(forge, documents, fresh.comments),
    asked,
    waiting,
    dispatchAnswers,
    checks,
    live,
    brokenMerges: await readBrokenMerges(forge, documents, enqueued, news),
    catalog: await readCatalog(
      documents,
      reading.intake,
      [...waiting, ...fresh.issues],
      isCatalogAsked(fresh.comments, overrulers, asked),
      from?.since ?? null,
    ),
    answers:
      watched.length === 0
        ? NO_ANSWERS
        : await readAnswers(reading, glance, { touched: new Set(touched), judged: from?.judged ?? {}, live }),
  };
}

/** Whether somebody who may asks for a workflow by its name: nobody else makes us read what there is. */
function isCatalogAsked(
  comments: readonly Comment[],
  overrulers: ReadonlyMap<number, Permission>,
  asked: ReadonlyMap<number, AskedStart>,
): boolean {
  return comments.some(({ id, body }) => {
    const start = asked.get(id);
    if (start !== undefined) return mayApprove(start.permission);
    return overrulers.has(id) && parseSlashCommand(body)?.kind === 'repin';
  });
}

/** The cursor's time, by a name alone; undefined where none tells it. */
async function readSince(documents: Documents): Promise<string | undefined> {
  const times: string[] = [];
  for await (const name of documents.list(layout.sinces)) times.push(sinceOf(name) ?? '');
  const [first] = times.sort();
  return first === undefined || first === '' ? undefined : first;
}

/** Up to when everything was read: no fact is followed before an older one of the other list. */
function horizonOf(...lists: readonly Changes<Issue | Comment>[]): string | null {
  const ends = lists.flatMap(({ items, isComplete }) => {
    const last = items.at(-1);
    return isComplete || last === undefined ? [] : [last.updatedAt];
  });
  return ends.sort()[0] ?? null;
}

function isOurs(said: Comment | Issue, viewer: Account): boolean {
  return said.author.id === viewer.id && parseMarker(said.body) !== undefined;
}

/** Lists of issues tell neither who closed one nor by what: it is asked for where a run depends on it. */
async function readClosings(
  forge: Forge,
  documents: Documents,
  fresh: readonly Issue[],
): Promise<ReadonlyMap<number, Closing>> {
  const numbers: number[] = [];
  for (const { number, state } of fresh) {
    if (state !== 'closed') continue;
    const { active } = await loadIssueIndex(documents, number);
    if (active !== null) numbers.push(number);
  }
  return numbers.length === 0 ? new Map() : forge.issues.closings(numbers);
}

/** The oldest of the issues that wait, as they are now: as many as this wake may start. What is new anyway is not read twice. */
async function readWaiting(
  { forge, intake }: Reading,
  from: CursorDocument | undefined,
  fresh: readonly Issue[],
): Promise<readonly Issue[]> {
  const numbers = (from?.waiting ?? []).filter((number) => !fresh.some((issue) => issue.number === number));
  const issues = await Promise.all(
    numbers.slice(0, intake?.maxNewRuns ?? 0).map((number) => forge.issues.get(number)),
  );
  return issues.filter((issue) => issue !== undefined);
}
