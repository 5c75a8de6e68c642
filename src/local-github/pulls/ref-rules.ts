import { type Actor, actorPermission } from '../auth.ts';
import type { RulesetRecord } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import { isAncestor, noOid } from '../git/refs.ts';
import { type Rule, rulesOf, unmetChecks } from './merge-rules.ts';
import type { RefMove } from './publish-push.ts';

/** GitHub's numbers of the roles that may bypass a ruleset. */
const ROLES: Readonly<Record<number, string>> = { 2: 'maintain', 4: 'write', 5: 'admin' };
const BRANCHES = 'refs/heads/';

/** Whether an account may bypass a ruleset whenever it pushes. */
export function mayBypass(
  repository: Repository,
  { bypassActors }: Pick<RulesetRecord, 'bypassActors'>,
  actor: Actor,
): boolean {
  return bypassActors.some(({ actor_id: id, actor_type: type, bypass_mode: mode }) => {
    if (mode === 'pull_request') return false;
    if (type === 'Integration') return actor.tokenKind === 'app' && id === actor.user.id;
    if (type !== 'RepositoryRole' || actor.tokenKind === 'default') return false;
    const permission = actorPermission(repository, actor);
    return permission === 'admin' || ROLES[Number(id)] === permission;
  });
}

/** The rules that an account is held to on a branch. */
export function heldRules(repository: Repository, branch: string, actor: Actor): readonly Rule[] {
  const rulesets = new Map((repository.record.rulesets ?? []).map((each) => [each.id, each]));
  return rulesOf(repository, branch)
    .filter(({ ruleset }) => {
      const found = rulesets.get(ruleset);
      return found === undefined || !mayBypass(repository, found, actor);
    })
    .map(({ rule }) => rule);
}

/**
 * Why the rules of a branch forbid a push, in GitHub's words; empty where they do not.
 *
 * @param commits whether both are there, so that it can be seen whether it is a fast-forward
 * @see https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
 */
export async function findPushViolations(
  repository: Repository,
  { ref, before, after }: RefMove,
  actor: Actor,
  commits: 'here' | 'elsewhere' = 'here',
): Promise<readonly string[]> {
  if (!ref.startsWith(BRANCHES)) return [];
  const branch = ref.slice(BRANCHES.length);
  const problems: string[] = [];
  for (const { type } of heldRules(repository, branch, actor)) {
    const problem = problemOf(type, before, after);
    if (problem !== null) problems.push(problem);
    if (type === 'required_status_checks' && before !== noOid && after !== noOid) {
      const unmet = unmetChecks(repository, branch, after);
      if (unmet.length > 0) problems.push(unmetText(unmet));
    }
  }
  if (commits === 'here' && before !== noOid && after !== noOid && takesNoForce(repository, ref, actor)) {
    if (!(await isAncestor(repository.path, before, after)))
      problems.push('Cannot force-push to this branch');
  }
  return [...new Set(problems)];
}

/** Whether a branch takes fast-forwards only from an account. */
export function takesNoForce(repository: Repository, ref: string, actor: Actor): boolean {
  if (!ref.startsWith(BRANCHES)) return false;
  return heldRules(repository, ref.slice(BRANCHES.length), actor).some(
    ({ type }) => type === 'non_fast_forward',
  );
}

function problemOf(type: unknown, before: string, after: string): string | null {
  if (after === noOid) return type === 'deletion' ? 'Cannot delete this branch' : null;
  if (before === noOid) {
    return type === 'creation' ? 'Cannot create ref due to creations being restricted.' : null;
  }
  if (type === 'update') return 'Cannot update this protected ref.';
  if (type === 'pull_request') return 'Changes must be made through a pull request.';
  return type === 'merge_queue' ? 'Changes must be made through the merge queue' : null;
}

/** That required checks did not succeed yet. */
export function unmetText(unmet: readonly string[]): string {
  return unmet.length === 1
    ? `Required status check "${unmet[0]}" is expected.`
    : `${unmet.length} of required status checks are expected.`;
}

/** What an API says of rules that a change breaks. */
export function violationText(problems: readonly string[]): string {
  return `Repository rule violations found\n\n${problems.join('\n\n')}`;
}
