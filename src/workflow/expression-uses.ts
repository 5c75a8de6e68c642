import type { AvailabilityKey } from '../expression/availability.ts';
import type { Expression, Template } from '../expression/model.ts';
import { placedExpressions } from '../expression/template.ts';
import type {
  ConcurrencyDraft,
  ConditionField,
  JobDraft,
  StepDraft,
  TextField,
  WorkflowDraft,
} from './draft.ts';
import { locateInScalar } from './source-text.ts';
import type { Span, YamlScalar } from './yaml-tree.ts';

/** An expression at its place. */
export interface ExpressionUse {
  /** The job it belongs to, or null on the top level. */
  readonly job: JobDraft | null;
  /** The step it belongs to, or null outside of `steps`. */
  readonly step: StepDraft | null;
  readonly key: AvailabilityKey;
  readonly node: YamlScalar;
  readonly expression: Expression;
  /** Where the expression begins in the text of the node. */
  readonly offset: number;
}

/** Every expression of the file that parses. */
export function* expressionUses(draft: WorkflowDraft): Iterable<ExpressionUse> {
  yield* inTexts(null, [draft.runName, draft.defaults.workingDirectory, ...Object.values(draft.env)]);
  yield* inConcurrency(null, draft.concurrency);
  yield* inCondition(null, draft.triggers.issues?.if ?? null);
  const { inputs = [], outputs = {} } = draft.triggers.workflowCall ?? {};
  yield* inTexts(null, [...inputs.map(({ computed }) => computed), ...Object.values(outputs)]);
  for (const job of draft.jobs) {
    yield* inCondition(job, job.if);
    yield* inTexts(job, [job.name, job.runsOn, job.prompt, job.pullRequest, ...Object.values(job.env)]);
    yield* inTexts(job, Object.values(job.with));
    yield* inTexts(job, [job.timeoutMinutes, job.continueOnError]);
    yield* inTexts(job, job.strategy?.texts ?? []);
    yield* inConcurrency(job, job.concurrency);
    yield* inTexts(job, [job.defaults.workingDirectory]);
    for (const step of job.steps) for (const use of inStep(job, step)) yield { ...use, step };
    for (const output of job.outputs) if (output.kind === 'expression') yield* inTexts(job, [output.field]);
  }
}

/** Where a part of an expression stands in the file. */
export function spanOfPart(text: string, use: ExpressionUse, part: { offset: number; length: number }): Span {
  return locateInScalar(text, use.node, use.offset + part.offset, part.length);
}

interface Field {
  readonly node: YamlScalar;
  readonly key: AvailabilityKey;
  readonly readable: Template | null;
}

function* inTexts(
  job: JobDraft | null,
  fields: readonly (Field | TextField | null)[],
): Iterable<ExpressionUse> {
  for (const field of fields) {
    if (field?.readable == null) continue;
    const { node, key } = field;
    for (const { expression, offset } of placedExpressions(field.readable))
      yield { job, step: null, key, node, expression, offset };
  }
}

function* inStep(job: JobDraft, step: StepDraft): Iterable<ExpressionUse> {
  yield* inCondition(job, step.if);
  yield* inTexts(job, [step.name, step.run, step.workingDirectory, ...Object.values(step.env)]);
  yield* inTexts(job, [step.continueOnError, step.timeoutMinutes]);
}

function* inConcurrency(job: JobDraft | null, draft: ConcurrencyDraft | null): Iterable<ExpressionUse> {
  if (draft !== null) yield* inTexts(job, [draft.group, draft.cancelInProgress]);
}

function* inCondition(job: JobDraft | null, field: ConditionField | null): Iterable<ExpressionUse> {
  const written = field?.condition?.written ?? null;
  if (field === null || written === null) return;
  yield { job, step: null, key: field.key, node: field.node, ...written };
}
