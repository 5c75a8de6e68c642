/** What changed, oldest change first. */
export interface Changes<T> {
  readonly items: readonly T[];
  /** False where the limit of pages came first: then what changed after the last item was not read, nor all of its second. */
  readonly isComplete: boolean;
}
