import { cursorCodec, type CursorDocument, type PullIndex } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { parseMarker } from '../../engine/view/markdown.ts';
import type { Account, Comment, Forge, Issue, Permission, ReviewedPull } from '../../forge/port.ts';
import type { Documents } from '../../store/documents.ts';
import { standingReviews } from '../authorise.ts';
import { decisionAsked } from '../decision-file.ts';
import type { Definitions } from '../definitions.ts';
import { loadIssueIndex, loadRun } from '../run-documents.ts';
import { sinceCursor } from './cursor.ts';
import { readDispatchAnswers, type DispatchAnswers } from './dispatch-answers.ts';
import { readWatchers } from './watchers.ts';

/** What the forge says that may be new: read once, decided on as often as the tip moves. */
export interface Facts {
  /** When reading began. */
  readonly readAt: string;
  /** The cursor that was read from; undefined where there is no branch yet. */
  readonly from: CursorDocument | undefined;
  /** Whose token reads. */
  readonly viewer: Account;
  /** Without those we made ourselves. */
  readonly issues: readonly Issue[];
  /** Without our own. */
  readonly comments: readonly Comment[];
  /** Pull requests that open gates and escalations wait on. */
  readonly pulls: readonly ReviewedPull[];
  /** Who waited on them when they were read. */
  readonly watchers: ReadonlyMap<number, readonly PullIndex[]>;
  /** Those of them that somebody approved, and whose file is not the one that was asked about. */
  readonly altered: ReadonlySet<number>;
  /** Live permissions of those who reviewed them, by login. */
  readonly permissions: ReadonlyMap<string, Permission>;
  /** What answers dispatches elsewhere than in comments and reviews. */
  readonly dispatchAnswers: DispatchAnswers;
}

/** Reads from the forge all that may be new since the cursor. A payload that woke us is only a hint and not looked at. */
export async function readFacts(
  forge: Forge,
  documents: Documents,
  definitions: Definitions,
  now: string,
): Promise<Facts> {
  const from = await documents.read(layout.cursor, cursorCodec);
  const since = from?.since ?? now;
  const viewer = await forge.people.viewer();
  const [changed, said, pulls] = await Promise.all([
    forge.issues.changedSince(since),
    forge.comments.changedSince(since),
    readWatchedPulls(forge, documents),
  ]);
  const reviewers = new Set(pulls.flatMap((pull) => standingReviews(pull).map(({ author }) => author.login)));
  const permissions = new Map<string, Permission>();
  for (const login of reviewers) permissions.set(login, await forge.people.permission(login));
  const watchers = await readWatchers(documents);
  const altered = await findAltered(forge, documents, definitions, pulls, watchers);
  const issues = changed.items.filter((issue) => !issue.isPull && !isOurs(issue, viewer));
  const comments = said.items.filter((comment) => !isOurs(comment, viewer));
  const facts = { readAt: now, from, viewer, issues, comments, pulls, watchers, altered, permissions };
  const fresh = from === undefined ? { issues: [], comments: [] } : sinceCursor(facts, from);
  const dispatchAnswers = await readDispatchAnswers(forge, documents, definitions, now);
  return { ...facts, issues: await learnClosers(forge, documents, fresh.issues, issues), dispatchAnswers };
}

function isOurs(said: Comment | Issue, viewer: Account): boolean {
  return said.author.id === viewer.id && parseMarker(said.body) !== undefined;
}

async function readWatchedPulls(forge: Forge, documents: Documents): Promise<readonly ReviewedPull[]> {
  const numbers = new Set<number>();
  for await (const name of documents.list(layout.pulls)) numbers.add(Number.parseInt(name, 10));
  return numbers.size === 0 ? [] : forge.pulls.reviewed([...numbers]);
}

/** Looks into the decision files that somebody approved: what they read must be what we asked. */
async function findAltered(
  forge: Forge,
  documents: Documents,
  definitions: Definitions,
  pulls: readonly ReviewedPull[],
  watchers: ReadonlyMap<number, readonly PullIndex[]>,
): Promise<ReadonlySet<number>> {
  const altered = new Set<number>();
  for (const pull of pulls) {
    if (!standingReviews(pull).some(({ state }) => state === 'approved')) continue;
    const watch = watchers.get(pull.number)?.find(({ kind }) => kind !== 'code');
    if (watch === undefined) continue;
    const loaded = await loadRun(documents, watch.run);
    if (loaded === undefined) continue;
    const workflow = await definitions.load(documents, loaded.state.run.definition);
    const asked = decisionAsked(workflow, loaded.config, loaded.state, watch.job, pull.number);
    if (asked === null) continue;
    if ((await forge.files.read(asked.path, pull.head.oid)) !== asked.text) altered.add(pull.number);
  }
  return altered;
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
