import type { Octokit } from '@octokit/rest';

import type { Look, RepositoryFacts, RepositorySettings } from '../port/settings.ts';
import type { ConnectOptions } from './connect.ts';
import {
  at,
  booleanAt,
  type Decode,
  field,
  integerAt,
  listAt,
  MalformedAnswer,
  textAt,
  wordAt,
} from './decode.ts';
import { isRateLimited, readRefusal, toForgeError } from './forge-error.ts';
import { openOctokit } from './open-octokit.ts';
import { patienceFor } from './patience.ts';

/** The settings of a repository over GitHub's REST API. Nothing is sent until a method is called. */
export function connectSettings(options: ConnectOptions): RepositorySettings {
  const { apiUrl, token, repository } = options;
  const octokit = openOctokit({
    apiUrl,
    token,
    fetch: options.fetch ?? fetch,
    log: options.log ?? (() => undefined),
    patience: { ...patienceFor(apiUrl), ...options.patience },
  });
  const look: Looker = (what, path, decode) =>
    lookAt(octokit, { what, repository, apiUrl }, `GET /repos/${repository}${path}`, decode);
  return {
    repository: () => look('read the repository', '', decodeRepository),
    workflows: () =>
      look('list the workflows', '/actions/workflows?per_page=100', (answer) =>
        listAt(answer, 'workflows').map((each) => ({
          path: textAt(each, 'path'),
          name: textAt(each, 'name'),
          state: textAt(each, 'state'),
        })),
      ),
    actions: () =>
      look('read what Actions may run', '/actions/permissions', (answer) => {
        const isEnabled = booleanAt(answer, 'enabled');
        return {
          enabled: isEnabled,
          allowed: isEnabled ? wordAt(answer, ['all', 'local_only', 'selected'], 'allowed_actions') : 'all',
          mustBePinned: field(answer, 'sha_pinning_required') === true,
        };
      }),
    defaultToken: () =>
      look('read what the default token may do', '/actions/permissions/workflow', (answer) => ({
        mayWrite: textAt(answer, 'default_workflow_permissions') === 'write',
        mayOpenPulls: booleanAt(answer, 'can_approve_pull_request_reviews'),
      })),
    branchRules: (branch) =>
      look(`read the rules of ${branch}`, `/rules/branches/${encodePath(branch)}?per_page=100`, (answer) =>
        listAt({ answer }, 'answer').map((rule) => ({
          type: textAt(rule, 'type'),
          ruleset: typeof field(rule, 'ruleset_id') === 'number' ? integerAt(rule, 'ruleset_id') : null,
        })),
      ),
    bypass: (ruleset) =>
      look(`read the ruleset ${ruleset}`, `/rulesets/${ruleset}`, (answer) =>
        wordAt(answer, ['always', 'pull_requests_only', 'never', 'exempt'], 'current_user_can_bypass'),
      ),
    variable: async (name) =>
      orNothing(
        await look(`read the variable ${name}`, `/actions/variables/${name}`, (answer) =>
          textAt(answer, 'value'),
        ),
      ),
    file: async (place) =>
      orNothing(
        await lookAt(
          octokit,
          { what: `read ${place.path}`, repository: place.repository, apiUrl },
          `GET /repos/${place.repository}/contents/${encodePath(place.path)}?ref=${encodeURIComponent(place.ref)}`,
          (answer) => Buffer.from(textAt(answer, 'content'), 'base64').toString('utf8'),
        ),
      ),
  };
}

interface Looked {
  readonly header: (name: string) => string | undefined;
}

type DecodeAnswer<T> = (answer: unknown, looked: Looked) => T;
type Looker = <T>(what: string, path: string, decode: DecodeAnswer<T>) => Promise<Hidable<T>>;
type Hidable<T> = Look<T> & { readonly status?: number };

async function lookAt<T>(
  octokit: Octokit,
  attempt: { readonly what: string; readonly repository: string; readonly apiUrl: string },
  route: string,
  decode: DecodeAnswer<T>,
): Promise<Hidable<T>> {
  try {
    const looked: { readonly data: unknown; readonly headers: object } = await octokit.request(route);
    const header = (name: string): string | undefined => {
      const value = (looked.headers as Readonly<Record<string, unknown>>)[name];
      return typeof value === 'string' ? value : undefined;
    };
    return { kind: 'seen', value: decode(looked.data, { header }) };
  } catch (error) {
    if (error instanceof MalformedAnswer) {
      return { kind: 'hidden', problem: `could not ${attempt.what}: ${error.message}` };
    }
    const refusal = readRefusal(error);
    // A token that is not accepted, or a limit of the rate, says nothing about what was asked.
    if (refusal === undefined || isRateLimited(error) || ![403, 404, 409, 422].includes(refusal.status))
      throw toForgeError(error, attempt);
    const said = refusal.problem.replace(/ - https?:\/\/\S+$/, '');
    return {
      kind: 'hidden',
      problem: `could not ${attempt.what}: ${said} (${refusal.status})`,
      status: refusal.status,
    };
  }
}

/** What is not found is nothing, not something hidden. */
function orNothing<T>(look: Hidable<T>): Look<T | null> {
  return look.kind === 'hidden' && look.status === 404 ? { kind: 'seen', value: null } : look;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

const decodeRepository: DecodeAnswer<RepositoryFacts> = (answer, { header }) => {
  const date = Date.parse(header('date') ?? '');
  return {
    defaultBranch: textAt(answer, 'default_branch'),
    archived: booleanAt(answer, 'archived'),
    hasIssues: booleanAt(answer, 'has_issues'),
    private: booleanAt(answer, 'private'),
    permission: decodePermission(answer),
    scopes:
      header('x-oauth-scopes')
        ?.split(',')
        .map((scope) => scope.trim())
        .filter(Boolean) ?? null,
    answeredAt: Number.isNaN(date) ? null : new Date(date).toISOString().replace('.000Z', 'Z'),
  };
};

const decodePermission: Decode<RepositoryFacts['permission']> = (answer) => {
  const granted = field(answer, 'permissions');
  if (typeof granted !== 'object' || granted === null) return null;
  const words = [
    ['admin', 'admin'],
    ['maintain', 'maintain'],
    ['push', 'write'],
    ['triage', 'triage'],
    ['pull', 'read'],
  ] as const;
  return words.find(([flag]) => at(granted, flag) === true)?.[1] ?? null;
};
