import { parse } from 'yaml';

import { REVIEW_WORKFLOW_PATH } from '../../runtime/review-workflow.ts';
import { SETTINGS_PATH } from '../../workflow/settings.ts';
import { renderUses, type ActionReference } from './action-reference.ts';

export const WAKE_WORKFLOW_PATH = '.github/workflows/treadle.yml';

/** The agents that there are templates for, by the name of `--agent`. */
export const AGENT_TEMPLATES = ['claude-code', 'copilot'] as const;
export type AgentTemplate = (typeof AGENT_TEMPLATES)[number];

/** A file that `init` puts into a repository. */
export interface StarterFile {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
  /** `settings` are the user's own as soon as they are there; `generated` ones are written by `init` alone. */
  readonly kind: 'settings' | 'generated';
}

export interface StarterOptions {
  readonly action: ActionReference;
  readonly stateBranch: string;
  /** Logins that hold the role ceo from the start. */
  readonly ceos: readonly string[];
  readonly agents: readonly AgentTemplate[];
  /** Names of further workflows whose end wakes Treadle: agents work in them, or merges wait for them. */
  readonly awaitedWorkflows: readonly string[];
}

/** Where an agent's workflow is. */
export function agentWorkflowPath(agent: AgentTemplate): string {
  return `.github/workflows/treadle-${agent}.yml`;
}

/** The files of a repository that works with Treadle, filled in. `read` gives the templates by path. Pure but for it. */
export function starterFiles(
  { action, stateBranch, ceos, agents, awaitedWorkflows }: StarterOptions,
  read: (template: string) => string,
): readonly StarterFile[] {
  const fill = (text: string): string =>
    keepLocal(text, action.kind === 'local')
      .replaceAll('TREADLE_ACTION/report', renderUses(action, 'report'))
      .replaceAll('TREADLE_ACTION', renderUses(action));
  const agentFiles = agents.map((agent) => ({
    path: agentWorkflowPath(agent),
    text: fill(read(`agents/${agent}.yml`)),
    kind: 'generated' as const,
  }));
  const names = new Set([
    'Treadle review',
    ...agentFiles.map(({ text }) => nameOf(text)),
    ...awaitedWorkflows,
  ]);
  const list = `[${[...names].map(renderName).join(', ')}]`;
  const wake = fill(read(WAKE_WORKFLOW_PATH))
    .replace('[Treadle review]', () => list)
    .replace('state-branch: treadle/state', `state-branch: ${stateBranch}`);
  const hello = '.github/treadle/workflows/hello.yml';
  return [
    { path: SETTINGS_PATH, text: fillSettings(read(SETTINGS_PATH), stateBranch, ceos), kind: 'settings' },
    { path: hello, text: read(hello), kind: 'settings' },
    { path: WAKE_WORKFLOW_PATH, text: wake, kind: 'generated' },
    { path: REVIEW_WORKFLOW_PATH, text: read(REVIEW_WORKFLOW_PATH), kind: 'generated' },
    ...agentFiles,
  ];
}

function fillSettings(text: string, stateBranch: string, ceos: readonly string[]): string {
  const named = text.replace('ceo: []', `ceo: [${ceos.join(', ')}]`);
  return stateBranch === 'treadle/state'
    ? named
    : named.replace('# state-branch: treadle/state', `state-branch: ${stateBranch}`);
}

/** The lines between the two marks are for actions of the repository itself, which a checkout must bring first. */
function keepLocal(text: string, isLocal: boolean): string {
  const between = /^ *# treadle:local\n([^]*?)^ *# treadle:end\n/gm;
  return text.replace(between, isLocal ? '$1' : '');
}

function renderName(name: string): string {
  return /^[A-Za-z][\w ./-]*$/.test(name) ? name : `'${name.replaceAll("'", "''")}'`;
}

function nameOf(workflow: string): string {
  const { name } = parse(workflow) as { readonly name: string };
  return name;
}
