import type { DefinitionDocument } from '../../codec/documents.ts';
import type { Json } from '../../base/canonical-json.ts';
import { derivedId } from '../../base/digest.ts';
import {
  HUMAN_CONFIG_LABEL,
  selectWorkflow,
  type Candidate,
  type Selection,
} from '../../beads/select-workflow.ts';
import type { Config } from '../../engine/config.ts';
import { beadOf } from '../../engine/contexts.ts';
import type { Actor } from '../../engine/event.ts';
import type { Trigger } from '../../engine/state/run.ts';
import type { Issue } from '../../forge/port/issues.ts';
import { evaluate } from '../../expression/evaluate.ts';
import type { IssuesTrigger } from '../../workflow/model.ts';
import type { Variables } from '../../workflow/variables.ts';
import { actorOf } from '../authorise.ts';
import { digestOf } from '../definitions.ts';
import { WORKFLOWS_FOLDER, type CatalogEntry, type RepositoryConfig } from '../repository-config.ts';
import { loadIssueIndex } from '../run-documents.ts';
import type { Unit } from '../unit.ts';

/** A run that is to be started. */
export interface Start {
  readonly issue: Issue;
  readonly workflow: CatalogEntry;
  readonly event: Trigger['event'];
  readonly inputs: Readonly<Record<string, Json>>;
  readonly actor: Actor;
  readonly ground: string;
  readonly at: string;
}

export type Started =
  { readonly kind: 'started'; readonly run: string } | { readonly kind: 'refused'; readonly reason: string };

/** Starts a run of a workflow for a bead, unless one is active. */
export async function startRun(
  unit: Unit,
  repository: string,
  found: RepositoryConfig,
  start: Start,
): Promise<Started> {
  const { issue, workflow, actor } = start;
  if (issue.labels.some((label) => label.toLowerCase() === HUMAN_CONFIG_LABEL)) {
    const reason = `#${issue.number} carries ${HUMAN_CONFIG_LABEL}: set up what it asks for, and take the label away`;
    return { kind: 'refused', reason };
  }
  if (workflow.workflow === null) {
    return { kind: 'refused', reason: `the workflow ${workflow.key} has errors` };
  }
  const index = await loadIssueIndex(unit.documents(), issue.number);
  if (index.active !== null) {
    return { kind: 'refused', reason: `#${issue.number} has the active run ${index.active}` };
  }
  const number = index.runs.length + 1;
  const run = `${issue.number}-${number}`;
  const definition = definitionFor(found, workflow);
  const config = configFor(found, workflow);
  const pins = { definition, workflow: workflow.workflow, config };
  const trigger: Trigger = {
    event: start.event,
    repository,
    actor,
    issue: {
      number: issue.number,
      title: issue.title,
      body: issue.body,
      labels: issue.labels,
      author: actorOf(issue.author),
      openedAt: issue.createdAt,
    },
    inputs: start.inputs,
  };
  const outcome = await unit.apply(
    {
      run,
      happening: {
        type: 'run_started',
        number,
        workflow: workflow.key,
        definition: digestOf(definition),
        config: digestOf(config),
        trigger,
      },
      actor,
      ground: start.ground,
      at: start.at,
      cause: [derivedId('start', issue.number, number)],
    },
    pins,
  );
  return outcome.kind === 'applied' ? { kind: 'started', run } : { kind: 'refused', reason: outcome.reason };
}

/** Which workflow an issue is worked by as it stands; `isOpened`: it was opened since the last reading. */
export function selectionFor(issue: Issue, isOpened: boolean, found: RepositoryConfig): Selection {
  const candidates = [...found.workflows.values()].map((entry): Candidate => {
    const trigger = entry.workflow?.on.issues ?? null;
    return {
      key: entry.key,
      isBuiltIn: !entry.file.path.startsWith(`${WORKFLOWS_FOLDER}/`),
      problem: problemOf(entry),
      isTriggered: trigger !== null && isTriggered(trigger, issue, isOpened, entry.vars ?? {}),
    };
  });
  return selectWorkflow(issue.labels, candidates);
}

/** Why a workflow cannot be started for an issue, whatever the issue says. */
function problemOf({ workflow, diagnostics }: CatalogEntry): string | null {
  if (workflow === null) {
    const first = diagnostics.find(({ severity }) => severity === 'error');
    const place = first === undefined ? '' : ` (line ${first.start.line}: ${first.message})`;
    return `has errors, which treadle lint shows${place}`;
  }
  const { issues, workflowDispatch } = workflow.on;
  if (issues === null && workflowDispatch === null) return 'is only called by others';
  const wanted = workflowDispatch?.inputs.filter((input) => input.required && input.default === null) ?? [];
  if (issues !== null || wanted.length === 0) return null;
  return `needs to be told ${wanted.map(({ name }) => name).join(', ')}, by treadle start`;
}

/**
 * What happened to the issue, as far as it tells by how it stands: GitHub's lists give issues, not events. One that was opened
 * with labels was labelled, too; one that changed and is not new counts as edited. Other types never happen here.
 */
function happenedTo(issue: Issue, isOpened: boolean): readonly string[] {
  const happened = [
    ...(isOpened ? ['opened'] : []),
    ...(issue.labels.length > 0 ? ['labeled'] : []),
    ...(issue.isReopened ? ['reopened'] : []),
  ];
  return isOpened ? happened : [...happened, 'edited'];
}

function isTriggered(trigger: IssuesTrigger, issue: Issue, isOpened: boolean, vars: Variables): boolean {
  if (!happenedTo(issue, isOpened).some((type) => trigger.types.includes(type))) return false;
  const wanted = trigger.labels.map((label) => label.toLowerCase());
  const carried = issue.labels.map((label) => label.toLowerCase());
  if (wanted.length > 0 && !wanted.some((label) => carried.includes(label))) return false;
  if (trigger.if === null) return true;
  const { number, title, body, labels, author } = issue;
  const event = {
    issue: {
      number,
      title,
      body,
      labels: labels.map((name) => ({ name })),
      user: { login: author.login, id: author.id },
    },
  };
  const status = { success: () => true, failure: () => false, always: () => true, cancelled: () => false };
  const contexts = {
    github: { event, event_name: 'issues', actor: author.login },
    bead: beadOf(issue),
    run: {},
    inputs: {},
    vars,
  };
  return evaluate(trigger.if.expression, contexts, status).truthy;
}

/** The configuration that a run of a workflow is pinned to: with the variables that it uses. */
export function configFor({ config }: RepositoryConfig, { vars = {} }: CatalogEntry): Config {
  return Object.keys(vars).length === 0 ? config : { ...config, vars };
}

/** What a run of a workflow is pinned to: its files as they are now. */
export function definitionFor(found: RepositoryConfig, entry: CatalogEntry): DefinitionDocument {
  return {
    version: 1 as const,
    entry: entry.file.path,
    roles: found.roles,
    files: entry.files,
  };
}
