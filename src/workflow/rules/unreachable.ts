import { callsOf } from '../../expression/tree.ts';
import type { JobDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { constantOutcome } from './conditions.ts';
import type { RuleInput } from './rule.ts';

/** A job that waits for the success of one that never runs can never run either. */
export function* findUnreachableJobs({ draft, graph }: RuleInput): Iterable<Finding> {
  const blockers = new Map<string, string>();
  for (const job of draft.jobs) {
    if (blockers.has(job.id) || job.if === null || constantOutcome(job.if) !== false) continue;
    for (const later of graph.descendants(job.id)) blockers.set(later, blockers.get(later) ?? job.id);
  }
  for (const job of draft.jobs) {
    const blocker = blockers.get(job.id);
    if (blocker === undefined || blocker === job.id || !awaitsSuccess(job)) continue;
    if (job.if !== null && constantOutcome(job.if) === false) continue;
    const message = `The job '${job.id}' can never run: it waits for the success of '${blocker}', whose \`if\` never holds`;
    yield finding('unreachable-job', job.key, message);
  }
}

/** Whether the implicit `success()` holds: no status function is called. A merge of any need decides for itself. */
function awaitsSuccess(job: JobDraft): boolean {
  if (job.type === 'merge' && job.wait === 'any') return false;
  if (job.if === null) return true;
  const { condition } = job.if;
  if (condition === null || condition.isAlwaysTrue) return false;
  if (condition.written === null) return true;
  return !callsOf(condition.written.expression).some((call) =>
    /^(success|failure|always|cancelled)$/.test(call.name),
  );
}
