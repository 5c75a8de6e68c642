/**
 * What an event came to: applied, with what to say of it in the commit's subject, or ignored, because it was repeated, came late
 * without need of an answer, or does not apply.
 */
export type Outcome = Applied | { readonly kind: 'ignored'; readonly reason: string };

export interface Applied {
  readonly kind: 'applied';
  /** The job, or what else the event was about. */
  readonly about: string;
  /** How it went, in a word or two. */
  readonly note: string;
}

export function applied(about: string, note: string): Outcome {
  return { kind: 'applied', about, note };
}

export function ignored(reason: string): Outcome {
  return { kind: 'ignored', reason };
}
