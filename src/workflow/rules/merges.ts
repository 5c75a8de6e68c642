import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/** A merge joins at least two branches. */
export function* findLonelyMerges({ draft }: RuleInput): Iterable<Finding> {
  for (const job of draft.jobs) {
    if (job.type !== 'merge' || new Set(job.needs.map((need) => need.text.toLowerCase())).size >= 2) continue;
    const message = `The merge '${job.id}' needs at least two jobs to join`;
    yield finding('merge-without-branches', job.key, message);
  }
}
