import { TreadleError } from '../../base/errors.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { Permission } from '../../forge/port/people.ts';
import type { Look, RepositorySettings } from '../../forge/port/settings.ts';
import { readBuiltInWorkflows } from '../../runtime/package-files.ts';
import { WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import { REVIEW_WORKFLOW_PATH } from '../../runtime/review-workflow.ts';
import { ROUTING_PATH } from '../../workflow/routing-table.ts';
import { readSettings, SETTINGS_PATH, type SettingsFile } from '../../workflow/settings.ts';
import { findAction } from '../init/action-reference.ts';
import { WAKE_WORKFLOW_PATH } from '../init/starter-files.ts';
import { readTokenKind, type DoctorFacts, type MemberFacts, type StateFacts } from './facts.ts';

/** What the facts are read from. */
export interface Surroundings {
  readonly forge: Forge;
  readonly settings: RepositorySettings;
  readonly token: string;
  readonly now: () => string;
}

/** Looks at everything, and changes nothing. What the token may not see is part of the facts. */
export async function gatherFacts(surroundings: Surroundings): Promise<DoctorFacts> {
  const { forge, settings, token, now } = surroundings;
  // First, and alone: a token that is not accepted fails here, once.
  const repository = await settings.repository();
  const login = await forge.people.viewer().then(
    (viewer) => viewer.login,
    (error: unknown) => expectHidden(error).problem && null,
  );
  const read = (folder: string): Promise<ReadonlyMap<string, string>> =>
    forge.files.ofDefaultBranch({ files: [SETTINGS_PATH, ROUTING_PATH], folder }).then(
      ({ texts }) => texts,
      (error: unknown) => (expectHidden(error), new Map<string, string>()),
    );
  const [own, github] = await Promise.all([read(WORKFLOWS_FOLDER), read('.github/workflows')]);
  const files = new Map([...own, ...github]);
  const text = files.get(SETTINGS_PATH) ?? '';
  const file = readSettings({ path: SETTINGS_PATH, text }).settings;
  const [workflows, actions, defaultToken, paused] = await Promise.all([
    settings.workflows(),
    settings.actions(),
    settings.defaultToken(),
    settings.variable('TREADLE_PAUSED'),
  ]);
  const branch = repository.kind === 'seen' ? repository.value.defaultBranch : 'HEAD';
  return {
    token: { kind: readTokenKind(token, login), login },
    now: now(),
    repository,
    files,
    builtInWorkflows: readBuiltInWorkflows(),
    workflows,
    actions,
    defaultToken,
    paused,
    state: await readState(surroundings, file?.stateBranch ?? 'treadle/state'),
    action: await readAction(surroundings, files, branch),
    members: await readMembers(forge, file),
    teams: await readTeams(forge, file),
  };
}

async function readState({ forge, settings }: Surroundings, branch: string): Promise<StateFacts> {
  const exists = (await forge.files.head(branch)) !== undefined;
  const review = exists ? await forge.files.read(REVIEW_WORKFLOW_PATH, branch) : undefined;
  const rules = await settings.branchRules(branch);
  if (rules.kind === 'hidden') return { branch, exists, hasReviewWorkflow: review !== undefined, rules };
  const bypasses = new Map<number, 'always' | 'never' | 'unknown'>();
  for (const ruleset of new Set(rules.value.flatMap((rule) => rule.ruleset ?? []))) {
    const look = await settings.bypass(ruleset);
    const may = look.kind === 'seen' && ['always', 'exempt'].includes(look.value);
    bypasses.set(ruleset, look.kind === 'hidden' ? 'unknown' : may ? 'always' : 'never');
  }
  const value = rules.value.map((rule) => ({
    ...rule,
    bypass:
      rule.ruleset === null ? ('unknown' as const) : (bypasses.get(rule.ruleset) ?? ('unknown' as const)),
  }));
  return { branch, exists, hasReviewWorkflow: review !== undefined, rules: { kind: 'seen', value } };
}

/** The description of the Action that the wake workflow names, wherever it is. */
async function readAction(
  { forge, settings }: Surroundings,
  files: ReadonlyMap<string, string>,
  defaultBranch: string,
): Promise<DoctorFacts['action']> {
  const uses = findAction(files.get(WAKE_WORKFLOW_PATH) ?? '')?.split('#')[0];
  if (uses === undefined) return null;
  const [, owner, name, folder = '', ref = ''] = /^([^/]+)\/([^/@]+)(?:\/([^@]+))?@(.+)$/.exec(uses) ?? [];
  const isLocal = uses.startsWith('./');
  if (!isLocal && (owner === undefined || name === undefined)) return null;
  const place = isLocal
    ? { repository: forge.repository, folder: uses.slice(2), ref: defaultBranch }
    : { repository: `${owner}/${name}`, folder, ref };
  const join = (file: string): string =>
    [place.folder.replace(/\/$/, ''), file].filter((part) => part !== '').join('/');
  let text: Look<string | null> = { kind: 'seen', value: null };
  for (const file of ['action.yml', 'action.yaml']) {
    text = await settings.file({ repository: place.repository, path: join(file), ref: place.ref });
    if (text.kind === 'hidden' || text.value !== null) break;
  }
  return { uses, text };
}

async function readMembers(
  forge: Forge,
  file: SettingsFile | null,
): Promise<ReadonlyMap<string, MemberFacts>> {
  const logins = new Set(Object.values(file?.roles ?? {}).flat());
  const accounts = await forge.people.findAll([...logins]);
  const ceos = new Set(file?.roles['ceo'] ?? []);
  const members = new Map<string, MemberFacts>();
  for (const login of logins) {
    const account = accounts.get(login);
    if (account === undefined) {
      members.set(login, { kind: 'unknown' });
      continue;
    }
    // Only whose approvals count is of account.
    const permission = ceos.has(login)
      ? await readPermission(forge, login)
      : { kind: 'hidden' as const, problem: `the permission of ${login}` };
    members.set(login, { kind: 'known', permission, isApp: account.kind === 'app' });
  }
  return members;
}

async function readTeams(forge: Forge, file: SettingsFile | null): Promise<ReadonlyMap<string, boolean>> {
  const teams = new Map<string, boolean>();
  for (const team of new Set(Object.values(file?.teams ?? {}).flat())) {
    const [organisation = '', name = ''] = team.split('/');
    teams.set(team, (await forge.people.teamMembers(organisation, name)) !== undefined);
  }
  return teams;
}

async function readPermission(forge: Forge, login: string): Promise<Look<Permission>> {
  return forge.people.permission(login).then(
    (value) => ({ kind: 'seen', value }),
    (error: unknown) => ({ kind: 'hidden', problem: expectHidden(error).problem }),
  );
}

/** What a token may not do is expected; anything else goes on. */
function expectHidden(error: unknown): { readonly problem: string } {
  if (error instanceof TreadleError && ['forge-denied', 'forge-refused'].includes(error.code))
    return { problem: error.message };
  throw error;
}
