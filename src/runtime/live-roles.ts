import { sha256 } from '../base/digest.ts';
import type { Config, Member } from '../engine/config.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { Account } from '../forge/port/people.ts';
import { readSettings, SETTINGS_PATH, type SettingsFile } from '../workflow/settings.ts';
import type { Runtime } from './ports.ts';

/** Whom the settings on the default branch name now. */
export interface LiveRoles {
  readonly roles: SettingsFile['roles'];
  readonly teams: SettingsFile['teams'];
  readonly approvingApps: readonly string[];
  /** Of the file's text. */
  readonly digest: string;
}

/**
 * Reads whom the settings name now; null where the file is gone or cannot be used: then those count whom a run is pinned to. Asked
 * for along with other questions it costs no request of its own.
 */
export async function readLiveRoles({
  forge,
  settingsPath = SETTINGS_PATH,
}: Pick<Runtime, 'settingsPath'> & { readonly forge: Pick<Forge, 'files'> }): Promise<LiveRoles | null> {
  const { texts } = await forge.files.ofDefaultBranch({ files: [settingsPath] });
  const text = texts.get(settingsPath);
  const settings = text === undefined ? null : readSettings({ path: settingsPath, text }).settings;
  if (text === undefined || settings === null) return null;
  const { roles, teams, approvingApps } = settings;
  return { roles, teams, approvingApps, digest: sha256(text) };
}

/**
 * The configuration of a run without those whom the settings do not name any more: who is taken out of a role approves and overrules
 * nothing from then on. A role that has teams keeps those whom the run is pinned to, since who is in a team is not asked here.
 *
 * @param now accounts under the logins that they have now: who changed theirs is still meant
 */
export function narrowRoles(config: Config, live: LiveRoles | null, now: readonly Account[]): Config {
  if (live === null) return config;
  const loginsOf = ({ id, login }: Member): readonly string[] => [
    login,
    ...now.filter((account) => account.id === id).map((account) => account.login),
  ];
  const isNamed = (role: string) => (member: Member) =>
    live.teams[role] !== undefined || loginsOf(member).some((login) => names(live.roles[role], login));
  const roles = Object.entries(config.roles).map(([role, members]): [string, readonly Member[]] => [
    role,
    members.filter(isNamed(role)),
  ]);
  const { approvingApps } = config.settings;
  const apps = approvingApps?.filter((app) =>
    loginsOf(app).some((login) => names(live.approvingApps, login)),
  );
  return {
    ...config,
    roles: Object.fromEntries(roles),
    settings: { ...config.settings, ...(apps === undefined ? {} : { approvingApps: apps }) },
  };
}

/**
 * As {@link narrowRoles}, with an account added that holds the role `ceo` by the settings as they are now: it may have a run take these
 * up, or nobody could where the CEO changed.
 */
export function rolesToRepin(config: Config, live: LiveRoles | null, account: Account): Config {
  const narrowed = narrowRoles(config, live, [account]);
  if (live === null || !names(live.roles['ceo'], account.login)) return narrowed;
  const { login, id, kind } = account;
  const others = (narrowed.roles['ceo'] ?? []).filter((member) => member.id !== id);
  return { ...narrowed, roles: { ...narrowed.roles, ceo: [...others, { login, id, kind }] } };
}

function names(logins: readonly string[] | undefined, login: string): boolean {
  return logins?.some((one) => one.toLowerCase() === login.toLowerCase()) === true;
}
