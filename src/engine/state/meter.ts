/** How much the whole repository dispatches. */
export interface MeterDocument {
  readonly version: 1;
  /** The clock hour in UTC that is counted, for instance `2026-11-22T16`. */
  readonly hour: string;
  readonly dispatches: number;
  /** The job that was handed to the CEO because of it; the others wait for the next hour. */
  readonly tripped: { readonly run: string; readonly job: string } | null;
}
