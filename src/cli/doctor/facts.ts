import type { Permission } from '../../forge/port/people.ts';
import type {
  ActionsFacts,
  BranchRule,
  DefaultTokenFacts,
  Look,
  RepositoryFacts,
  WorkflowFacts,
} from '../../forge/port/settings.ts';

/** All that `treadle doctor` looks at. The checks are functions of it. */
export interface DoctorFacts {
  readonly token: { readonly kind: TokenKind; readonly login: string | null };
  /** The time here, ISO 8601. */
  readonly now: string;
  readonly repository: Look<RepositoryFacts>;
  /** Files of the default branch by path: settings, routing table, Treadle's workflows, and GitHub's. */
  readonly files: ReadonlyMap<string, string>;
  /** The workflows that come with Treadle, by path. */
  readonly builtInWorkflows: ReadonlyMap<string, string>;
  readonly workflows: Look<readonly WorkflowFacts[]>;
  readonly actions: Look<ActionsFacts>;
  readonly defaultToken: Look<DefaultTokenFacts>;
  readonly paused: Look<string | null>;
  readonly state: StateFacts;
  /** The Action's own description; null where no workflow names one that can be read. */
  readonly action: { readonly uses: string; readonly text: Look<string | null> } | null;
  /** By login, as far as the settings name them. */
  readonly members: ReadonlyMap<string, MemberFacts>;
  /** The teams that the settings name, as `organisation/team`, and whether this token may read who is in them. */
  readonly teams: ReadonlyMap<string, boolean>;
}

export interface StateFacts {
  readonly branch: string;
  readonly exists: boolean;
  readonly hasReviewWorkflow: boolean;
  readonly rules: Look<readonly (BranchRule & { readonly bypass: 'always' | 'never' | 'unknown' })[]>;
}

export type MemberFacts =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'known'; readonly permission: Look<Permission>; readonly isApp: boolean };

export type TokenKind =
  /** A classic personal access token: acts as its owner, in all their repositories. */
  | 'classic'
  | 'fine-grained'
  /** An App on behalf of a person. */
  | 'user-to-app'
  /** An installation of an App. */
  | 'app'
  /** GITHUB_TOKEN of a workflow run. */
  | 'default'
  | 'unknown';

/**
 * The kind of a token by how it begins, and by whose it is: the default token is an installation's, too.
 *
 * @see https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
export function readTokenKind(token: string, login: string | null): TokenKind {
  if (token.startsWith('github_pat_')) return 'fine-grained';
  const [, letter] = /^gh([a-z])_/.exec(token) ?? [];
  switch (letter) {
    case 'p':
      return 'classic';
    case 'o':
    case 'u':
      return 'user-to-app';
    case 's':
      return login === 'github-actions[bot]' ? 'default' : 'app';
    default:
      return /^[0-9a-f]{40}$/.test(token) ? 'classic' : 'unknown';
  }
}
