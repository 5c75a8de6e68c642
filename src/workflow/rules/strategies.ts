import type { Json } from '../../base/canonical-json.ts';
import type { ValueTemplate } from '../../expression/value-template.ts';
import { isMapping } from '../../expression/value-template.ts';
import type { JobDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { expandMatrix } from '../matrix.ts';
import { valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/**
 * A matrix without expressions is expanded here already, so that what GitHub would say when the job is reached is said at once. A race
 * of legs lets all of them run.
 */
export function* findBadStrategies(input: RuleInput): Iterable<Finding> {
  const racers = racersIn(input);
  for (const job of input.draft.jobs) {
    if (job.strategy === null) continue;
    const node = valueAt(job.strategy.node, 'matrix') ?? job.strategy.node;
    const matrix = literalAt(job.strategy.value, 'matrix');
    const expanded = matrix === undefined ? null : expandMatrix(matrix, job.id);
    for (const problem of expanded?.ok === false ? expanded.problems : []) {
      yield finding('bad-matrix', node, problem);
    }
    if (racers.has(job.id) && failsFast(job)) {
      const message = `The first leg of '${job.id}' that fails cancels the others, though a merge waits for any: set \`fail-fast: false\``;
      yield finding('race-fails-fast', job.strategy.node, message);
    }
  }
}

/** The value at a key, where it holds no expression; undefined where it does, or where there is none. */
function literalAt(strategy: ValueTemplate, key: string): Json | undefined {
  if (strategy.kind === 'literal') {
    return isMapping(strategy.value) ? strategy.value[key] : undefined;
  }
  if (strategy.kind !== 'map') return undefined;
  const entry = strategy.entries.find((one) => one.key.source === key);
  return entry?.value.kind === 'literal' ? entry.value.value : undefined;
}

/** The jobs whose first success a merge waits for. */
function racersIn({ draft, graph }: RuleInput): ReadonlySet<string> {
  const racers = draft.jobs.flatMap(({ type, wait, needs }) =>
    type === 'merge' && wait === 'any' ? needs.flatMap((need) => graph.resolve(need.text) ?? []) : [],
  );
  return new Set(racers);
}

function failsFast(job: JobDraft): boolean {
  const failFast = valueAt(job.strategy?.node, 'fail-fast');
  return failFast?.kind !== 'scalar' || failFast.value === true;
}
