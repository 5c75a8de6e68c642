import { sha256 } from '../../base/digest.ts';
import { cursorCodec, type CursorDocument } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { parseMarker } from '../../engine/view/markdown.ts';
import type { Account, Comment, Forge, Issue, Permission, ReviewedPull } from '../../forge/port.ts';
import type { Documents } from '../../store/documents.ts';
import { standingReviews } from '../authorise.ts';
import { addMinutes } from '../wake.ts';

/** What the forge says that may be new: read once, decided on as often as the tip moves. */
export interface Facts {
  /** When reading began. */
  readonly readAt: string;
  /** Whose token reads. */
  readonly viewer: Account;
  readonly issues: readonly Issue[];
  /** Without our own. */
  readonly comments: readonly Comment[];
  /** Pull requests that open gates and escalations wait on. */
  readonly pulls: readonly ReviewedPull[];
  /** Live permissions of those who reviewed them, by login. */
  readonly permissions: ReadonlyMap<string, Permission>;
}

/** How long before the newest read a fact may still turn up: clocks differ and lists lag. */
const OVERLAP_MINUTES = 10;

/** Reads from the forge all that may be new since the cursor. A payload that woke us is only a hint and not looked at. */
export async function readFacts(forge: Forge, documents: Documents, now: string): Promise<Facts> {
  const cursor = await documents.read(layout.cursor, cursorCodec);
  const since = cursor?.since ?? now;
  const viewer = await forge.people.viewer();
  const [issues, comments, pulls] = await Promise.all([
    forge.issues.changedSince(since),
    forge.comments.changedSince(since),
    readWatchedPulls(forge, documents),
  ]);
  const reviewers = new Set(pulls.flatMap((pull) => standingReviews(pull).map(({ author }) => author.login)));
  const permissions = new Map<string, Permission>();
  for (const login of reviewers) permissions.set(login, await forge.people.permission(login));
  const isOurs = (comment: Comment): boolean =>
    comment.author.id === viewer.id && parseMarker(comment.body) !== undefined;
  return {
    readAt: now,
    viewer,
    issues: issues.filter((issue) => !issue.isPull),
    comments: comments.filter((comment) => !isOurs(comment)),
    pulls,
    permissions,
  };
}

async function readWatchedPulls(forge: Forge, documents: Documents): Promise<readonly ReviewedPull[]> {
  const numbers: number[] = [];
  for await (const name of documents.list(layout.pulls)) numbers.push(Number.parseInt(name, 10));
  return numbers.length === 0 ? [] : forge.pulls.reviewed(numbers);
}

/** The facts that this cursor has not seen in this version, and the cursor after them; null where there is nothing new. */
export function sinceCursor(
  facts: Facts,
  cursor: CursorDocument,
): {
  readonly issues: readonly Issue[];
  readonly comments: readonly Comment[];
  readonly cursor: CursorDocument | null;
} {
  const issues = facts.issues.filter((issue) => cursor.seen[issueKey(issue)] !== issueVersion(issue));
  const comments = facts.comments.filter(
    (comment) => cursor.seen[commentKey(comment)] !== commentVersion(comment),
  );
  if (issues.length === 0 && comments.length === 0) return { issues, comments, cursor: null };
  const horizon = addMinutes(facts.readAt, -OVERLAP_MINUTES);
  const since = horizon > cursor.since ? horizon : cursor.since;
  const seen = [
    ...facts.issues
      .filter(({ updatedAt }) => updatedAt >= since)
      .map((issue): [string, string] => [issueKey(issue), issueVersion(issue)]),
    ...facts.comments
      .filter(({ updatedAt }) => updatedAt >= since)
      .map((comment): [string, string] => [commentKey(comment), commentVersion(comment)]),
  ];
  return { issues, comments, cursor: { version: 1, since, seen: Object.fromEntries(seen) } };
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
