import { cursorCodec, type CursorDocument } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { Unit } from '../unit.ts';
import type { Notice } from '../notices.ts';
import { startAsked } from './asked-starts.ts';
import { ingestClosing } from './closing.ts';
import { ingestComment } from './comments.ts';
import { cursorAfter, sinceCursor } from './cursor.ts';
import { ingestDispatchAnswers } from './dispatch-answers.ts';
import { voidBrokenMerges } from './enqueued.ts';
import type { Facts } from './facts.ts';
import { ingestEdit } from './issue-edits.ts';
import { answerLate } from './late-orders.ts';
import { ingestReviews } from './reviews.ts';
import { startRuns } from './start-runs.ts';
import { readWatchers, watchesOf } from './watchers.ts';

/** What became of the facts. */
export interface Ingested {
  /** What was not followed, for people. */
  readonly remarks: readonly string[];
  /** True where facts are left that the next wake can follow at once. */
  readonly isBehind: boolean;
}

/** What is no news is listed again by each wake, until the cursor moves: this much of it is worth a commit. */
const MOST_LISTED_AGAIN = 50;

/** How many requests it takes to do what follows from a comment. */
const REQUESTS_PER_COMMENT = 4;

/**
 * Applies what is new among the facts, and moves the cursor in the same push. Of comments it follows no more than the budget
 * bears; the others are left to the next wake.
 */
export async function ingestFacts(unit: Unit, facts: Facts, budget: number): Promise<Ingested> {
  const cursor = await unit.documents().read(layout.cursor, cursorCodec);
  if (cursor === undefined) return { remarks: [], isBehind: false };
  const fresh = sinceCursor(facts, cursor);
  const answered = await ingestAnswers(unit, facts);
  const remarks = [...answered.remarks];
  const most = Math.max(1, Math.floor(budget / REQUESTS_PER_COMMENT));
  const told: Notice[] = [];
  const left = await ingestComments(unit, fresh.comments, facts, { remarks, told, most });
  await ingestDispatchAnswers(unit, facts.dispatchAnswers);
  await voidBrokenMerges(unit, facts.brokenMerges, facts.readAt);
  // What was answered before an edit is answered first, and void by it then.
  for (const issue of fresh.issues) await ingestEdit(unit, issue);
  for (const issue of fresh.issues) if (issue.state === 'closed') await ingestClosing(unit, issue, facts);
  const started = await startRuns(unit, facts, fresh.issues, cursor);
  remarks.push(...started.remarks);
  const { waiting } = started;
  const notices = [...told, ...started.notices];
  const next: CursorDocument = cursorAfter(facts, cursor, {
    comments: left,
    waiting,
    judged: await judgedAfter(unit, { ...cursor.judged, ...answered.judged }),
  });
  const isNews =
    (facts.listed >= MOST_LISTED_AGAIN && next.since > cursor.since) ||
    fresh.comments.length > left.length ||
    fresh.issues.length > 0 ||
    facts.horizon !== null ||
    notices.length > 0 ||
    Object.keys(answered.judged).length > 0 ||
    waiting.join() !== (cursor.waiting ?? []).join();
  if (isNews) await unit.moveCursor(next, notices);
  return { remarks, isBehind: left.length > 0 || facts.horizon !== null };
}

async function ingestAnswers(
  unit: Unit,
  facts: Facts,
): Promise<{ readonly remarks: readonly string[]; readonly judged: Readonly<Record<string, string>> }> {
  const { pulls, watchers: known, versions } = facts.answers;
  const remarks: string[] = [];
  const judged: Record<string, string> = {};
  const watchers = await readWatchers(
    unit.documents(),
    pulls.map(({ number }) => number),
  );
  for (const pull of pulls) {
    for (const watch of watchers.get(pull.number) ?? []) {
      // Somebody else took note of a change since the facts were read: the next reading decides, not this older one.
      const then = known.get(pull.number)?.find(({ run, job }) => run === watch.run && job === watch.job);
      if (then?.head !== watch.head) continue;
      const { ignored, isSettled } = await ingestReviews(unit, watch, pull, facts);
      remarks.push(...ignored);
      const key = `${watch.pull}.${watch.run}.${watch.job}`;
      const version = versions.get(key);
      if (isSettled && version !== undefined) judged[key] = version;
    }
  }
  return { remarks, judged };
}

async function followComment(
  unit: Unit,
  comment: Comment,
  facts: Facts,
): Promise<{ readonly remark: string | null; readonly notice: Notice | null }> {
  const asked = facts.asked.get(comment.id);
  if (asked !== undefined) return startAsked(unit, asked, facts.catalog);
  const late = facts.late.get(comment.id);
  if (late !== undefined) return answerLate(comment, late, facts.issues);
  return { remark: await ingestComment(unit, comment, facts), notice: null };
}

/** Of the judgements those whose gates still wait. */
async function judgedAfter(
  unit: Unit,
  judged: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const pulls = Object.keys(judged).map((watch) => Number.parseInt(watch, 10));
  const open = new Set((await watchesOf(unit.documents(), pulls)).map(({ entry }) => entry));
  return Object.fromEntries(Object.entries(judged).filter(([watch]) => open.has(`${watch}.json`)));
}

/** Returns the comments that were not looked at. */
async function ingestComments(
  unit: Unit,
  comments: readonly Comment[],
  facts: Facts,
  { remarks, told, most }: { readonly remarks: string[]; readonly told: Notice[]; readonly most: number },
): Promise<readonly Comment[]> {
  const before = unit.applied.length;
  for (const [index, comment] of comments.entries()) {
    if (unit.applied.length - before >= most) return comments.slice(index);
    const { remark, notice } = await followComment(unit, comment, facts);
    if (notice !== null) told.push(notice);
    if (remark !== null) remarks.push(`comment ${comment.id} on #${comment.issue}: ${remark}`);
  }
  return [];
}
