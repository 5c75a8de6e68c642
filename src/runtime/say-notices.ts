import { TreadleError } from '../base/errors.ts';
import { noticeCodec, type NoticeDocument } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import { renderMarker } from '../engine/view/markdown.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Snapshot } from '../store/port.ts';
import type { Definitions } from './definitions.ts';
import type { Notice } from './notices.ts';
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
