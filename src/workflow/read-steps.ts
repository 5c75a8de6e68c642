import type { AvailabilityKey } from '../expression/availability.ts';
import type { RunDefaultsDraft, StepDraft } from './draft.ts';
import type { FieldReader } from './read-fields.ts';
import { isBoolean } from './read-fields.ts';
import type { YamlNode } from './yaml-tree.ts';
import { scalarAt, valueAt } from './yaml-tree.ts';

/** The items of `steps`; what is no mapping is left to the schema. */
export function readSteps(node: YamlNode | undefined, fields: FieldReader): readonly StepDraft[] {
  const items = node?.kind === 'list' ? node.items : [];
  return items.filter((item) => item.kind === 'map').map((item) => readStep(item, fields));
}

function readStep(node: YamlNode, fields: FieldReader): StepDraft {
  return {
    node,
    id: scalarAt(node, 'id') ?? null,
    name: fields.text(scalarAt(node, 'name'), 'steps.name'),
    if: fields.condition(valueAt(node, 'if'), 'steps.if'),
    run: fields.text(scalarAt(node, 'run'), 'steps.run'),
    shell: scalarAt(node, 'shell') ?? null,
    workingDirectory: fields.text(scalarAt(node, 'working-directory'), 'steps.working-directory'),
    env: fields.texts(valueAt(node, 'env'), 'steps.env'),
    continueOnError: fields.literal(
      scalarAt(node, 'continue-on-error'),
      'steps.continue-on-error',
      isBoolean,
    ),
    timeoutMinutes: fields.literal(scalarAt(node, 'timeout-minutes'), 'steps.timeout-minutes', isNumber),
  };
}

/** `defaults.run` of a workflow or a job. */
export function readDefaults(node: YamlNode, fields: FieldReader, key: AvailabilityKey): RunDefaultsDraft {
  const run = valueAt(valueAt(node, 'defaults'), 'run');
  return {
    shell: scalarAt(run, 'shell') ?? null,
    workingDirectory: fields.text(scalarAt(run, 'working-directory'), key),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
