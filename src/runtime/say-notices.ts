import { TreadleError } from '../base/errors.ts';
import { noticeCodec, type NoticeDocument } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import { renderMarker } from '../engine/view/markdown.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Snapshot } from '../store/port.ts';
import type { Definitions } from './definitions.ts';
import type { SaidNotice } from './notices.ts';
import { findMarked } from './perform/post-comment.ts';
import { forgeUntil } from './perform/timed-forge.ts';
import type { Runtime } from './ports.ts';
import { publish } from './publish.ts';
import type { Wake } from './wake.ts';

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
  const record = async (said: readonly SaidNotice[], taken: readonly number[]): Promise<void> => {
    if (said.length + taken.length === 0) return;
    const decide = { said, claimed: taken };
    newest = (await publish(runtime, definitions, wake, (unit) => unit.recordNotices(decide), newest)).tip;
  };
  await record([], claimed);
  const own = (await readNotices(openDocuments(newest))).filter(({ claim }) => claim.wake === wake.id);
  const said: SaidNotice[] = [];
  for (const notice of own) {
    const comment = await say(runtime, notice, notice.doubtful === true || claimed.includes(notice.issue));
    if (comment !== null) said.push({ ...notice, comment });
  }
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

/**
 * Posts the comment, or brings the one that stands up to date.
 *
 * @param doubtful another wake may have said it: its comment is looked for
 * @returns the comment that says now what it should; null where the forge refused it
 */
async function say(
  runtime: Runtime,
  { issue, text, comment, claim }: NoticeDocument,
  doubtful: boolean,
): Promise<number | null> {
  const forge = forgeUntil(runtime.forge, () => runtime.clock.now() >= claim.until);
  const { comments } = forge;
  const marker = `selection/${issue}`;
  const body = `${renderMarker(marker)}\n${text}`;
  try {
    if (comment !== undefined && (await comments.update(comment, body)) === 'updated') return comment;
    const standing = doubtful ? await findMarked(forge, issue, marker) : undefined;
    if (standing?.body === body) return standing.id;
    if (standing !== undefined && (await comments.update(standing.id, body)) === 'updated')
      return standing.id;
    return await comments.create(issue, body);
  } catch (error) {
    if (!(error instanceof TreadleError)) throw error;
    runtime.observe({ type: 'problem', run: null, message: `#${issue} could not be told: ${error.message}` });
    return null;
  }
}
