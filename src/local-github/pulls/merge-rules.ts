import type { CheckRunRecord, StatusRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { isAncestor } from '../git/refs.ts';
import { matchesGlob } from '../workflows/match-trigger.ts';

/** A rule as the REST API of rulesets takes and gives it. */
export type Rule = Readonly<Record<string, unknown>>;

/** The rules of active rulesets that hold for a branch, each with its ruleset's id. */
export function rulesOf(
  { record }: Repository,
  branch: string,
): readonly { readonly rule: Rule; readonly ruleset: number }[] {
  const matches = (pattern: string): boolean =>
    pattern === '~ALL' ||
    (pattern === '~DEFAULT_BRANCH' && branch === record.defaultBranch) ||
    matchesGlob(pattern, `refs/heads/${branch}`);
  return (record.rulesets ?? [])
    .filter(({ enforcement }) => enforcement === 'active')
    .filter(({ include, exclude }) => include.some(matches) && !exclude.some(matches))
    .flatMap(({ id, rules }) => rules.map((rule) => ({ rule, ruleset: id })));
}

/** What a rule `required_status_checks` asks for. */
export interface RequiredChecks {
  readonly contexts: readonly string[];
  /** The head must be up to date with the base branch. */
  readonly isStrict: boolean;
}

/** What a rule asks of checks, or null where it is of another type. */
export function requiredChecksOf({ type, parameters }: Rule): RequiredChecks | null {
  if (type !== 'required_status_checks') return null;
  const given = isObject(parameters) ? parameters : {};
  const checks = given['required_status_checks'];
  return {
    contexts: (Array.isArray(checks) ? checks : [])
      .filter(isObject)
      .map(({ context }) => context)
      .filter((context) => typeof context === 'string'),
    isStrict: given['strict_required_status_checks_policy'] === true,
  };
}

/** How many approving reviews a rule asks for before a merge. */
export function approvalsWanted({ type, parameters }: Rule): number {
  if (type !== 'pull_request' || !isObject(parameters)) return 0;
  const count = parameters['required_approving_review_count'];
  return typeof count === 'number' ? count : 0;
}

/** How the merge queue of a branch merges; null where the branch has none. */
export function queueRuleOf(repository: Repository, branch: string): { readonly method: string } | null {
  const found = rulesOf(repository, branch).find(({ rule }) => rule['type'] === 'merge_queue');
  if (found === undefined) return null;
  const { parameters } = found.rule;
  const method = isObject(parameters) ? parameters['merge_method'] : undefined;
  return { method: typeof method === 'string' ? method.toLowerCase() : 'merge' };
}

/** The checks that a branch requires. */
export function requiredContexts(repository: Repository, branch: string): readonly string[] {
  return rulesOf(repository, branch).flatMap(({ rule }) => requiredChecksOf(rule)?.contexts ?? []);
}

/** The latest check run of each name, and the latest status of each context, of a commit. */
export function reportedOf(
  repository: Repository,
  sha: string,
): readonly (
  | { readonly kind: 'check'; readonly name: string; readonly record: CheckRunRecord }
  | { readonly kind: 'status'; readonly name: string; readonly record: StatusRecord }
)[] {
  const runs = repository.checkRuns.values().filter((run) => run.sha === sha);
  const statuses = repository.statuses.values().filter((status) => status.sha === sha);
  return [
    ...[...new Map(runs.map((run) => [run.name, run])).values()].map(
      (record) => ({ kind: 'check', name: record.name, record }) as const,
    ),
    ...[...new Map(statuses.map((status) => [status.context, status])).values()].map(
      (record) => ({ kind: 'status', name: record.context, record }) as const,
    ),
  ];
}

const GOOD = ['success', 'neutral', 'skipped'];

/** Whether a required check failed on a commit. */
export function hasFailedCheck(repository: Repository, branch: string, sha: string): boolean {
  const required = requiredContexts(repository, branch);
  return reportedOf(repository, sha).some((one) => {
    if (!required.includes(one.name)) return false;
    if (one.kind === 'status') return one.record.state === 'failure' || one.record.state === 'error';
    return one.record.status === 'completed' && !GOOD.includes(one.record.conclusion ?? '');
  });
}

/** Required checks that did not succeed on a head. */
export function unmetChecks(repository: Repository, branch: string, head: string): readonly string[] {
  const passed = new Set(
    reportedOf(repository, head)
      .filter((one) =>
        one.kind === 'check' ? GOOD.includes(one.record.conclusion ?? '') : one.record.state === 'success',
      )
      .map(({ name }) => name),
  );
  return requiredContexts(repository, branch).filter((context) => !passed.has(context));
}

/** Whether a rule wants the head up to date with the base branch, which it is not. */
export async function isBehindRule(
  repository: Repository,
  branch: string,
  base: string,
  head: string,
): Promise<boolean> {
  const isStrict = rulesOf(repository, branch).some(({ rule }) => requiredChecksOf(rule)?.isStrict === true);
  return isStrict && !(await isAncestor(repository.path, base, head));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
