import type { AvailabilityKey } from '../expression/availability.ts';
import type {
  EdgeDraft,
  EdgeKey,
  InputDraft,
  JobDraft,
  OutputDraft,
  TriggersDraft,
  WorkflowDraft,
} from './draft.ts';
import { jobTypes } from './job-kinds.ts';
import type { FieldReader } from './read-fields.ts';
import { isBoolean } from './read-fields.ts';
import { holdsExpression } from '../expression/template.ts';
import type { YamlEntry, YamlMap, YamlNode } from './yaml-tree.ts';
import { readDefaults, readSteps } from './read-steps.ts';
import { entriesOf, scalarAt, scalarsOf, valueAt } from './yaml-tree.ts';

/**
 * Reads a file's tree as a workflow, taking what has the right shape and leaving out the rest, which the schema reports. Expressions
 * are parsed on the way; what does not parse is in the reader's findings.
 */
export function readDraft(root: YamlMap, fields: FieldReader): WorkflowDraft {
  const jobs = root.byKey.get('jobs');
  return {
    root,
    name: scalarAt(root, 'name') ?? null,
    runName: fields.text(scalarAt(root, 'run-name'), 'run-name'),
    triggers: readTriggers(valueAt(root, 'on'), fields),
    concurrency: fields.concurrency(valueAt(root, 'concurrency'), 'concurrency'),
    maxCycles: numberAt(root, 'max-cycles'),
    env: fields.texts(valueAt(root, 'env'), 'env'),
    defaults: readDefaults(root, fields, 'jobs.defaults.run'),
    jobs: entriesOf(jobs?.value).map((entry) => readJob(entry, fields)),
    jobsSpan: jobs?.key.span ?? { start: root.span.start, end: root.span.start },
  };
}

function readTriggers(on: YamlNode | undefined, fields: FieldReader): TriggersDraft {
  const named = on?.kind === 'map' ? on.entries.map((entry) => entry.key) : scalarsOf(on);
  const events = named.map((node) => ({ name: node.text, span: node.span }));
  const has = (name: string): boolean => events.some((event) => event.name === name);
  const issues = valueAt(on, 'issues');
  const call = valueAt(on, 'workflow_call');
  const outputs = entriesOf(valueAt(call, 'outputs')).flatMap((entry) => {
    const field = fields.text(scalarAt(entry.value, 'value'), 'on.workflow_call.outputs');
    return field === null ? [] : [[entry.key.text, field] as const];
  });
  return {
    events,
    issues: has('issues')
      ? {
          types: scalarsOf(valueAt(issues, 'types')).map((node) => node.text),
          labels: scalarsOf(valueAt(issues, 'labels')).map((node) => node.text),
          if: fields.condition(valueAt(issues, 'if'), 'on.issues.if'),
        }
      : null,
    workflowDispatch: has('workflow_dispatch') ? readInputs(valueAt(on, 'workflow_dispatch'), null) : null,
    workflowCall: has('workflow_call')
      ? { inputs: readInputs(call, fields), outputs: Object.fromEntries(outputs) }
      : null,
  };
}

/** @param fields reads defaults with expressions; null where a default is a plain value, whatever it holds */
function readInputs(event: YamlNode | undefined, fields: FieldReader | null): readonly InputDraft[] {
  return entriesOf(valueAt(event, 'inputs')).map(({ key, value: node }) => {
    const given = scalarAt(node, 'default');
    const isComputed = typeof given?.value === 'string' && holdsExpression(given.value);
    const computed = isComputed ? (fields?.text(given, 'on.workflow_call.inputs.default') ?? null) : null;
    return { key, node, computed };
  });
}

function readJob(entry: YamlEntry, fields: FieldReader): JobDraft {
  const node = entry.value;
  const written = scalarAt(node, 'type')?.text;
  const named = jobTypes.find((known) => known === written) ?? 'task';
  const type = named === 'task' && valueAt(node, 'steps') !== undefined ? 'steps' : named;
  const textAt = (key: 'name' | 'runs-on' | 'prompt' | 'pull-request') =>
    fields.text(scalarAt(node, key), `jobs.${key}`);
  return {
    id: entry.key.text,
    key: entry.key,
    node,
    type,
    isAgentJob:
      scalarAt(node, 'uses') === undefined && (type === 'task' || type === 'commit' || type === 'verify'),
    uses: scalarAt(node, 'uses') ?? null,
    with: fields.texts(valueAt(node, 'with'), 'jobs.with'),
    needs: scalarsOf(valueAt(node, 'needs')),
    if: fields.condition(valueAt(node, 'if'), 'jobs.if'),
    name: textAt('name'),
    runsOn: textAt('runs-on'),
    prompt: textAt('prompt'),
    pullRequest: textAt('pull-request'),
    env: fields.texts(valueAt(node, 'env'), 'jobs.env'),
    timeoutMinutes: fields.literal(scalarAt(node, 'timeout-minutes'), 'jobs.timeout-minutes', isNumber),
    continueOnError: fields.literal(scalarAt(node, 'continue-on-error'), 'jobs.continue-on-error', isBoolean),
    strategy: fields.value(valueAt(node, 'strategy'), 'jobs.strategy'),
    concurrency: fields.concurrency(valueAt(node, 'concurrency'), 'jobs.concurrency'),
    maxAttempts: numberAt(node, 'max-attempts'),
    retryDelay: scalarAt(node, 'retry-delay') ?? null,
    maxTurns: numberAt(node, 'max-turns'),
    wait: scalarAt(node, 'wait')?.value === 'any' ? 'any' : 'all',
    outputs: entriesOf(valueAt(node, 'outputs')).flatMap((output) =>
      readOutput(output, type === 'steps' ? 'jobs.steps.outputs' : 'jobs.outputs', fields),
    ),
    steps: readSteps(valueAt(node, 'steps'), fields),
    defaults: readDefaults(node, fields, 'jobs.defaults.run'),
    mergedBy: scalarAt(node, 'merged-by')?.value === 'person' ? 'person' : 'treadle',
    edges: (['on-failure', 'on-rejected', 'on-timeout'] as const).flatMap((key) => readEdge(node, key)),
  };
}

function readOutput(entry: YamlEntry, place: AvailabilityKey, fields: FieldReader): readonly OutputDraft[] {
  const { key, value } = entry;
  if (value.kind === 'list') return [];
  if (value.kind === 'map' || value.value === null) {
    return [
      {
        kind: 'declared',
        key,
        node: value,
        required: scalarAt(value, 'required')?.value === true,
        description: scalarAt(value, 'description')?.text ?? '',
        enum: scalarsOf(valueAt(value, 'enum')),
      },
    ];
  }
  const field = fields.text(value, place);
  return field === null ? [] : [{ kind: 'expression', key, field }];
}

function readEdge(node: YamlNode, key: EdgeKey): readonly EdgeDraft[] {
  const target = scalarAt(node, key);
  return typeof target?.value === 'string' ? [{ key, node: target }] : [];
}

function numberAt(node: YamlNode, key: string): number | null {
  const value = scalarAt(node, key)?.value;
  return typeof value === 'number' ? value : null;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
