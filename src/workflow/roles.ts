/** The roles that every repository has; more can be declared. */
export const BUILT_IN_ROLES: readonly string[] = [
  'engineering-manager',
  'qa-engineer',
  'web-designer',
  'backend-engineer',
  'frontend-engineer',
  'devops-engineer',
  'product-manager',
  'project-manager',
  'code-reviewer',
  'ceo',
];

/** The only role that writes to the base branch. */
export const COMMIT_ROLE = 'engineering-manager';

/** The only role that verifies. */
export const VERIFY_ROLE = 'qa-engineer';

/** What `runs-on` names for commands that Treadle executes itself. It is no role. */
export const TREADLE_RUNNER = 'treadle';

/** What nobody but those who write workflows, start them or administer the repository can choose: who decides, and what Treadle runs. */
export const RESERVED_ROLES: readonly string[] = ['ceo', TREADLE_RUNNER];
