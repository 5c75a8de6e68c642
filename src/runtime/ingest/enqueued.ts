import type { ChecksIndex } from '../../codec/documents.ts';
import { TREADLE } from '../../engine/event.ts';
import type { Config } from '../../engine/config.ts';
import type { GivenApproval } from '../../engine/given.ts';
import { approvalsBehind } from '../../engine/hand-over.ts';
import type { Comment } from '../../forge/port/comments.ts';
import type { Forge, GlancedPull } from '../../forge/port/forge.ts';
import type { Documents } from '../../store/documents.ts';
import { holdsRole } from '../authorise.ts';
import {
  describeBroken,
  findBrokenApproval,
  readWords,
  voidingOf,
  type BrokenApproval,
} from '../perform/recheck-approvals.ts';
import { narrowRoles, type LiveRoles } from '../live-roles.ts';
import { loadRun } from '../run-documents.ts';
import type { Unit } from '../unit.ts';

/** A merge in the forge's merge queue, and the approval behind it that no longer counts. */
export interface BrokenMerge {
  readonly merge: ChecksIndex;
  readonly broken: BrokenApproval;
}

/** The pull requests whose reviews stand behind merges that the forge's merge queue has. */
export function reviewedBehind(awaited: readonly ChecksIndex[]): readonly number[] {
  return [...new Set(awaited.flatMap(({ reviews = [] }) => reviews.map(({ pull }) => pull)))];
}

/**
 * Checks the approvals behind enqueued merges once more, where what a glance told of them, an edited comment, or the roles as they are
 * now give a reason to. Where nothing does, it costs the forge nothing.
 */
export async function readBrokenMerges(
  forge: Forge,
  documents: Documents,
  awaited: readonly ChecksIndex[],
  news: {
    readonly glanced: readonly GlancedPull[];
    readonly said: readonly Comment[];
    readonly live: LiveRoles | null;
  },
): Promise<readonly BrokenMerge[]> {
  const glanced = new Map(news.glanced.map((pull) => [pull.number, pull]));
  const changed = new Set(news.said.filter(isEdited).map(({ id }) => id));
  const isDoubtful = ({ reviews = [], words = [] }: ChecksIndex): boolean =>
    words.some((comment) => changed.has(comment)) ||
    reviews.some(({ pull, review, isApp }) => {
      const found = glanced.get(pull);
      const answer = found?.answers.find((one) => one.review === review);
      return found !== undefined && (answer?.state !== 'approved' || (!answer.mayWrite && isApp !== true));
    });
  const broken: BrokenMerge[] = [];
  for (const merge of awaited) {
    const loaded = await loadRun(documents, merge.run);
    if (loaded === undefined) continue;
    const approvals = approvalsBehind(loaded.state);
    if (!isDoubtful(merge) && !approvals.some((one) => hasLostRole(loaded.config, news.live, one))) continue;
    const [pulls, words] = await Promise.all([
      forge.pulls.reviewed(approvals.flatMap(({ pull }) => pull ?? [])),
      readWords(forge, approvals),
    ]);
    const reviewed = new Map(pulls.map((pull) => [pull.number, pull]));
    const found = findBrokenApproval(loaded.config, approvals, { reviewed, words, live: news.live });
    if (found !== null) broken.push({ merge, broken: found });
  }
  return broken;
}

/** Has the approvals asked for again, and takes what rests on them out of the forge's merge queue. */
export async function voidBrokenMerges(
  unit: Unit,
  merges: readonly BrokenMerge[],
  at: string,
): Promise<void> {
  for (const { merge, broken } of merges) {
    const { run, job, attempt, pull, since } = merge;
    const about = { actor: TREADLE, ground: 'read from the forge', at };
    const { asked, review, comment } = broken.approval;
    const voiding = voidingOf(broken);
    await unit.apply({ ...about, ...voiding, cause: [asked.run, asked.job, review, comment ?? null, since] });
    const refusal = { type: 'merge_refused', job, attempt, pull, cause: 'approval-void' } as const;
    const happening = { ...refusal, detail: describeBroken(broken) };
    await unit.apply({ ...about, run, happening, cause: [job, attempt, since, 'approval-void'] });
  }
}

/** Whether the settings do not name any more who approved, at least not by the login that they had then. */
function hasLostRole(pinned: Config, live: LiveRoles | null, { role, by, review }: GivenApproval): boolean {
  const needed = review === null ? 'ceo' : role;
  return holdsRole(pinned, needed, by) && !holdsRole(narrowRoles(pinned, live, []), needed, by);
}

function isEdited({ createdAt, updatedAt }: Comment): boolean {
  return createdAt !== updatedAt;
}
