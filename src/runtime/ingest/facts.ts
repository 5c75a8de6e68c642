import { cursorCodec, type CursorDocument } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { parseSlashCommand } from '../../codec/slash-command.ts';
import { parseMarker } from '../../engine/view/markdown.ts';
import type { Account, Changes, Comment, CommentEdit, Forge, Issue } from '../../forge/port.ts';
import type { Documents } from '../../store/documents.ts';
import { loadIssueIndex } from '../run-documents.ts';
import { readEdits } from './comment-edits.ts';
import { sinceCursor } from './cursor.ts';
import { dueDeadlines, nextDeadline } from './deadlines.ts';
import { readDispatchAnswers, type DispatchAnswers } from './dispatch-answers.ts';
import { NO_ANSWERS, readAnswers, type Answers } from './read-answers.ts';
import { readCatalog, type Catalog } from './intake.ts';
import type { Reading } from './reading.ts';
import { pickSlice, watchedPulls } from './watchers.ts';

/** What the forge says that may be new: read once, decided on as often as the tip moves. */
export interface Facts {
  /** When reading began. */
  readonly readAt: string;
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
  /** Issues that waited for a wake that may start their runs, as far as this one may. */
  readonly waiting: readonly Issue[];
  /** What may be started, where an issue may start something. */
  readonly catalog: Catalog;
  /** What answers dispatches elsewhere than in comments and reviews. */
  readonly dispatchAnswers: DispatchAnswers;
  /** Answers to open gates and escalations. */
  readonly answers: Answers;
}

/** Pull requests that one query looks at. */
const MOST_GLANCED = 100;

/**
 * Reads from the forge all that may be new since the cursor. A payload that woke us is only a hint and not looked at.
 *
 * Where nothing is new it costs three requests, however many runs and gates there are: two lists of what changed, and a glance at
 * watched pull requests. A pull request changes with each push and review, so those in the list are looked at for certain; the
 * slice of the others is a safety net.
 */
export async function readFacts(reading: Reading): Promise<Facts> {
  const { forge, documents, now, budget, fraction } = reading;
  // What every wake looks at is read together, and so is what it will look up for what is new.
  await Promise.all([
    documents.readAhead([layout.cursor, layout.root]),
    dueDeadlines(documents, now),
    nextDeadline(documents, now),
  ]);
  const from = await documents.read(layout.cursor, cursorCodec);
  const since = from?.since ?? now;
  const pages = Math.max(1, Math.floor(budget / 3));
  const watched = await watchedPulls(documents);
  const [changed, said] = await Promise.all([
    forge.issues.changedSince(since, pages),
    forge.comments.changedSince(since, pages),
  ]);
  const touched = changed.items.filter(({ isPull, number }) => isPull && watched.includes(number));
  const chosen = pickSlice(watched, Math.max(0, MOST_GLANCED - touched.length), fraction);
  const { viewer, pulls } = await forge.glance([...touched.map(({ number }) => number), ...chosen]);
  const horizon = horizonOf(changed, said);
  const isRead = ({ updatedAt }: Issue | Comment): boolean => horizon === null || updatedAt <= horizon;
  const issues = changed.items.filter((issue) => isRead(issue) && !issue.isPull && !isOurs(issue, viewer));
  const comments = said.items.filter((comment) => isRead(comment) && !isOurs(comment, viewer));
  const listed = Math.max(changed.items.length, said.items.length);
  const found = { readAt: now, from, horizon, listed, viewer, issues, comments };
  const fresh = from === undefined ? { issues: [], comments: [] } : sinceCursor(found, from);
  const news = new Set([
    ...fresh.issues.map(({ number }) => number),
    ...fresh.comments.map(({ issue }) => issue),
  ]);
  await documents.readAhead([...news].map(layout.issueIndex));
  const waiting = await readWaiting(reading, from, fresh.issues);
  return {
    ...found,
    issues: await learnClosers(forge, documents, fresh.issues, issues),
    edits: await readEdits(forge, documents, fresh.comments),
    waiting,
    dispatchAnswers: await readDispatchAnswers(forge, documents, reading.definitions, now),
    catalog: await readCatalog(
      documents,
      reading.intake,
      [...waiting, ...fresh.issues],
      fresh.comments.some(({ body }) => parseSlashCommand(body)?.kind === 'repin'),
    ),
    answers:
      watched.length === 0
        ? NO_ANSWERS
        : await readAnswers(reading, pulls, new Set(touched.map(({ number }) => number))),
  };
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

/** Lists of issues may leave out who closed them; it is asked for where a run depends on it. */
async function learnClosers(
  forge: Forge,
  documents: Documents,
  fresh: readonly Issue[],
  issues: readonly Issue[],
): Promise<readonly Issue[]> {
  const learnt = new Map<number, Issue>();
  for (const issue of fresh) {
    if (issue.state !== 'closed' || issue.closedBy !== null) continue;
    const { active } = await loadIssueIndex(documents, issue.number);
    const whole = active === null ? undefined : await forge.issues.get(issue.number);
    if (whole !== undefined) learnt.set(issue.number, { ...issue, closedBy: whole.closedBy });
  }
  return issues.map((issue) => learnt.get(issue.number) ?? issue);
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
