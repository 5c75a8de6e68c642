/** What each code of `treadle doctor` is about. Documented in docs/github-setup.md, which a test holds to this list. */
export const FINDING_CODES = {
  'doctor-token-kind': 'which kind of token this is, and what it can do and wake',
  'doctor-token-scopes': 'whether a classic token has the scopes that Treadle needs',
  'doctor-permission': 'whether the token may write to the repository',
  'doctor-repository-archived': 'an archived repository can be read only',
  'doctor-issues-disabled': 'beads are issues, which the repository has switched off',
  'doctor-clock-skew': 'whether the clock here and that of the forge agree',
  'doctor-actions-disabled': 'whether Actions may run at all',
  'doctor-actions-restricted': 'whether the Action is among those that may run',
  'doctor-default-token': 'Treadle acts by the default token of workflows, with its limits',
  'doctor-pulls-by-actions': 'whether Actions may create and approve pull requests',
  'doctor-workflow-missing': 'whether what wakes Treadle is on the default branch',
  'doctor-workflow-disabled':
    'whether what wakes Treadle is enabled; GitHub disables schedules without activity',
  'doctor-review-workflow-missing': 'whether a review of a decision wakes Treadle',
  'doctor-action-unpinned': 'whether workflows pin actions to commits',
  'doctor-action-runtime': 'whether the Action runs on a version of Node that GitHub has',
  'doctor-state-branch-missing': 'whether there is a state branch',
  'doctor-state-branch-unprotected': 'whether a ruleset keeps others from writing the state',
  'doctor-state-branch-blocked': "whether a rule keeps Treadle's own commits away",
  'doctor-settings-missing': 'whether there are settings on the default branch',
  'doctor-settings-invalid': 'whether the settings are in order',
  'doctor-routing-invalid': 'whether the routing table is in order, where there is one',
  'doctor-workflow-invalid': "whether Treadle's workflows are in order, with what they call",
  'doctor-role-unknown-member': 'whether everybody who holds a role has an account',
  'doctor-team-unreadable': 'whether the members of the teams that the settings name can be read',
  'doctor-role-held-by-nobody': 'whether somebody holds each role that workflows use',
  'doctor-approver-without-write': 'whether approvals of the CEO count, which needs write permission',
  'doctor-agent-workflow-missing':
    'whether the workflows that agents work in are there, and wake Treadle when they end',
  'doctor-after-merge-workflow':
    'whether the workflows that `after-merge` names can be started after a merge',
  'doctor-variables-not-passed': 'whether the Action is given the variables that workflows use',
  'doctor-paused': 'whether the variable TREADLE_PAUSED halts all dispatch',
  'doctor-not-checked': 'what the token may not read',
} as const;

export type FindingCode = keyof typeof FINDING_CODES;
