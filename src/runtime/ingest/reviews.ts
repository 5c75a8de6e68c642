import { TREADLE } from '../../engine/event.ts';
import { pullIndexCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { ReviewedPull } from '../../forge/port.ts';
import { actorOf, reasonNotToCount, standingReviews } from '../authorise.ts';
import type { Unit } from '../unit.ts';
import type { Facts } from './facts.ts';

/** Applies the standing reviews of a watched pull request. Returns why some did not count, for people. */
export async function ingestReviews(
  unit: Unit,
  pull: ReviewedPull,
  facts: Facts,
): Promise<readonly string[]> {
  const watch = await unit.documents().read(layout.pullIndex(pull.number), pullIndexCodec);
  const loaded = watch === undefined ? undefined : await unit.load(watch.run);
  if (watch === undefined || loaded === undefined) return [];
  const { config, state } = loaded;
  const { run, job, kind } = watch;
  const role = kind === 'escalation' ? 'ceo' : (state.jobs[job]?.role ?? 'ceo');
  if (watch.head !== null && watch.head !== pull.head.oid) {
    await unit.apply({
      run,
      happening: {
        type: 'approval_voided',
        job,
        reason: `#${pull.number} changed from ${watch.head.slice(0, 10)} to ${pull.head.oid.slice(0, 10)}`,
        head: pull.head.oid,
      },
      actor: TREADLE,
      ground: 'read from the forge',
      at: facts.readAt,
      cause: ['head', pull.number, pull.head.oid],
    });
  }
  const ignored: string[] = [];
  for (const review of standingReviews(pull)) {
    const permission = facts.permissions.get(review.author.login) ?? 'none';
    const reason = reasonNotToCount(review, { config, state, job, role, pull, permission });
    if (reason !== null) {
      ignored.push(`a review of #${pull.number} does not count: ${reason}`);
      continue;
    }
    await unit.apply({
      run,
      happening: {
        type: 'review_submitted',
        job,
        pull: pull.number,
        review: review.id,
        verdict: review.state === 'approved' ? 'approved' : 'changes_requested',
        head: pull.head.oid,
        body: review.body,
      },
      actor: actorOf(review.author),
      ground: `holds role ${role}, permission ${permission}`,
      at: review.submittedAt ?? facts.readAt,
      cause: ['review', review.id, review.state],
    });
  }
  return ignored;
}
