/**
 * A failure that is neither the user's mistake in a workflow (a diagnostic) nor an expected outcome (a return value).
 * Caught once, in each entry point, and shown as: what, where, why, what to do.
 */
export class TreadleError extends Error {
  /** Stable and machine-readable, kebab-case, for instance `state-corrupt`. */
  readonly code: string;
  /** What the person who gets the error can do about it. */
  readonly remedy: string | undefined;
  /** Plain facts for `--json` and logs. */
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: {
      readonly remedy?: string;
      readonly facts?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TreadleError';
    this.code = code;
    this.remedy = options.remedy;
    this.facts = options.facts ?? {};
  }
}

/** Stops when something holds that this code promises can never hold: always a bug of ours, never of the user. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (condition === false || condition === null || condition === undefined) {
    throw new TreadleError('bug', message, { remedy: 'This is a defect of Treadle: please report it.' });
  }
}
