import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/** A merge joins at least two branches, or the legs of a matrix. */
export function* findLonelyMerges({ draft, graph, jobs }: RuleInput): Iterable<Finding> {
  for (const job of draft.jobs) {
    if (job.type !== 'merge' || new Set(job.needs.map((need) => need.text.toLowerCase())).size >= 2) continue;
    const hasLegs = job.needs.some(
      (need) => (jobs.get(graph.resolve(need.text) ?? '')?.strategy ?? null) !== null,
    );
    if (hasLegs) continue;
    const message = `The merge '${job.id}' needs at least two jobs to join, or one with a matrix`;
    yield finding('merge-without-branches', job.key, message);
  }
}
