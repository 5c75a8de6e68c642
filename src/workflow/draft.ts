import type { AvailabilityKey } from '../expression/availability.ts';
import type { EffectiveCondition } from '../expression/condition.ts';
import type { Template } from '../expression/model.ts';
import type { ValueTemplate } from '../expression/value-template.ts';
import type { JobType } from './model.ts';
import type { Span, YamlMap, YamlNode, YamlScalar } from './yaml-tree.ts';

/** A workflow file understood as far as it goes: what the semantic rules look at. What is missing or misshapen is null. */
export interface WorkflowDraft {
  readonly root: YamlMap;
  readonly name: YamlScalar | null;
  readonly runName: TextField | null;
  readonly triggers: TriggersDraft;
  readonly concurrency: ConcurrencyDraft | null;
  readonly maxCycles: number | null;
  readonly env: Readonly<Record<string, TextField>>;
  /** `defaults.run`. */
  readonly defaults: RunDefaultsDraft;
  readonly jobs: readonly JobDraft[];
  /** The key `jobs`, or where it would stand. */
  readonly jobsSpan: Span;
}

/** A text with its template; the template is null when it does not parse. */
export interface TextField {
  readonly node: YamlScalar;
  readonly key: AvailabilityKey;
  readonly template: Template | null;
  /** The template, or what of it did parse. */
  readonly readable: Template;
}

/** An `if`; the condition is null when it does not parse. */
export interface ConditionField {
  readonly node: YamlScalar;
  readonly key: AvailabilityKey;
  readonly condition: EffectiveCondition | null;
}

/** A number or a boolean, or an expression that comes to one. */
export interface LiteralOrExpression<T> {
  readonly node: YamlScalar;
  readonly key: AvailabilityKey;
  readonly literal: T | null;
  readonly template: Template | null;
  readonly readable: Template | null;
}

/** A value of any shape; `texts` are all the texts in it that hold expressions. */
export interface ValueField {
  readonly node: YamlNode;
  readonly value: ValueTemplate;
  readonly texts: readonly TextField[];
}

export interface ConcurrencyDraft {
  readonly node: YamlNode;
  readonly group: TextField | null;
  readonly cancelInProgress: LiteralOrExpression<boolean> | null;
  readonly queue: 'single' | 'max';
}

export interface TriggersDraft {
  /** Every event named, Treadle's or not. */
  readonly events: readonly { readonly name: string; readonly span: Span }[];
  readonly issues: {
    readonly types: readonly string[];
    readonly labels: readonly string[];
    readonly if: ConditionField | null;
  } | null;
  readonly workflowDispatch: readonly InputDraft[] | null;
  readonly workflowCall: {
    readonly inputs: readonly InputDraft[];
    readonly outputs: Readonly<Record<string, TextField>>;
  } | null;
}

export interface InputDraft {
  readonly key: YamlScalar;
  readonly node: YamlNode;
  /** A default with expressions, which only the inputs of a call may have. */
  readonly computed: TextField | null;
}

export interface JobDraft {
  readonly id: string;
  /** The key of the job: its id and its place. */
  readonly key: YamlScalar;
  readonly node: YamlNode;
  /** `steps` where the job has that key and is no other node. */
  readonly type: JobType;
  /** Done by an agent or person of a role: task, commit, verify. */
  readonly isAgentJob: boolean;
  /** A workflow that is called. */
  readonly uses: YamlScalar | null;
  readonly with: Readonly<Record<string, TextField>>;
  readonly needs: readonly YamlScalar[];
  readonly if: ConditionField | null;
  readonly name: TextField | null;
  readonly runsOn: TextField | null;
  readonly prompt: TextField | null;
  readonly pullRequest: TextField | null;
  readonly env: Readonly<Record<string, TextField>>;
  readonly timeoutMinutes: LiteralOrExpression<number> | null;
  readonly continueOnError: LiteralOrExpression<boolean> | null;
  readonly strategy: ValueField | null;
  readonly concurrency: ConcurrencyDraft | null;
  readonly maxAttempts: number | null;
  readonly retryDelay: YamlScalar | null;
  readonly maxTurns: number | null;
  readonly wait: 'all' | 'any';
  readonly mergedBy: 'treadle' | 'person';
  readonly outputs: readonly OutputDraft[];
  readonly steps: readonly StepDraft[];
  /** `defaults.run`. */
  readonly defaults: RunDefaultsDraft;
  readonly edges: readonly EdgeDraft[];
}

/** `defaults.run`: what steps have that do not say otherwise. */
export interface RunDefaultsDraft {
  readonly shell: YamlScalar | null;
  readonly workingDirectory: TextField | null;
}

/** An item of `steps`. */
export interface StepDraft {
  readonly node: YamlNode;
  readonly id: YamlScalar | null;
  readonly name: TextField | null;
  readonly if: ConditionField | null;
  readonly run: TextField | null;
  readonly shell: YamlScalar | null;
  readonly workingDirectory: TextField | null;
  readonly env: Readonly<Record<string, TextField>>;
  readonly continueOnError: LiteralOrExpression<boolean> | null;
  readonly timeoutMinutes: LiteralOrExpression<number> | null;
}

/** An output: a mapping declares, a text is an expression. */
export type OutputDraft =
  | {
      readonly kind: 'declared';
      readonly key: YamlScalar;
      readonly node: YamlNode;
      readonly required: boolean;
      readonly description: string;
      readonly enum: readonly YamlScalar[];
    }
  | { readonly kind: 'expression'; readonly key: YamlScalar; readonly field: TextField };

export type EdgeKey = 'on-failure' | 'on-rejected' | 'on-timeout';

export interface EdgeDraft {
  readonly key: EdgeKey;
  readonly node: YamlScalar;
}
