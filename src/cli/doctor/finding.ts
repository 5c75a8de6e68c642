import type { FindingCode } from './codes.ts';

export type Severity = 'ok' | 'note' | 'warning' | 'error';

/** One thing that `treadle doctor` found. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** What is so, in a sentence. */
  readonly what: string;
  /** What to do about it; null where nothing is to be done. */
  readonly remedy: string | null;
}

/** A finding that all is well. */
export function ok(code: FindingCode, what: string): Finding {
  return { code, severity: 'ok', what, remedy: null };
}

/** What a token may not see is told by name, and is no error. */
export function notChecked(problem: string): Finding {
  return {
    code: 'doctor-not-checked',
    severity: 'note',
    what: `Not checked: ${problem}`,
    remedy: 'Run it with the token of an administrator of the repository to have this checked, too.',
  };
}
