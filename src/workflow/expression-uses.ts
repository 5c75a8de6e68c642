import type { AvailabilityKey } from '../expression/availability.ts';
import type { Expression, Template } from '../expression/model.ts';
import { placedExpressions } from '../expression/template.ts';
import type { Call, Reference } from '../expression/tree.ts';
import { callsOf, referencesOf } from '../expression/tree.ts';
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
  readonly references: readonly Reference[];
  readonly calls: readonly Call[];
}

/** Every expression of the file that parses. */
export function findExpressionUses(draft: WorkflowDraft): readonly ExpressionUse[] {
  const collector = new UseCollector();
  collector.addTexts([draft.runName, draft.defaults.workingDirectory, ...Object.values(draft.env)]);
  collector.addConcurrency(draft.concurrency);
  collector.addCondition(draft.triggers.issues?.if ?? null);
  const { inputs = [], outputs = {} } = draft.triggers.workflowCall ?? {};
  collector.addTexts([...inputs.map(({ computed }) => computed), ...Object.values(outputs)]);
  for (const job of draft.jobs) collector.addJob(job);
  return collector.found;
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

class UseCollector {
  readonly found: ExpressionUse[] = [];
  #job: JobDraft | null = null;
  #step: StepDraft | null = null;

  addJob(job: JobDraft): void {
    this.#job = job;
    this.addCondition(job.if);
    this.addTexts([job.name, job.runsOn, job.prompt, job.pullRequest, ...Object.values(job.env)]);
    this.addTexts(Object.values(job.with));
    this.addTexts([job.timeoutMinutes, job.continueOnError]);
    this.addTexts(job.strategy?.texts ?? []);
    this.addConcurrency(job.concurrency);
    this.addTexts([job.defaults.workingDirectory]);
    for (const step of job.steps) this.#addStep(step);
    for (const output of job.outputs) if (output.kind === 'expression') this.addTexts([output.field]);
  }

  #addStep(step: StepDraft): void {
    this.#step = step;
    this.addCondition(step.if);
    this.addTexts([step.name, step.run, step.workingDirectory, ...Object.values(step.env)]);
    this.addTexts([step.continueOnError, step.timeoutMinutes]);
    this.#step = null;
  }

  addTexts(fields: readonly (Field | TextField | null)[]): void {
    for (const field of fields) {
      if (field?.readable == null) continue;
      for (const { expression, offset } of placedExpressions(field.readable)) {
        this.#add(field, expression, offset);
      }
    }
  }

  addConcurrency(draft: ConcurrencyDraft | null): void {
    if (draft !== null) this.addTexts([draft.group, draft.cancelInProgress]);
  }

  addCondition(field: ConditionField | null): void {
    const written = field?.condition?.written ?? null;
    if (field !== null && written !== null) this.#add(field, written.expression, written.offset);
  }

  #add({ key, node }: Pick<Field, 'key' | 'node'>, expression: Expression, offset: number): void {
    const references = referencesOf(expression.tree);
    const calls = callsOf(expression);
    this.found.push({ job: this.#job, step: this.#step, key, node, expression, offset, references, calls });
  }
}
