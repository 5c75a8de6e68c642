import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/** A rework edge names a job that comes before, `escalate` or `fail`. */
export function* findBadTargets({ draft, graph, suggest }: RuleInput): Iterable<Finding> {
  const ids = draft.jobs.map((job) => job.id);
  for (const job of draft.jobs) {
    for (const { key, node } of job.edges) {
      if (node.text === 'escalate' || node.text === 'fail') continue;
      const target = graph.resolve(node.text);
      if (target === undefined) {
        const names = targetsOf(ids, job.id);
        const message = `\`${key}\` of '${job.id}' names the unknown job '${node.text}'.${suggest(node.text, names)}`;
        yield finding('unknown-target', node, message);
      } else if (target === job.id) {
        const message = `\`${key}\` of '${job.id}' names the job itself: \`max-attempts\` says how often it is tried`;
        yield finding('target-self', node, message);
      } else if (!graph.ancestors(job.id).has(target)) {
        const message = `\`${key}\` of '${job.id}' goes back to '${target}', which does not come before it through \`needs\``;
        yield finding('target-not-ancestor', node, message);
      }
    }
  }
}

/** What an edge of a job may name, as far as ids go. */
function* targetsOf(ids: readonly string[], job: string): Iterable<string> {
  for (const id of ids) if (id !== job) yield id;
  yield* ['escalate', 'fail'];
}
