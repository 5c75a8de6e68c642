import type { Span } from '../workflow/yaml-tree.ts';

/** A workflow as Loom (formerly AgentiCorp) keeps it in YAML: nodes, and edges with conditions. */
export interface LoomWorkflow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** `bug`, `feature`, `ui`, `self-improvement`, or one's own. */
  readonly type: string;
  readonly nodes: readonly LoomNode[];
  readonly edges: readonly LoomEdge[];
}

export interface LoomNode {
  readonly key: string;
  readonly type: string;
  /** As written, for instance `QA Engineer`. */
  readonly role: string;
  /** 0 where it is left out. */
  readonly maxAttempts: number;
  readonly timeoutMinutes: number;
  readonly instructions: string;
  readonly span: Span;
}

export interface LoomEdge {
  /** Empty: the start. */
  readonly from: string;
  /** Empty: the end. */
  readonly to: string;
  /** `success`, `failure`, `approved`, `rejected`, `timeout`, `escalated`, or one's own. */
  readonly condition: string;
  readonly priority: number;
  readonly span: Span;
}

/** Something that cannot be carried over as it is, before it is placed by line and column. */
export interface LoomFinding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly span: Span;
  readonly message: string;
}
