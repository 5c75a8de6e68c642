import { REVIEW_WORKFLOW_PATH } from '../../runtime/review-workflow.ts';
import type { DoctorFacts } from './facts.ts';
import { notChecked, ok, type Finding } from './finding.ts';

/**
 * Rules that refuse what Treadle pushes: commits that no pull request brought, that are not signed, that no check ran on, some
 * of them merges.
 *
 * @see https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/available-rules-for-rulesets
 */
const REFUSING = new Set([
  'creation',
  'update',
  'pull_request',
  'merge_queue',
  'required_status_checks',
  'required_deployments',
  'required_signatures',
  'required_linear_history',
  'workflows',
  'code_scanning',
  'commit_message_pattern',
  'commit_author_email_pattern',
  'committer_email_pattern',
  'file_path_restriction',
]);

/** Whether the state can be written by Treadle, and by nobody else, and whether reviews of decisions wake it. */
export function checkStateBranch({ state, files }: DoctorFacts): readonly Finding[] {
  const { branch, exists, hasReviewWorkflow } = state;
  const findings: Finding[] = [];
  if (!exists) {
    findings.push({
      code: 'doctor-state-branch-missing',
      severity: 'note',
      what: `There is no branch ${branch} yet: the first wake makes it.`,
      remedy: 'To have reviews wake Treadle from the start: treadle init',
    });
  } else findings.push(ok('doctor-state-branch-missing', `The state is kept on ${branch}.`));
  const missing = [
    ...(files.has(REVIEW_WORKFLOW_PATH) ? [] : ['the default branch']),
    ...(hasReviewWorkflow ? [] : [branch]),
  ];
  if (missing.length === 0) {
    findings.push(ok('doctor-review-workflow-missing', 'Reviews of decisions wake Treadle.'));
  } else {
    findings.push({
      code: 'doctor-review-workflow-missing',
      severity: 'warning',
      what: `${REVIEW_WORKFLOW_PATH} is not on ${missing.join(' and ')}: a review there is seen with the next schedule only.`,
      remedy: 'Put it there: treadle init',
    });
  }
  return [...findings, ...checkRules(state)];
}

function checkRules({ branch, rules }: DoctorFacts['state']): readonly Finding[] {
  if (rules.kind === 'hidden') return [notChecked(rules.problem)];
  const refusing = rules.value.filter(({ type, bypass }) => REFUSING.has(type) && bypass !== 'always');
  const certain = refusing.filter(({ bypass }) => bypass === 'never');
  const findings: Finding[] = [];
  if (refusing.length > 0) {
    findings.push({
      code: 'doctor-state-branch-blocked',
      severity: certain.length > 0 ? 'error' : 'warning',
      what: `Rules for ${branch} refuse what Treadle pushes: ${refusing.map(({ type }) => type).join(', ')}; this token may not bypass ${certain.length > 0 ? 'them' : 'all of them, as far as it can be seen'}.`,
      remedy: `Let the App of Treadle bypass the ruleset, or leave ${branch} out of it.`,
    });
  } else findings.push(ok('doctor-state-branch-blocked', `No rule keeps Treadle from writing ${branch}.`));
  const guarded = rules.value.some(({ type }) => type === 'update');
  findings.push(
    guarded
      ? ok('doctor-state-branch-unprotected', `A ruleset keeps others from writing ${branch}.`)
      : {
          code: 'doctor-state-branch-unprotected',
          severity: 'note',
          what: `Whoever may push may write ${branch}. Treadle undoes what is not its own, but cannot tell who forged its commits.`,
          remedy: 'For the hardened set-up: an App that alone may bypass a ruleset with restricted updates.',
        },
  );
  return findings;
}
