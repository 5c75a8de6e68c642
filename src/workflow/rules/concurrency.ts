import type { Expression } from '../../expression/model.ts';
import { referencesOf } from '../../expression/tree.ts';
import type { ConcurrencyDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/**
 * One run of a bead is the engine's own rule, so a group that holds the number holds. Wider groups have no effect yet, and
 * `queue: max` cannot go with cancelling.
 */
export function* findConcurrencyProblems({ draft }: RuleInput): Iterable<Finding> {
  for (const concurrency of [draft.concurrency, ...draft.jobs.map((job) => job.concurrency)]) {
    if (concurrency === null) continue;
    const { group, cancelInProgress, queue } = concurrency;
    if (group?.template != null && !isPerBead(concurrency)) {
      const message =
        'Concurrency groups across beads are not enforced yet: one bead has one run at a time, others run beside it';
      yield finding('concurrency-not-enforced', group.node, message);
    }
    if (queue === 'max' && cancelInProgress?.literal === true) {
      yield finding(
        'concurrency-conflict',
        cancelInProgress.node,
        '`queue: max` cannot go with `cancel-in-progress: true`',
      );
    }
  }
}

function isPerBead({ group }: ConcurrencyDraft): boolean {
  const expressions = (group?.template?.parts ?? []).filter(
    (part): part is Expression => typeof part !== 'string',
  );
  return expressions.some((expression) =>
    referencesOf(expression.tree).some(({ context, path }) => {
      const read = path.join('.').toLowerCase();
      return (
        context === 'bead' ||
        context === 'run' ||
        (context === 'github' && /^(event\.issue\.|run_id)/.test(read))
      );
    }),
  );
}
