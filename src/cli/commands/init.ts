import { basename } from 'node:path';
import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { readTemplate } from '../../runtime/package-files.ts';
import { REVIEW_WORKFLOW_PATH } from '../../runtime/review-workflow.ts';
import { readSettings, SETTINGS_PATH, type SettingsFile } from '../../workflow/settings.ts';
import { examples, JSON_OPTION, REPO_OPTION, type CommandContext } from '../command-context.ts';
import { findAction, resolveAction, type ActionReference } from '../init/action-reference.ts';
import { describePlan, describeResult, notesOf } from '../init/describe-init.ts';
import { findAgentWorkflows } from '../init/find-agent-workflows.ts';
import { findCheckWorkflows } from '../init/find-check-workflows.ts';
import { planInit, planRemoval } from '../init/plan-init.ts';
import { checkPlan, listWorkflows, readPresent, runInit, type InitPlan } from '../init/run-init.ts';
import { tryUserGit } from '../init/run-git.ts';
import {
  AGENT_TEMPLATES,
  agentWorkflowPath,
  starterFiles,
  WAKE_WORKFLOW_PATH,
  type AgentTemplate,
  type StarterFile,
} from '../init/starter-files.ts';
import { writeStarter } from '../init/write-starter.ts';
import { findPlace } from '../local/place.ts';

interface InitOptions {
  readonly repo: string;
  readonly remote: string;
  readonly branch?: string;
  readonly action?: string;
  readonly ceo?: readonly string[];
  readonly agent?: readonly string[];
  readonly workflow?: string | true;
  readonly push: boolean;
  readonly force?: true;
  readonly remove?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `treadle init`: what a repository on GitHub needs to work with Treadle, and how it is removed again. */
export function addInit(program: Command, context: CommandContext): void {
  const { terminal } = context;
  program
    .command('init')
    .description('set a repository up for GitHub: settings, a first workflow, and what wakes Treadle')
    .option('--action <action>', 'the Action to run: owner/repo@TAG, owner/repo@COMMIT, or a path such as ./')
    .option('--ceo <login>', 'who decides; may be given several times', collect)
    .option('--agent <name>', `add an agent's workflow: ${AGENT_TEMPLATES.join(', ')}`, collect)
    .option(
      '--workflow [name]',
      'write a workflow to begin with, and nothing else; without a name: which there are',
    )
    .option('--remote <name>', 'where to publish', 'origin')
    .option('--branch <name>', 'the state branch; treadle/state unless the settings say otherwise')
    .option('--no-push', 'commit only, publish nothing')
    .option('--force', 'write over generated files that differ')
    .option('--remove', 'remove what init wrote and nobody changed')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle init --action treadle-dev/treadle@v1.0.0 --ceo octocat',
        'treadle init --agent claude-code',
        'treadle init --workflow',
        'treadle init --workflow review',
        'treadle init --dry-run --action ./',
        'treadle init --remove',
      ),
    )
    .action(async (options: InitOptions) => {
      const { workflow } = options;
      if (workflow !== undefined) return writeStarter({ ...options, workflow }, context);
      const prepared = await prepare(options);
      const { plan } = prepared;
      if (options.json !== true) terminal.note(describePlan(plan));
      await checkPlan(plan);
      const result =
        options.dryRun === true ? { commit: null, push: null, state: null } : await runInit(plan);
      const notes =
        options.dryRun === true ? ['nothing was done (--dry-run)'] : notesOf(plan, result, prepared);
      if (options.json === true) {
        const files = plan.steps.map(({ path, action }) => ({ path, action }));
        terminal.print(JSON.stringify({ version: 1, branch: plan.branch, files, ...result, notes }, null, 2));
      } else {
        terminal.print(options.dryRun === true ? notes.join('\n') : describeResult(plan, result, notes));
      }
    });
}

interface Prepared {
  readonly plan: InitPlan;
  readonly defaultBranch: string | null;
  readonly removing: boolean;
  readonly stateBranch: string;
}

async function prepare(options: InitOptions): Promise<Prepared> {
  const { folder, checkedOut } = await findPlace(options.repo);
  if (checkedOut === null) {
    throw new TreadleError('repository-unborn', `${folder} has no branch checked out`, {
      remedy: 'Check out the default branch: git switch main',
    });
  }
  const removing = options.remove === true;
  const present = readPresent(folder);
  const settings = readOwnSettings(present(SETTINGS_PATH), removing);
  const stateBranch = chooseStateBranch(options.branch, settings);
  const remote = options.push ? options.remote : null;
  if (remote !== null) await checkRemote(folder, remote);
  const files = starterFiles(
    {
      action: await chooseAction(options, folder, present),
      stateBranch,
      ceos: removing ? (settings?.roles['ceo'] ?? []) : (options.ceo ?? []),
      agents: chooseAgents(options.agent ?? [], present),
      awaitedWorkflows: [
        ...findAgentWorkflows(settings, present),
        ...findCheckWorkflows(listWorkflows(folder), present),
      ],
    },
    readTemplate,
  );
  const review = files.find(({ path }) => path === REVIEW_WORKFLOW_PATH);
  const plan: InitPlan = {
    folder,
    branch: checkedOut,
    remote,
    steps: removing ? planRemoval(files, present) : planInit(files, present, options.force === true),
    state: removing ? null : stateStep(stateBranch, review),
    message: removing ? 'Remove Treadle\n' : 'Set up Treadle\n',
  };
  const head = await tryUserGit(folder, ['symbolic-ref', '--quiet', `refs/remotes/${options.remote}/HEAD`]);
  const defaultBranch = head.ok ? head.stdout.replace(`refs/remotes/${options.remote}/`, '') : null;
  return { plan, defaultBranch, removing, stateBranch };
}

function stateStep(branch: string, review: StarterFile | undefined): InitPlan['state'] {
  return review === undefined ? null : { branch, path: review.path, text: review.text };
}

function readOwnSettings(text: string | null, removing: boolean): SettingsFile | null {
  if (text === null) return null;
  const { settings, diagnostics } = readSettings({ path: SETTINGS_PATH, text });
  if (settings !== null || removing) return settings;
  const [first] = diagnostics;
  throw new TreadleError(
    'config-invalid',
    `${SETTINGS_PATH}:${first?.start.line ?? 1}: ${first?.message ?? ''}`,
    {
      remedy: 'Nothing was changed. Mend the settings that are there, and run the command again.',
      facts: { path: SETTINGS_PATH, text, diagnostics },
    },
  );
}

function chooseStateBranch(asked: string | undefined, settings: SettingsFile | null): string {
  const said = settings?.stateBranch;
  if (asked !== undefined && said !== undefined && asked !== said) {
    throw new TreadleError('usage', `${SETTINGS_PATH} names ${said} as the state branch, not ${asked}`, {
      remedy: "Change 'state-branch' there, or leave --branch out.",
    });
  }
  const branch = asked ?? said ?? 'treadle/state';
  const isName = readSettings({ path: SETTINGS_PATH, text: `state-branch: ${branch}\n` }).settings !== null;
  if (isName) return branch;
  throw new TreadleError('usage', `--branch ${branch} is no name of a branch`);
}

async function checkRemote(folder: string, remote: string): Promise<void> {
  if ((await tryUserGit(folder, ['remote', 'get-url', '--', remote])).ok) return;
  throw new TreadleError('usage', `${basename(folder)} has no remote called ${remote}`, {
    remedy: 'Name another one with --remote, add it (git remote add origin URL), or use --no-push.',
  });
}

/** The Action as asked for; else as the repository's workflow names it; else the one that the repository itself is. */
async function chooseAction(
  options: InitOptions,
  folder: string,
  present: (path: string) => string | null,
): Promise<ActionReference> {
  const asked = options.action ?? findAction(present(WAKE_WORKFLOW_PATH) ?? '') ?? ownAction(present);
  if (asked !== null) return resolveAction(asked, folder);
  // Nothing that names an action was written, so that it does not matter which.
  if (options.remove === true) return { kind: 'local', path: './' };
  throw new TreadleError('usage', 'which Action shall run? --action is missing', {
    remedy: 'Name a release of Treadle, which is pinned to its commit: --action OWNER/treadle@TAG',
  });
}

function ownAction(present: (path: string) => string | null): string | null {
  const text = present('package.json');
  return text !== null && /"name":\s*"treadle"/.test(text) && present('action.yml') !== null ? './' : null;
}

function chooseAgents(
  asked: readonly string[],
  present: (path: string) => string | null,
): readonly AgentTemplate[] {
  const unknown = asked.find((name) => !AGENT_TEMPLATES.some((known) => known === name));
  if (unknown !== undefined) {
    throw new TreadleError('usage', `there is no template of an agent called ${unknown}`, {
      remedy: `There are: ${AGENT_TEMPLATES.join(', ')}`,
    });
  }
  return AGENT_TEMPLATES.filter((name) => asked.includes(name) || present(agentWorkflowPath(name)) !== null);
}
