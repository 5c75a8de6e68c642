import type { Position } from './model.ts';

/** A finding in the user's YAML. */
export interface Diagnostic {
  readonly path: string;
  readonly start: Position;
  /** Where the underlined text ends, exclusive, on the same line or a later one. */
  readonly end: Position;
  readonly severity: 'error' | 'warning';
  /** Stable, kebab-case, one documentation entry each, for instance `unknown-key`. */
  readonly code: string;
  /** What is wrong and what to do, one or two plain sentences. */
  readonly message: string;
}
