import { canonicalJsonLine } from '../../base/canonical-json.ts';
import { sha256 } from '../../base/digest.ts';
import type { CursorDocument } from '../../codec/documents.ts';
import type { Account, Comment, Issue } from '../../forge/port.ts';
import { addMinutes } from '../wake.ts';

/** What was read, as far as the cursor is concerned. */
export interface ReadFacts {
  readonly readAt: string;
  readonly from: CursorDocument | undefined;
  readonly viewer: Account;
  readonly issues: readonly Issue[];
  readonly comments: readonly Comment[];
}

/** How long before the newest read a fact may still turn up: clocks differ and lists lag. */
const OVERLAP_MINUTES = 10;

/** The facts that this cursor has not seen in this version. What we closed ourselves is no news. */
export function sinceCursor(
  facts: ReadFacts,
  cursor: CursorDocument,
): { readonly issues: readonly Issue[]; readonly comments: readonly Comment[] } {
  return {
    issues: facts.issues.filter(
      (issue) =>
        cursor.seen[issueKey(issue)] !== issueVersion(issue) &&
        !(issue.state === 'closed' && issue.closedBy?.id === facts.viewer.id),
    ),
    comments: facts.comments.filter(
      (comment) => cursor.seen[commentKey(comment)] !== commentVersion(comment),
    ),
  };
}

/**
 * The cursor after what was read was followed, but for `deferred`: those issues turn up again. What another wake has seen since
 * this one read stays seen.
 */
export function cursorAfter(
  facts: ReadFacts,
  cursor: CursorDocument,
  deferred: readonly Issue[],
): CursorDocument {
  const horizon = addMinutes(facts.readAt, -OVERLAP_MINUTES);
  const latest = horizon > cursor.since ? horizon : cursor.since;
  const since = [latest, ...deferred.map(({ updatedAt }) => updatedAt)].sort()[0] ?? latest;
  const left = new Set(deferred.map(({ number }) => number));
  const isUnmoved = facts.from !== undefined && canonicalJsonLine(facts.from) === canonicalJsonLine(cursor);
  const seen = [
    ...(isUnmoved ? [] : Object.entries(cursor.seen)),
    ...facts.issues
      .filter(({ number, updatedAt }) => updatedAt >= since && !left.has(number))
      .map((issue): [string, string] => [issueKey(issue), issueVersion(issue)]),
    ...facts.comments
      .filter(({ updatedAt }) => updatedAt >= since)
      .map((comment): [string, string] => [commentKey(comment), commentVersion(comment)]),
  ];
  return { version: 1, since, seen: Object.fromEntries(seen) };
}

function issueKey(issue: Issue): string {
  return `issue ${issue.number}`;
}

function commentKey(comment: Comment): string {
  return `comment ${comment.id}`;
}

/** Changes with what we act on; not with every comment, as the forge's own time of change does. */
function issueVersion({ title, body, state, labels }: Issue): string {
  return sha256(JSON.stringify([title, body, state, [...labels].sort()])).slice(0, 16);
}

function commentVersion({ body }: Comment): string {
  return sha256(body).slice(0, 16);
}
