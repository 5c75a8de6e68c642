import { invariant } from '../base/errors.ts';
import type { Expression, Template } from '../expression/model.ts';
import { soleExpression } from '../expression/template.ts';
import type {
  ConcurrencyDraft,
  ConditionField,
  EdgeKey,
  InputDraft,
  JobDraft,
  LiteralOrExpression,
  OutputDraft,
  RunDefaultsDraft,
  StepDraft,
  TextField,
  TriggersDraft,
  WorkflowDraft,
} from './draft.ts';
import { parseDuration } from './duration.ts';
import type {
  Concurrency,
  Condition,
  DeclaredOutput,
  EdgeTarget,
  Graph,
  InputDeclaration,
  Job,
  Place,
  Step,
  Triggers,
  Workflow,
} from './model.ts';
import type { SourceText } from './source-text.ts';
import { issueActivityTypes } from './workflow-schema.ts';
import type { Span } from './yaml-tree.ts';
import { scalarAt, scalarsOf, valueAt } from './yaml-tree.ts';

/** The workflow of a draft in which no check found an error; defaults filled in, ids canonical. */
export function buildWorkflow(
  path: string,
  draft: WorkflowDraft,
  graph: Graph,
  source: SourceText,
): Workflow {
  return {
    path,
    key: keyOfPath(path),
    name: draft.name?.text ?? path,
    runName: templateOf(draft.runName),
    on: buildTriggers(draft.triggers),
    concurrency: buildConcurrency(draft.concurrency),
    maxCycles: draft.maxCycles ?? 3,
    env: buildTemplates(draft.env),
    jobs: new Map(draft.jobs.map((job) => [job.id, buildJob(job, graph, draft.defaults, source)])),
    graph,
  };
}

/** A file's name without folder and extension. */
function keyOfPath(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return file.replace(/\.ya?ml$/i, '');
}

function buildTriggers(triggers: TriggersDraft): Triggers {
  const { issues, workflowDispatch, workflowCall } = triggers;
  return {
    issues:
      issues === null
        ? null
        : {
            types: issues.types.length === 0 ? issueActivityTypes : issues.types,
            labels: issues.labels,
            if: conditionOf(issues.if),
          },
    workflowDispatch: workflowDispatch === null ? null : { inputs: workflowDispatch.map(buildInput) },
    workflowCall:
      workflowCall === null
        ? null
        : { inputs: workflowCall.inputs.map(buildInput), outputs: buildTemplates(workflowCall.outputs) },
  };
}

function buildInput({ key, node, computed }: InputDraft): InputDeclaration {
  const type = scalarAt(node, 'type')?.text;
  const known = (['number', 'boolean', 'choice'] as const).find((one) => one === type);
  return {
    name: key.text,
    description: scalarAt(node, 'description')?.text ?? '',
    type: known ?? 'string',
    required: scalarAt(node, 'required')?.value === true,
    options: scalarsOf(valueAt(node, 'options')).map((option) => option.text),
    default: computed === null ? (scalarAt(node, 'default')?.value ?? null) : null,
    computedDefault: templateOf(computed),
  };
}

function buildConcurrency(draft: ConcurrencyDraft | null): Concurrency | null {
  const group = templateOf(draft?.group ?? null);
  if (draft === null || group === null) return null;
  return { group, cancelInProgress: literalOf(draft.cancelInProgress) ?? false, queue: draft.queue };
}

function buildJob(job: JobDraft, graph: Graph, defaults: RunDefaultsDraft, source: SourceText): Job {
  const base = {
    id: job.id,
    name: templateOf(job.name),
    needs: job.needs.map((need) => canonicalOf(graph, need.text)),
    if: conditionOf(job.if),
    timeoutMinutes: literalOf(job.timeoutMinutes),
    continueOnError: literalOf(job.continueOnError) ?? false,
    env: buildTemplates(job.env),
    concurrency: buildConcurrency(job.concurrency),
    strategy: job.strategy?.value ?? null,
    position: source.positionAt(job.key.span.start),
  };
  const edge = (key: EdgeKey, otherwise: 'escalate' | 'fail'): EdgeTarget =>
    edgeOf(job, key, otherwise, graph);
  if (job.uses !== null) {
    const placeOf = ({ span }: { readonly span: Span }): Place => ({
      start: source.positionAt(span.start),
      end: source.positionAt(span.end),
    });
    const places = Object.entries(job.with).map(([name, { node }]) => [name, placeOf(node)] as const);
    return {
      ...base,
      type: 'call',
      uses: job.uses.text,
      with: buildTemplates(job.with),
      onFailure: edge('on-failure', 'fail'),
      places: { uses: placeOf(job.uses), with: Object.fromEntries(places) },
    };
  }
  switch (job.type) {
    case 'approval':
      return {
        ...base,
        type: 'approval',
        runsOn: requiredTemplate(job.runsOn),
        prompt: templateOf(job.prompt),
        pullRequest: templateOf(job.pullRequest),
        onRejected: edge('on-rejected', 'fail'),
        onTimeout: edge('on-timeout', 'escalate'),
      };
    case 'decision':
      return { ...base, type: 'decision', outputs: buildExpressionOutputs(job.outputs) };
    case 'steps':
      return {
        ...base,
        type: 'steps',
        steps: job.steps.map((step) => buildStep(step, [job.defaults, defaults])),
        pullRequest: templateOf(job.pullRequest),
        outputs: buildExpressionOutputs(job.outputs),
        maxAttempts: job.maxAttempts ?? 1,
        retryDelayMs: parseDuration(job.retryDelay?.text ?? '0') ?? 0,
        onFailure: edge('on-failure', 'fail'),
        onTimeout: edge('on-timeout', 'fail'),
      };
    case 'merge':
      return { ...base, type: 'merge', wait: job.wait };
    case 'task':
    case 'commit':
    case 'verify': {
      const agent = {
        ...base,
        runsOn: requiredTemplate(job.runsOn),
        prompt: templateOf(job.prompt),
        maxAttempts: job.maxAttempts ?? 3,
        retryDelayMs: parseDuration(job.retryDelay?.text ?? '0') ?? 0,
        maxTurns: job.maxTurns ?? 20,
        declaredOutputs: job.outputs.flatMap(buildDeclaredOutput),
        onFailure: edge('on-failure', 'escalate'),
        onTimeout: edge('on-timeout', 'escalate'),
      };
      if (job.type !== 'commit') return { ...agent, type: job.type };
      return {
        ...agent,
        type: 'commit',
        pullRequest: requiredTemplate(job.pullRequest),
        mergedBy: job.mergedBy,
      };
    }
  }
}

/** @param defaults what the step takes from where it says nothing itself, the first that says something */
function buildStep(step: StepDraft, defaults: readonly RunDefaultsDraft[]): Step {
  const folders = [step.workingDirectory, ...defaults.map((one) => one.workingDirectory)];
  const shells = [step.shell, ...defaults.map((one) => one.shell)];
  return {
    id: step.id?.text ?? null,
    name: templateOf(step.name),
    if: conditionOf(step.if),
    run: requiredTemplate(step.run),
    shell: shells.find((shell) => shell !== null)?.text ?? null,
    workingDirectory: templateOf(folders.find((folder) => folder !== null) ?? null),
    env: buildTemplates(step.env),
    continueOnError: literalOf(step.continueOnError) ?? false,
    timeoutMinutes: literalOf(step.timeoutMinutes),
  };
}

function edgeOf(job: JobDraft, key: EdgeKey, otherwise: 'escalate' | 'fail', graph: Graph): EdgeTarget {
  const target = job.edges.find((edge) => edge.key === key)?.node.text ?? otherwise;
  if (target === 'escalate' || target === 'fail') return { kind: target };
  return { kind: 'job', job: canonicalOf(graph, target) };
}

function canonicalOf(graph: Graph, id: string): string {
  const canonical = graph.resolve(id);
  invariant(canonical, `the job '${id}' was checked and is not there`);
  return canonical;
}

function buildDeclaredOutput(output: OutputDraft): readonly DeclaredOutput[] {
  if (output.kind !== 'declared') return [];
  const { key, description, required } = output;
  return [{ name: key.text, description, required, enum: output.enum.map((value) => value.text) }];
}

function buildExpressionOutputs(outputs: readonly OutputDraft[]): Readonly<Record<string, Template>> {
  const fields = outputs.flatMap((output): [string, TextField][] =>
    output.kind === 'expression' ? [[output.key.text, output.field]] : [],
  );
  return buildTemplates(Object.fromEntries(fields));
}

function buildTemplates(fields: Readonly<Record<string, TextField>>): Readonly<Record<string, Template>> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, requiredTemplate(field)]));
}

function templateOf(field: TextField | null): Template | null {
  return field?.template ?? null;
}

function requiredTemplate(field: TextField | null): Template {
  const template = templateOf(field);
  invariant(template, 'a text that was checked is not there');
  return template;
}

function conditionOf(field: ConditionField | null): Condition | null {
  const condition = field?.condition ?? null;
  return condition === null || condition.source === ''
    ? null
    : { source: condition.source, expression: condition.expression };
}

function literalOf<T>(field: LiteralOrExpression<T> | null): T | Expression | null {
  if (field === null) return null;
  return field.literal ?? (field.template === null ? null : soleExpression(field.template));
}
