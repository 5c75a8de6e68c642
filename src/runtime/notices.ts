import { derivedId, sha256 } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import type { NoticesRecorded } from '../codec/commit-message.ts';
import { issueIndexCodec, noticeCodec, type NoticeDocument } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import { renderMarker } from '../engine/view/markdown.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Snapshot } from '../store/port.ts';
import type { Definitions } from './definitions.ts';
import { findMarked } from './perform/post-comment.ts';
import { forgeUntil } from './perform/timed-forge.ts';
import type { Runtime } from './ports.ts';
import { publish } from './publish.ts';
import { loadIssueIndex } from './run-documents.ts';
import type { UnitCommits } from './unit-commits.ts';
import type { Wake } from './wake.ts';

/** What is to be said on an issue that has no run: one comment, which is edited when something else is to be said. */
export interface Notice {
  readonly issue: number;
  /** Markdown. */
  readonly text: string;
}

/** Stages what is to be said, claimed by the wake; what was said already is not said again. */
export async function stageNotices(
  documents: Documents,
  notices: readonly Notice[],
  wake: Wake,
): Promise<void> {
  for (const { issue, text } of notices) {
    const index = await loadIssueIndex(documents, issue);
    const notice = sha256(text);
    if (index.notice === notice) continue;
    await documents.write(layout.issueIndex(issue), issueIndexCodec, { ...index, notice });
    const document: NoticeDocument = { version: 1, issue, text, claim: wake.claim() };
    await documents.write(layout.notice(issue), noticeCodec, document);
  }
}

/** Writes down what was said, and which of the others this wake takes over. At most one commit, none for no change. */
export async function recordNotices(
  commits: UnitCommits,
  { said, claimed }: { readonly said: readonly Notice[]; readonly claimed: readonly number[] },
  wake: Wake,
): Promise<void> {
  const documents = commits.documents();
  for (const { issue, text } of said) {
    const found = await documents.read(layout.notice(issue), noticeCodec);
    // What is to be said by now is something else: it stays.
    if (found?.text === text) await documents.remove(layout.notice(issue));
  }
  for (const issue of claimed) {
    const found = await documents.read(layout.notice(issue), noticeCodec);
    if (found !== undefined)
      await documents.write(layout.notice(issue), noticeCodec, { ...found, claim: wake.claim() });
  }
  if (documents.changes().length === 0) return;
  const issues = said.map(({ issue }) => issue);
  const id = derivedId('event', 'notices_recorded', commits.tip().oid, issues, claimed, wake.id);
  const event: NoticesRecorded = {
    version: 1,
    type: 'notices_recorded',
    id,
    at: commits.now,
    said: issues,
    claimed,
  };
  const list = [...issues, ...claimed].map((issue) => `#${issue}`).join(', ');
  await commits.append({
    subject: `${issues.length > 0 ? 'Told' : 'Claim what is to be told'} on ${list}`,
    event,
  });
}

/**
 * Says what is to be said on issues without a run, as far as it is this wake's, or nobody's any more, and records it. What the
 * forge refuses is left to the wake that finds its claim run out.
 *
 * @returns the tip after it
 */
export async function sayNotices(
  runtime: Runtime,
  definitions: Definitions,
  wake: Wake,
  tip: Snapshot,
): Promise<Snapshot> {
  const open = await readNotices(openDocuments(tip));
  const now = runtime.clock.now();
  const claimed = open
    .filter(({ claim }) => claim.until <= now || (runtime.alone && claim.wake !== wake.id))
    .map(({ issue }) => issue);
  let newest = tip;
  const record = async (said: readonly Notice[], taken: readonly number[]): Promise<void> => {
    if (said.length + taken.length === 0) return;
    const decide = { said, claimed: taken };
    newest = (await publish(runtime, definitions, wake, (unit) => unit.recordNotices(decide), newest)).tip;
  };
  await record([], claimed);
  const own = (await readNotices(openDocuments(newest))).filter(({ claim }) => claim.wake === wake.id);
  const said: Notice[] = [];
  for (const notice of own) if (await say(runtime, notice)) said.push(notice);
  await record(said, []);
  return newest;
}

async function readNotices(documents: Documents): Promise<readonly NoticeDocument[]> {
  const names: string[] = [];
  for await (const name of documents.list(layout.notices)) names.push(name);
  const read = await Promise.all(
    names.map((name) => documents.read([...layout.notices, { entry: name }], noticeCodec)),
  );
  return read.filter((notice) => notice !== undefined);
}

/** Posts the comment, or brings the one that stands up to date. Returns whether it says now what it should. */
async function say(runtime: Runtime, { issue, text, claim }: NoticeDocument): Promise<boolean> {
  const forge = forgeUntil(runtime.forge, () => runtime.clock.now() >= claim.until);
  const marker = `selection/${issue}`;
  const body = `${renderMarker(marker)}\n${text}`;
  try {
    const standing = await findMarked(forge, issue, marker);
    if (standing?.body === body) return true;
    if (standing === undefined || (await forge.comments.update(standing.id, body)) === 'gone')
      await forge.comments.create(issue, body);
    return true;
  } catch (error) {
    if (!(error instanceof TreadleError)) throw error;
    runtime.observe({ type: 'problem', run: null, message: `#${issue} could not be told: ${error.message}` });
    return false;
  }
}
