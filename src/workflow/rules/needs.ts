import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/** `needs` names jobs that exist, each once. */
export function* findBadNeeds({ draft, graph, suggest }: RuleInput): Iterable<Finding> {
  const ids = draft.jobs.map((job) => job.id);
  for (const job of draft.jobs) {
    const named = new Set<string>();
    for (const need of job.needs) {
      const name = need.text.toLowerCase();
      if (graph.resolve(need.text) === undefined) {
        const message = `Job '${job.id}' depends on unknown job '${need.text}'.${suggest(need.text, ids)}`;
        yield finding('unknown-need', need, message);
      } else if (named.has(name)) {
        yield finding('duplicate-need', need, `Job '${job.id}' needs '${need.text}' twice`);
      }
      named.add(name);
    }
  }
}
