/** How urgent a bead is: 0 first. */
export type Priority = 0 | 1 | 2 | 3;

/** What a bead without a label of its own has. */
export const DEFAULT_PRIORITY: Priority = 2;

const LABELS: ReadonlyMap<string, Priority> = new Map([
  ['p0', 0],
  ['p1', 1],
  ['p2', 2],
  ['p3', 3],
]);

/** The priority that an issue's labels give: `P0` to `P3`, the most urgent of several; null where none does. */
export function priorityOf(labels: readonly string[]): Priority | null {
  const found = labels.flatMap((label) => LABELS.get(label.toLowerCase()) ?? []);
  return found.sort()[0] ?? null;
}

/** Whether a label says a priority. */
export function isPriorityLabel(label: string): boolean {
  return LABELS.has(label.toLowerCase());
}

/** How bad something that went wrong is, as whoever files it says. */
export type Severity = 'critical' | 'high' | 'medium' | 'low';

const SEVERITIES: Readonly<Record<Severity, Priority>> = { critical: 0, high: 1, medium: 2, low: 3 };

/** The priority of a bead that is filed with a severity: critical is `P0`, low is `P3`. */
export function priorityOfSeverity(severity: Severity): Priority {
  return SEVERITIES[severity];
}
