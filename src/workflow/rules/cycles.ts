import { strongComponents } from '../components.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { itemAt } from '../item-at.ts';
import type { RuleInput } from './rule.ts';

const longestShown = 20;

/** `needs` makes no circle, and some job comes first. The texts are GitHub's. */
export function* findCycles({ draft, graph }: RuleInput): Iterable<Finding> {
  const { jobs } = draft;
  const indexOf = new Map(jobs.map((job, index) => [job.id, index]));
  const needs = jobs.map((job) =>
    job.needs.flatMap((need) => indexOf.get(graph.resolve(need.text) ?? '') ?? []),
  );
  for (const component of strongComponents(needs)) {
    const first = itemAt(component, 0);
    const cycle = shortestCycle(needs, first, new Set(component));
    if (cycle === null) continue;
    const ids = cycle.map((index) => itemAt(jobs, index).id);
    const shown = ids.length <= longestShown ? ids : [...ids.slice(0, longestShown), '…'];
    const id = itemAt(ids, 0);
    const need = ids[1] ?? id;
    const path = [...shown, id].join(' needs ');
    const message = `Job '${id}' depends on job '${need}' which creates a cycle in the dependency graph: ${path}`;
    const at = itemAt(jobs, first).needs.find((node) => graph.resolve(node.text) === need);
    if (at !== undefined) yield finding('need-cycle', at, message);
  }
  const hasUnknownNeed = jobs.some((job) => job.needs.some((need) => graph.resolve(need.text) === undefined));
  if (jobs.length > 0 && !hasUnknownNeed && needs.every((list) => list.length > 0)) {
    const message = 'The workflow must contain at least one job with no dependencies';
    yield finding('no-start', { span: draft.jobsSpan }, message);
  }
}

/** The shortest way from a node back to itself within its component, the node first; null when there is none. */
function shortestCycle(
  needs: readonly (readonly number[])[],
  start: number,
  component: ReadonlySet<number>,
): readonly number[] | null {
  const cameFrom = new Map<number, number>();
  const open = [start];
  for (const node of open) {
    for (const need of itemAt(needs, node)) {
      if (need === start) {
        const path = [node];
        for (let last = cameFrom.get(node); last !== undefined; last = cameFrom.get(last)) path.unshift(last);
        return path;
      }
      if (!component.has(need) || cameFrom.has(need)) continue;
      cameFrom.set(need, node);
      open.push(need);
    }
  }
  return null;
}
