import { readAgent, type AgentSetting, type AgentReader } from './agent-setting.ts';
import type { Diagnostic } from './diagnostic.ts';
import { suggestion } from './finding.ts';
import { readHealing, type HealingSetting } from './healing-setting.ts';
import { readLimits, type Limits } from './limits.ts';
import { readYaml } from './read-yaml.ts';
import { TREADLE_RUNNER } from './roles.ts';
import { readWorkflowNames } from './workflow-name.ts';
import { createSourceText, type SourceText } from './source-text.ts';
import type { Span, YamlEntry, YamlMap, YamlNode } from './yaml-tree.ts';

/** Where a repository keeps its settings. */
export const SETTINGS_PATH = '.github/treadle.yml';
/** The branch that holds the state, unless the settings name another. */
export const DEFAULT_STATE_BRANCH = 'treadle/state';

/** What `.github/treadle.yml` says, before logins are resolved to ids. */
export interface SettingsFile {
  /** Role → logins, in the order of preference for dispatch. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  /** Role → teams, as `organisation/team`, whose members hold it after those named. Only roles that have some. */
  readonly teams: Readonly<Record<string, readonly string[]>>;
  /** Logins of Apps whose reviews count. */
  readonly approvingApps: readonly string[];
  /** Login → how it is reached. */
  readonly agents: Readonly<Record<string, AgentSetting>>;
  /** Null: the repository's default branch. */
  readonly baseBranch: string | null;
  readonly stateBranch: string;
  readonly protectedPaths: readonly string[];
  readonly leaseMinutes: number;
  readonly limits: Limits;
  /** How long the CEO may leave an escalation before they are reminded. */
  readonly escalationReminderHours: number;
  /** Files in `.github/workflows` that are started on the base branch after a merge which starts none by itself. */
  readonly afterMerge: readonly string[];
  readonly healing: HealingSetting;
}

const KEYS = [
  'roles',
  'agents',
  'approving-apps',
  'base-branch',
  'state-branch',
  'protected-paths',
  'lease-minutes',
  'limits',
  'escalation-reminder-hours',
  'after-merge',
  'self-healing',
];

const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\[bot\])?$/;
/** As in CODEOWNERS; YAML wants quotes around it. */
const TEAM = /^@[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9][\w.-]*$/;

/** What holds where the file says nothing. Agents' own instructions are code: they always need a review of the code. */
const DEFAULTS = {
  stateBranch: DEFAULT_STATE_BRANCH,
  protectedPaths: [
    '.github/**',
    '**/CODEOWNERS',
    '**/{AGENTS,CLAUDE,GEMINI}.md',
    '**/.{claude,codex,cursor,gemini}/**',
    '**/.mcp.json',
  ],
  leaseMinutes: 5,
  escalationReminderHours: 24,
};

/** Reads a settings file. Reports all problems at once; the settings are null when there is any. Never throws over the text. */
export function readSettings(file: { readonly path: string; readonly text: string }): {
  readonly settings: SettingsFile | null;
  readonly diagnostics: readonly Diagnostic[];
} {
  const reader = new SettingsReader(file.path, createSourceText(file.text));
  const { root, findings } = readYaml(file.text);
  for (const { code, span, message } of findings) reader.report(code, span, message);
  const settings = root === null ? reader.readRoot(null) : reader.readRoot(root);
  const diagnostics = [...reader.diagnostics].sort(
    (a, b) => a.start.line - b.start.line || a.start.column - b.start.column,
  );
  return { settings: diagnostics.length > 0 ? null : settings, diagnostics };
}

class SettingsReader implements AgentReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #path: string;
  readonly #source: SourceText;

  constructor(path: string, source: SourceText) {
    this.#path = path;
    this.#source = source;
  }

  report(code: string, span: Span, message: string): void {
    this.diagnostics.push({
      path: this.#path,
      start: this.#source.positionAt(span.start),
      end: this.#source.positionAt(Math.max(span.end, span.start + 1)),
      severity: 'error',
      code,
      message,
    });
  }

  readRoot(root: YamlNode | null): SettingsFile {
    const map = root === null || isEmpty(root) ? null : this.#map(root, 'The settings');
    this.refuseUnknown(map, KEYS);
    const holders = this.#readRoles(map?.byKey.get('roles')?.value);
    const roles = mapRoles(holders, (names) => names.filter((name) => !TEAM.test(name)));
    const teams = mapRoles(holders, (names) =>
      names.filter((name) => TEAM.test(name)).map((name) => name.replace(/^@/, '')),
    );
    const members = new Set(Object.values(roles).flat());
    // Who is in a team is not known here.
    const known = Object.values(teams).flat().length > 0 ? null : members;
    return {
      roles,
      teams: Object.fromEntries(Object.entries(teams).filter(([, names]) => names.length > 0)),
      approvingApps: this.#readApps(map?.byKey.get('approving-apps')?.value, members),
      agents: this.#readAgents(map?.byKey.get('agents')?.value, known),
      baseBranch: this.#branch(map?.byKey.get('base-branch')?.value),
      stateBranch: this.#branch(map?.byKey.get('state-branch')?.value) ?? DEFAULTS.stateBranch,
      protectedPaths:
        this.texts(map?.byKey.get('protected-paths')?.value, "'protected-paths'") ?? DEFAULTS.protectedPaths,
      leaseMinutes: this.#number(map, 'lease-minutes', { from: 1, to: 60 }) ?? DEFAULTS.leaseMinutes,
      limits: this.#readLimits(map?.byKey.get('limits')?.value),
      escalationReminderHours:
        this.#number(map, 'escalation-reminder-hours', { from: 1, to: 720 }) ??
        DEFAULTS.escalationReminderHours,
      afterMerge: readWorkflowNames(map?.byKey.get('after-merge')?.value, this),
      healing: readHealing(map?.byKey.get('self-healing')?.value, this),
    };
  }

  #readRoles(node: YamlNode | undefined): Record<string, readonly string[]> {
    const map = node === undefined ? null : this.#map(node, "'roles'");
    const roles: [string, readonly string[]][] = [];
    for (const { key, value } of map?.entries ?? []) {
      if (!/^[a-z][a-z0-9-]*$/.test(key.text)) {
        this.report(
          'bad-role-name',
          key.span,
          `A role is named in small letters, digits and hyphens, unlike '${key.text}'`,
        );
      } else if (key.text === TREADLE_RUNNER) {
        const message = `'${TREADLE_RUNNER}' is no role: it stands for where Treadle runs commands`;
        this.report('bad-role-name', key.span, message);
      }
      roles.push([key.text, this.#logins(value, key.text)]);
    }
    return Object.fromEntries(roles);
  }

  #logins(node: YamlNode, role: string): readonly string[] {
    const logins = this.texts(node, `The role '${role}'`) ?? [];
    const nodes = node.kind === 'list' ? node.items : [node];
    logins.forEach((login, index) => {
      if (LOGIN.test(login) || TEAM.test(login)) return;
      this.report('bad-login', nodes[index]?.span ?? node.span, `'${login}' is no login of the forge`);
    });
    return logins;
  }

  /** An App whose reviews are to count must hold a role, as everybody. */
  #readApps(node: YamlNode | undefined, members: ReadonlySet<string>): readonly string[] {
    const logins = this.texts(node, "'approving-apps'") ?? [];
    const nodes = node?.kind === 'list' ? node.items : [node];
    logins.forEach((login, index) => {
      const span = nodes[index]?.span;
      if (span === undefined) return;
      if (!LOGIN.test(login) || !login.endsWith('[bot]')) {
        this.report('bad-login', span, `'${login}' is no App: the login of an App ends with [bot]`);
      } else if (!members.has(login)) {
        const message = `'${login}' holds no role, so its reviews would never count.`;
        this.report('agent-without-role', span, `${message}${suggestion(login, members)}`);
      }
    });
    return logins;
  }

  /** `members` null: not all of them are known. */
  #readAgents(node: YamlNode | undefined, members: ReadonlySet<string> | null): Record<string, AgentSetting> {
    const map = node === undefined ? null : this.#map(node, "'agents'");
    const agents: [string, AgentSetting][] = [];
    for (const entry of map?.entries ?? []) {
      if (members !== null && !members.has(entry.key.text)) {
        this.report(
          'agent-without-role',
          entry.key.span,
          `'${entry.key.text}' holds no role, so it would never be dispatched.${suggestion(entry.key.text, members)}`,
        );
      }
      const agent = this.#readAgent(entry);
      if (agent !== null) agents.push([entry.key.text, agent]);
    }
    return Object.fromEntries(agents);
  }

  #readAgent({ key, value }: YamlEntry): AgentSetting | null {
    const map = this.#map(value, `The agent '${key.text}'`);
    return map === null ? null : readAgent(key, map, this);
  }

  #readLimits(node: YamlNode | undefined): Limits {
    const map = node === undefined ? null : this.#map(node, "'limits'");
    return readLimits(map, (code, span, message) => {
      this.report(code, span, message);
    });
  }

  #number(
    map: YamlMap | null,
    key: string,
    { from, to }: { readonly from: number; readonly to: number },
  ): number | null {
    const node = map?.byKey.get(key)?.value;
    if (node === undefined) return null;
    if (node.kind === 'scalar' && typeof node.value === 'number' && node.value >= from && node.value <= to)
      return node.value;
    this.report('wrong-limit', node.span, `'${key}' is a number from ${from} to ${to}`);
    return null;
  }

  #branch(node: YamlNode | undefined): string | null {
    if (node === undefined) return null;
    const name = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
    if (/^(?![-/.])(?!.*(?:\.\.|\/\/|@\{|\.lock$))[\w./-]*[\w-]$/.test(name)) return name;
    this.report('bad-branch', node.span, 'A branch name is expected here');
    return null;
  }

  /** A list of texts; one text stands for a list of it. */
  texts(node: YamlNode | undefined, what: string): readonly string[] | null {
    if (node === undefined) return null;
    const items = node.kind === 'list' ? node.items : [node];
    const texts: string[] = [];
    for (const item of items) {
      if (item.kind === 'scalar' && item.value !== null) texts.push(item.text);
      else this.report('wrong-type', item.span, `${what} is a list of texts`);
    }
    return texts.length === items.length ? texts : null;
  }

  #map(node: YamlNode, what: string): YamlMap | null {
    if (node.kind === 'map') return node;
    this.report('wrong-type', node.span, `${what} must be a mapping`);
    return null;
  }

  refuseUnknown(map: YamlMap | null, known: readonly string[]): void {
    const seen = new Set<string>();
    for (const { key } of map?.entries ?? []) {
      if (!known.includes(key.text)) {
        this.report('unknown-key', key.span, `Unknown key '${key.text}'.${suggestion(key.text, known)}`);
      }
      if (seen.has(key.text)) this.report('duplicate-key', key.span, `'${key.text}' stands here twice`);
      seen.add(key.text);
    }
  }
}

function mapRoles(
  roles: Readonly<Record<string, readonly string[]>>,
  choose: (names: readonly string[]) => readonly string[],
): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(roles).map(([role, names]) => [role, choose(names)]));
}

function isEmpty(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}
