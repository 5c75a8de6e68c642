/** The moment that lies `ms` milliseconds after another; both ISO 8601 in UTC. */
export function addMs(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}

/** Milliseconds from one moment to another. */
export function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}

/** Tells whether a moment has come. */
export function isReached(due: string, at: string): boolean {
  return msBetween(due, at) >= 0;
}

/** The later of two moments. */
export function laterOf(a: string, b: string): string {
  return isReached(a, b) ? b : a;
}
