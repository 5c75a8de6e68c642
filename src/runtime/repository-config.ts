import { TreadleError } from '../base/errors.ts';
import type { Config, Member } from '../engine/config.ts';
import type { Forge } from '../forge/port.ts';
import { compileWorkflow, type Compiled, type WorkflowFile } from '../workflow/compile.ts';
import type { Diagnostic } from '../workflow/diagnostic.ts';
import { readSettings, SETTINGS_PATH, type SettingsFile } from '../workflow/settings.ts';

/** Where a repository keeps workflows of its own. */
const WORKFLOWS_FOLDER = '.github/treadle/workflows';

/** A workflow that can be started by its key. */
export interface CatalogEntry extends Compiled {
  readonly key: string;
  readonly file: WorkflowFile;
}

/** What the repository's default branch says now: it holds for new runs. */
export interface RepositoryConfig {
  readonly config: Config;
  /** Roles declared besides the built-in ones. */
  readonly roles: readonly string[];
  /** By key; the repository's own beat the built-in ones of the same name. */
  readonly workflows: ReadonlyMap<string, CatalogEntry>;
}

/**
 * Reads settings and workflows from the default branch and resolves logins to ids.
 *
 * @throws TreadleError `config-missing`, or `config-invalid` with all diagnostics in its facts
 */
export async function readRepositoryConfig(
  forge: Forge,
  builtInWorkflows: ReadonlyMap<string, string>,
): Promise<RepositoryConfig> {
  const branch = await forge.files.defaultBranch();
  const text = await forge.files.read(SETTINGS_PATH, branch);
  if (text === undefined) {
    throw new TreadleError(
      'config-missing',
      `there is no ${SETTINGS_PATH} on the branch ${branch} of ${forge.repository}`,
      {
        remedy: `Commit one to ${branch} that says who holds which role, for instance:\n\n  roles:\n    ceo: [your-login]\n`,
      },
    );
  }
  const settings = settingsOf({ path: SETTINGS_PATH, text });
  const config: Config = {
    version: 1,
    roles: await resolveRoles(forge, settings, text),
    agents: settings.agents,
    settings: {
      baseBranch: settings.baseBranch ?? branch,
      protectedPaths: settings.protectedPaths,
      leaseMinutes: settings.leaseMinutes,
    },
  };
  const roles = Object.keys(settings.roles).sort();
  const files = [...builtInFiles(builtInWorkflows), ...(await ownFiles(forge, branch))];
  const workflows = new Map<string, CatalogEntry>();
  for (const file of files) {
    const key = file.path.replace(/^.*\//, '').replace(/\.ya?ml$/, '');
    workflows.set(key, { key, file, ...compileWorkflow(file, { roles }) });
  }
  return { config, roles, workflows };
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
): TreadleError {
  const [first] = diagnostics;
  const place = first === undefined ? '' : `:${first.start.line}:${first.start.column}: ${first.message}`;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  return new TreadleError(code, `${file.path}${place}${more}`, {
    remedy: 'Nothing was started. Mend the file, commit it to the default branch, and try again.',
    facts: { path: file.path, text: file.text, diagnostics },
  });
}

async function resolveRoles(
  forge: Forge,
  settings: SettingsFile,
  text: string,
): Promise<Record<string, readonly Member[]>> {
  const members = new Map<string, Member>();
  for (const login of new Set(Object.values(settings.roles).flat())) {
    const account = await forge.people.find(login);
    if (account === undefined) throw unknownLogin(login, text);
    members.set(login, account);
  }
  const resolve = (login: string): Member[] => {
    const member = members.get(login);
    return member === undefined ? [] : [member];
  };
  return Object.fromEntries(
    Object.entries(settings.roles).map(([role, logins]) => [role, logins.flatMap(resolve)]),
  );
}

function unknownLogin(login: string, text: string): TreadleError {
  const lines = text.split('\n');
  const line = lines.findIndex((candidate) => candidate.includes(login));
  const column = (lines[line]?.indexOf(login) ?? 0) + 1;
  const start = { line: line + 1, column };
  return invalidFile('config-invalid', { path: SETTINGS_PATH, text }, [
    {
      path: SETTINGS_PATH,
      start,
      end: { line: start.line, column: column + login.length },
      severity: 'error',
      code: 'unknown-login',
      message: `The forge knows no account '${login}'`,
    },
  ]);
}

function builtInFiles(builtIn: ReadonlyMap<string, string>): readonly WorkflowFile[] {
  return [...builtIn].map(([path, text]) => ({ path, text }));
}

async function ownFiles(forge: Forge, branch: string): Promise<readonly WorkflowFile[]> {
  const files: WorkflowFile[] = [];
  for (const name of await forge.files.list(WORKFLOWS_FOLDER, branch)) {
    if (!/\.ya?ml$/.test(name)) continue;
    const path = `${WORKFLOWS_FOLDER}/${name}`;
    const text = await forge.files.read(path, branch);
    if (text !== undefined) files.push({ path, text });
  }
  return files;
}
