import { canonicalJsonLine } from '../../base/canonical-json.ts';
import { sha256 } from '../../base/digest.ts';
import type { CursorDocument } from '../../codec/documents.ts';
import type { Account } from '../../forge/port/people.ts';
import type { Closing, Issue } from '../../forge/port/issues.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { CommitRecord } from '../../store/port.ts';
import { addMinutes } from '../wake.ts';

/**
 * The cursor that a branch begins with: from the moment that it was prepared, whatever happened before the first wake; else from
 * now.
 */
export function firstCursor(prepared: Pick<CommitRecord, 'committer'> | null, now: string): CursorDocument {
  const since = prepared !== null && prepared.committer.at < now ? prepared.committer.at : now;
  return { version: 1, since, seen: {} };
}

/** What was read, as far as the cursor is concerned. */
export interface ReadFacts {
  readonly readAt: string;
  readonly since: string;
  readonly from: CursorDocument | undefined;
  readonly horizon: string | null;
  readonly viewer: Account;
  readonly issues: readonly Issue[];
  readonly comments: readonly Comment[];
  readonly closings: ReadonlyMap<number, Closing>;
}

/** What was read and is left to the next wake, or need not be looked at again. */
export interface Left {
  readonly judged: Readonly<Record<string, string>>;
  /** Comments that were not looked at: they are read again. */
  readonly comments: readonly Comment[];
  /** Issues that wait for a wake that may start their runs. */
  readonly waiting: readonly number[];
}

/** How long before the newest read a fact may still turn up: clocks differ and lists lag. */
const OVERLAP_MINUTES = 10;

/** The facts that this cursor has not seen in this version. What we closed ourselves is no news, unless its run is going on. */
export function sinceCursor(
  facts: ReadFacts,
  cursor: CursorDocument,
): { readonly issues: readonly Issue[]; readonly comments: readonly Comment[] } {
  return {
    issues: facts.issues.filter(
      (issue) =>
        !isSeen(cursor, issue) &&
        !(
          issue.state === 'closed' &&
          issue.closedBy?.id === facts.viewer.id &&
          !facts.closings.has(issue.number)
        ),
    ),
    comments: facts.comments.filter(
      (comment) => cursor.seen[commentKey(comment)] !== commentVersion(comment),
    ),
  };
}

/** Whether the cursor has seen an issue as it is. */
export function isSeen(cursor: CursorDocument, issue: Issue): boolean {
  return cursor.seen[issueKey(issue)] === issueVersion(issue);
}

/** Whether an issue was opened since this cursor: it is younger, and was not seen in any version. */
export function isOpenedSince(cursor: CursorDocument, issue: Issue): boolean {
  return issue.createdAt >= cursor.since && cursor.seen[issueKey(issue)] === undefined;
}

/**
 * The cursor after what was read was followed, but for what is left. It stands no later than reading came. What another wake has
 * seen since this one read stays seen.
 */
export function cursorAfter(facts: ReadFacts, cursor: CursorDocument, left: Left): CursorDocument {
  const latest = addMinutes(facts.readAt, -OVERLAP_MINUTES);
  const ends = [latest, ...left.comments.map(({ updatedAt }) => updatedAt)];
  const end = [...ends, ...(facts.horizon === null ? [] : [facts.horizon])].sort()[0] ?? latest;
  // Where less was read than the cursor says is missing, somebody had tampered with what was read from.
  const isWhole = facts.since <= cursor.since;
  const since = isWhole && end > cursor.since ? end : cursor.since;
  const unread = new Set(left.comments.map(({ id }) => id));
  const isUnmoved = facts.from !== undefined && canonicalJsonLine(facts.from) === canonicalJsonLine(cursor);
  const seen = [
    ...(isUnmoved ? [] : Object.entries(cursor.seen)),
    ...facts.issues
      .filter(({ updatedAt }) => updatedAt >= since)
      .map((issue): [string, string] => [issueKey(issue), issueVersion(issue)]),
    ...facts.comments
      .filter(({ id, updatedAt }) => updatedAt >= since && !unread.has(id))
      .map((comment): [string, string] => [commentKey(comment), commentVersion(comment)]),
  ];
  const { waiting, judged } = left;
  return {
    version: 1,
    since,
    seen: Object.fromEntries(seen),
    ...(waiting.length === 0 ? {} : { waiting }),
    ...(Object.keys(judged).length === 0 ? {} : { judged }),
  };
}

function issueKey(issue: Issue): string {
  return `issue ${issue.number}`;
}

function commentKey(comment: Comment): string {
  return `comment ${comment.id}`;
}

/** Changes with what we act on; not with every comment, as the forge's own time of change does. */
function issueVersion({ title, body, state, labels, closedAt }: Issue): string {
  const closed = state === 'closed' ? [closedAt] : [];
  return sha256(JSON.stringify([title, body, state, [...labels].sort(), ...closed])).slice(0, 16);
}

function commentVersion({ body }: Comment): string {
  return sha256(body).slice(0, 16);
}
