import type { JobDraft, WorkflowDraft } from '../draft.ts';
import type { ExpressionUse } from '../expression-uses.ts';
import type { Finding, Suggest } from '../finding.ts';
import type { Graph } from '../model.ts';
import type { OutputsOfCall } from '../read-calls.ts';
import type { Trust } from '../trust.ts';

/** What a rule looks at. */
export interface RuleInput {
  readonly draft: WorkflowDraft;
  /** Every expression of the file that parses. */
  readonly uses: readonly ExpressionUse[];
  /** By canonical id. */
  readonly jobs: ReadonlyMap<string, JobDraft>;
  /** Over the needs that exist. */
  readonly graph: Graph;
  /** The roles there are; null leaves them unchecked. */
  readonly roles: ReadonlySet<string> | null;
  readonly outputsOfCall: OutputsOfCall;
  readonly trust: Trust;
  /** Suggests a known name for one that is not; for lists that grow with the file. */
  readonly suggest: Suggest;
  /** The file's text. */
  readonly text: string;
}

/** A semantic rule: looks, and yields what it finds. */
export type Rule = (input: RuleInput) => Iterable<Finding>;
