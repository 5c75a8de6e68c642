import { TreadleError } from '../base/errors.ts';
import type { Config, Member } from '../engine/config.ts';
import type { Account } from '../forge/port/people.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { WorkflowFile } from '../workflow/compile.ts';
import { compileWithCalls, type CompiledWithCalls } from '../workflow/compile-with-calls.ts';
import type { Diagnostic } from '../workflow/diagnostic.ts';
import type { HealingSetting } from '../workflow/healing-setting.ts';
import type { Workflow } from '../workflow/model.ts';
import { readSettings, SETTINGS_PATH, type SettingsFile } from '../workflow/settings.ts';
import type { Variables } from '../workflow/variables.ts';
import { readVariables, type WithCalls } from './repository-variables.ts';

/** Where a repository keeps workflows of its own. */
export const WORKFLOWS_FOLDER = '.github/treadle/workflows';

/** A workflow that can be started by its key. */
export interface CatalogEntry extends CompiledWithCalls {
  readonly key: string;
  readonly file: WorkflowFile;
  /** The variables that it uses, with what it calls: a run is pinned to them. Left out where there are none. */
  readonly vars?: Variables;
}

/** What the repository's default branch says now: it holds for new runs. */
export interface RepositoryConfig {
  readonly config: Config;
  /** Roles declared besides the built-in ones. */
  readonly roles: readonly string[];
  /** By key; the repository's own beat the built-in ones of the same name. */
  readonly workflows: ReadonlyMap<string, CatalogEntry>;
  /** What files beads by itself. */
  readonly healing: HealingSetting;
  /** What people should know of it; left out for nothing. */
  readonly remarks?: readonly string[];
}

/**
 * Reads settings and workflows from the default branch and resolves logins to ids. Variables are read where a workflow uses any.
 *
 * @param variables what the repository's variables are; null asks the forge
 * @param path where the settings are
 * @throws TreadleError `config-missing`, or `config-invalid` with all diagnostics in its facts
 */
export async function readRepositoryConfig(
  forge: Forge,
  builtInWorkflows: ReadonlyMap<string, string>,
  variables: Variables | null = null,
  path: string = SETTINGS_PATH,
): Promise<RepositoryConfig> {
  const wanted = { files: [path], folder: WORKFLOWS_FOLDER };
  const { branch, texts } = await forge.files.ofDefaultBranch(wanted);
  const text = texts.get(path);
  if (text === undefined) {
    throw new TreadleError(
      'config-missing',
      `there is no ${path} on the branch ${branch} of ${forge.repository}`,
      {
        remedy: `Commit one to ${branch} that says who holds which role, for instance:\n\n  roles:\n    ceo: [your-login]\n`,
      },
    );
  }
  const file = { path, text };
  const settings = settingsOf(file);
  const accounts = await findAccounts(forge, settings, file);
  const approvingApps = settings.approvingApps.flatMap((login) => accounts.get(login) ?? []);
  const config: Config = {
    version: 1,
    roles: await resolveRoles(forge, settings, accounts, file),
    agents: settings.agents,
    settings: {
      baseBranch: settings.baseBranch ?? branch,
      // Who holds a role is decided where the settings are: elsewhere than by default the patterns may not know of it.
      protectedPaths: path === SETTINGS_PATH ? settings.protectedPaths : [...settings.protectedPaths, path],
      leaseMinutes: settings.leaseMinutes,
      limits: settings.limits,
      escalationReminderHours: settings.escalationReminderHours,
      ...(settings.afterMerge.length === 0 ? {} : { afterMerge: settings.afterMerge }),
      ...(approvingApps.length === 0 ? {} : { approvingApps }),
    },
  };
  const roles = Object.keys(settings.roles).sort();
  const own = [...texts].filter(([own]) => own !== path && /\.ya?ml$/.test(own)).sort();
  const compiled = new Map<string, Omit<CatalogEntry, 'vars'>>();
  const all = [...builtInWorkflows, ...own];
  const contents = new Map(all);
  const byPath = new Map<string, Workflow | null>();
  const fileAt = (path: string): WorkflowFile | undefined => {
    const content = contents.get(path);
    return content === undefined ? undefined : { path, text: content };
  };
  for (const [path, content] of all) {
    const key = path.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
    const file = { path, text: content };
    const entry = { key, file, ...compileWithCalls(file, fileAt, { roles }) };
    compiled.set(key, entry);
    byPath.set(path, entry.workflow);
  }
  const withCalls = new Map(
    [...compiled].map(([key, { workflow, files }]): [string, WithCalls] => [
      key,
      workflow === null ? null : files.flatMap(({ path }) => byPath.get(path) ?? []),
    ]),
  );
  const { of: varsOf, remarks } = await readVariables(withCalls, async () => variables ?? forge.variables());
  const workflows = new Map([...compiled].map(([key, entry]) => [key, { ...entry, vars: varsOf(key) }]));
  return { config, roles, workflows, healing: settings.healing, remarks };
}

/** The settings of a file, or an error that holds every diagnostic. */
export function settingsOf(file: { readonly path: string; readonly text: string }): SettingsFile {
  const { settings, diagnostics } = readSettings(file);
  if (settings === null) throw invalidFile('config-invalid', file, diagnostics);
  return settings;
}

/** An error over a file of the user's: `diagnostics` and the `text` they stand in are in its facts, for whoever shows them. */
export function invalidFile(
  code: 'config-invalid' | 'workflow-invalid',
  file: { readonly path: string; readonly text: string },
  diagnostics: readonly Diagnostic[],
  remedy = 'Nothing was started. Mend the file, commit it to the default branch, and try again.',
): TreadleError {
  const [first] = diagnostics;
  const place = first === undefined ? '' : `:${first.start.line}:${first.start.column}: ${first.message}`;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  return new TreadleError(code, `${file.path}${place}${more}`, {
    remedy,
    facts: { path: file.path, text: file.text, diagnostics },
  });
}

/** Everybody whom the settings name. */
async function findAccounts(
  forge: Forge,
  settings: SettingsFile,
  file: WorkflowFile,
): Promise<ReadonlyMap<string, Account>> {
  const logins = [...new Set([...Object.values(settings.roles).flat(), ...settings.approvingApps])];
  const accounts = await forge.people.findAll(logins);
  const unknown = logins.find((login) => !accounts.has(login));
  if (unknown === undefined) return accounts;
  throw invalidName(file, unknown, 'unknown-login', `The forge knows no account '${unknown}'`);
}

/** Each role's holders: those named first, then those of its teams, each once. */
async function resolveRoles(
  forge: Forge,
  { roles, teams }: SettingsFile,
  accounts: ReadonlyMap<string, Account>,
  file: WorkflowFile,
): Promise<Record<string, readonly Member[]>> {
  const members = new Map<string, readonly Account[]>();
  for (const team of new Set(Object.values(teams).flat()))
    members.set(team, await readTeam(forge, team, file));
  const resolved: [string, readonly Member[]][] = [];
  for (const [role, logins] of Object.entries(roles)) {
    const named = logins.flatMap((login) => accounts.get(login) ?? []);
    const inTeams = (teams[role] ?? []).flatMap((team) => members.get(team) ?? []);
    const holders = new Map([...named, ...inTeams].map((account) => [account.id, account]));
    resolved.push([role, [...holders.values()]]);
  }
  return Object.fromEntries(resolved);
}

async function readTeam(forge: Forge, team: string, file: WorkflowFile): Promise<readonly Account[]> {
  const [organisation = '', name = ''] = team.split('/');
  const members = await forge.people.teamMembers(organisation, name);
  if (members !== undefined) return members;
  throw invalidName(
    file,
    team,
    'unreadable-team',
    `This token cannot read who is in the team '@${team}': it needs an App or a person that may, or the logins themselves`,
  );
}

/** An error at the place where the settings name somebody. */
function invalidName(
  file: WorkflowFile,
  name: string,
  code: 'unknown-login' | 'unreadable-team',
  message: string,
): TreadleError {
  const lines = file.text.split('\n');
  const line = lines.findIndex((candidate) => candidate.includes(name));
  const column = (lines[line]?.indexOf(name) ?? 0) + 1;
  const start = { line: line + 1, column };
  const end = { line: start.line, column: column + name.length };
  return invalidFile('config-invalid', file, [
    { path: file.path, start, end, severity: 'error', code, message },
  ]);
}
