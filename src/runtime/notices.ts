import { derivedId, sha256 } from '../base/digest.ts';
import type { NoticesRecorded } from '../codec/commit-message.ts';
import { issueIndexCodec, noticeCodec, type NoticeDocument } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import type { Documents } from '../store/documents.ts';
import { loadIssueIndex } from './run-documents.ts';
import type { UnitCommits } from './unit-commits.ts';
import type { Wake } from './wake.ts';

/** What is to be said on an issue that has no run: one comment, which is edited when something else is to be said. */
export interface Notice {
  readonly issue: number;
  /** Markdown. */
  readonly text: string;
}

/** A notice that was said, and the comment that says it. */
export interface SaidNotice extends Notice {
  readonly comment: number;
}

/**
 * Stages what is to be said, claimed by the wake; what was said already is not said again. As long as it is not known which comment
 * says what was to be said before, another wake may be saying it: then that comment is looked for first.
 */
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
    const { noticeComment: comment } = index;
    const isOpen = (await documents.read(layout.notice(issue), noticeCodec)) !== undefined;
    const isUnknown = isOpen || (index.notice !== undefined && comment === undefined);
    const standing = comment === undefined ? {} : { comment };
    const doubtful = isUnknown ? ({ doubtful: true } as const) : {};
    const document: NoticeDocument = {
      ...{ version: 1, issue, text, ...standing, ...doubtful },
      claim: wake.claim(),
    };
    await documents.write(layout.notice(issue), noticeCodec, document);
  }
}

/** Writes down what was said, and which of the others this wake takes over. At most one commit, none for no change. */
export async function recordNotices(
  commits: UnitCommits,
  { said, claimed }: { readonly said: readonly SaidNotice[]; readonly claimed: readonly number[] },
  wake: Wake,
): Promise<void> {
  const documents = commits.documents();
  for (const { issue, text, comment } of said) {
    const index = await loadIssueIndex(documents, issue);
    await documents.write(layout.issueIndex(issue), issueIndexCodec, { ...index, noticeComment: comment });
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
