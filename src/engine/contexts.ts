import type { Json } from '../base/canonical-json.ts';
import type { Contexts, Expression, Template } from '../expression/model.ts';
import { renderTemplate } from '../expression/evaluate.ts';
import { fieldsRead } from '../expression/tree.ts';
import { jobOf, legIndexOf } from '../workflow/leg.ts';
import type { Workflow } from '../workflow/model.ts';
import type { Config } from './config.ts';
import type { RunView } from './draft.ts';
import { NO_OUTPUTS, viewOf } from './draft.ts';
import { legOf, matrixOf } from './legs.ts';
import { isEmpty } from './own-keys.ts';
import type { RunFields } from './run-versions.ts';
import type { RunState, Trigger } from './state/run.ts';

/**
 * Where an expression stands: in the `if` of a job, where `needs` holds all ancestors, or elsewhere in it, where `needs` holds the
 * direct needs only.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context
 */
export type ContextPurpose = 'if' | 'job';

/**
 * What the names in an expression of a job or a leg stand for: `github`, `needs`, `inputs`, `vars`, `env`, `matrix`, `strategy`, and
 * our own `bead` (the issue) and `run`. Each is made when it is first read; reading `env` throws an `ExpressionError` where one of its values has none.
 */
export function contextsOf(
  context: { readonly workflow: Workflow; readonly config: Config },
  state: RunState,
  job: string,
  purpose: ContextPurpose,
): Contexts {
  return contextsFor(viewOf(context, state), job, purpose);
}

/**
 * The same as {@link contextsOf}, in the middle of a transition.
 *
 * @param expression the only one that is to be evaluated: of `needs` there is then no more than it can read
 */
export function contextsFor(
  view: RunView,
  job: string,
  purpose: ContextPurpose,
  expression?: Expression,
): Contexts {
  const base = {
    ...runContexts(view),
    matrix: legOf(view, job)?.matrix ?? null,
    strategy: strategyContext(view, job),
  };
  const needs = onceOf(() => needsContext(view, job, purpose, expression));
  const env = onceOf(() => envContext(view, job, { ...base, needs: needs() }));
  return {
    ...base,
    get needs() {
      return needs();
    },
    get env() {
      return env();
    },
  };
}

/** What is known of a run apart from its jobs: what `run-name` may use. */
export function runContexts(view: Pick<RunView, 'workflow' | 'run' | 'config'>): Contexts {
  const { run, workflow, config } = view;
  return {
    github: githubContext(run, workflow),
    inputs: run.inputs ?? run.trigger.inputs,
    vars: config.vars ?? {},
    bead: beadOf(run.trigger.issue),
    run: { id: run.id, number: run.number, title: run.title, cycles: run.cycles },
  };
}

/** In a sub-run it is that of the run which nobody called. */
function githubContext({ trigger, id, number, parent }: RunFields, workflow: Workflow): Json {
  const { issue, actor } = trigger;
  const outermost = parent?.outermost ?? { number, workflow: workflow.name };
  return {
    event_name: trigger.event,
    event: {
      issue: {
        number: issue.number,
        title: issue.title,
        body: issue.body,
        labels: issue.labels.map((name) => ({ name })),
        user: { login: issue.author.login, id: issue.author.id },
      },
      inputs: trigger.inputs,
      sender: { login: actor.login, id: actor.id },
    },
    repository: trigger.repository,
    repository_owner: trigger.repository.split('/')[0] ?? '',
    actor: actor.login,
    actor_id: String(actor.id),
    triggering_actor: actor.login,
    run_id: parent?.callers[0] ?? id,
    run_number: String(outermost.number),
    run_attempt: '1',
    workflow: outermost.workflow,
  };
}

/** The context `bead`: an issue. */
export function beadOf(
  issue: Pick<Trigger['issue'], 'number' | 'title' | 'body' | 'labels'> & {
    readonly author: { readonly login: string };
  },
): Json {
  const priority = issue.labels.map((label) => /^(?:priority[:/ -]?)?(p[0-4])$/i.exec(label)?.[1]);
  return {
    number: issue.number,
    title: issue.title,
    body: issue.body,
    labels: issue.labels,
    author: issue.author.login,
    priority: priority.find((label) => label !== undefined)?.toUpperCase() ?? null,
  };
}

function needsContext(view: RunView, job: string, purpose: ContextPurpose, expression?: Expression): Json {
  const needs: [string, Json][] = [];
  for (const id of purpose === 'if' ? ancestorsRead(view, job, expression) : needsOf(view, job)) {
    const outputs = view.document(id)?.outputs ?? NO_OUTPUTS;
    needs.push([id, { result: view.line(id).result, outputs }]);
  }
  return Object.fromEntries(needs);
}

function needsOf(view: RunView, job: string): readonly string[] {
  return view.definition(job)?.needs ?? [];
}

/** The ancestors of a job that an expression can read, or all. There may be thousands, of which an `if` mostly names one. */
function ancestorsRead({ workflow }: RunView, job: string, expression?: Expression): Iterable<string> {
  const ancestors = workflow.graph.ancestors(job);
  const read = expression === undefined ? null : fieldsRead(expression.tree, 'needs');
  if (read === null) return ancestors;
  const ids = new Set([...read].map((name) => workflow.graph.resolve(name) ?? name));
  return [...ids].filter((id) => ancestors.has(id));
}

/** @see https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#strategy-context */
function strategyContext(view: RunView, job: string): Json {
  const plan = matrixOf(view, jobOf(job));
  const total = plan?.legs.length ?? 1;
  return {
    'fail-fast': plan?.failFast ?? true,
    'job-index': legIndexOf(job) ?? 0,
    'job-total': total,
    'max-parallel': plan?.maxParallel ?? 1,
  };
}

function envContext(view: RunView, job: string, contexts: Contexts): Json {
  const own = view.definition(job)?.env ?? {};
  return { ...renderAll(view.workflow.env, contexts), ...renderAll(own, contexts) };
}

function renderAll(
  templates: Readonly<Record<string, Template>>,
  contexts: Contexts,
): Readonly<Record<string, string>> {
  if (isEmpty(templates)) return {};
  return Object.fromEntries(
    Object.entries(templates).map(([name, template]) => [name, renderTemplate(template, contexts)]),
  );
}

function onceOf<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
