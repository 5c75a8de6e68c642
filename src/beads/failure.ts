import type { Severity } from './priority.ts';

/** Something that went wrong, as whoever noticed it tells it. All of its texts are strangers' words. */
export interface Failure {
  /** The same occurrence told twice has the same id, for instance `workflow run 123`. */
  readonly id: string;
  readonly title: string;
  /** Where it was noticed: `ci`, `frontend`, `api`. */
  readonly source: string;
  /** The kind of error, for instance `TypeError`. */
  readonly errorType: string;
  readonly message: string;
  /** A stack trace, the innermost frame where its language puts it; empty where there is none. */
  readonly stack: string;
  readonly severity: Severity;
  readonly context: Readonly<Record<string, string>>;
  /** ISO 8601 in UTC. */
  readonly occurredAt: string;
}

/** From the worst on. */
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** What a failure is told with besides what the teller says. */
export interface FailureDefaults {
  /** ISO 8601 in UTC; when it occurred, where that is not said. */
  readonly now: string;
  /** The occurrence's id, where it has none. */
  readonly id: string;
}

export type DecodedFailure =
  | { readonly kind: 'failure'; readonly failure: Failure }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** Texts are cut at this many characters: a trace of any length may come. */
const LIMITS = { line: 200, message: 2_000, stack: 4_000, context: 20 };

/**
 * Reads a failure, decoded from JSON, as programs report it: `title`, `source`, `error_type`, `message`, `stack_trace`, `context`, `severity`,
 * `occurred_at`, and `id` for the occurrence. Only the title is required; every wrong field is named.
 */
export function decodeFailure(told: unknown, { now, id }: FailureDefaults): DecodedFailure {
  if (typeof told !== 'object' || told === null || Array.isArray(told)) {
    return { kind: 'invalid', problems: ['a failure is a JSON object'] };
  }
  const fields = told as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  const text = (name: string, most: number, absent = ''): string => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined || value === null) return absent;
    if (typeof value === 'string') return value.slice(0, most);
    problems.push(`${name} must be a text`);
    return absent;
  };
  const title = text('title', LIMITS.line).trim();
  if (title === '' && problems.length === 0) problems.push('title is missing');
  const severity = SEVERITIES.find((one) => one === text('severity', LIMITS.line, 'medium').toLowerCase());
  if (severity === undefined) problems.push(`severity must be one of ${SEVERITIES.join(', ')}`);
  const occurredAt = readTime(text('occurred_at', LIMITS.line, now), now);
  if (occurredAt === null)
    problems.push('occurred_at must be a time as in 2026-11-22T09:00:00Z, and not to come');
  const failure: Failure = {
    id: text('id', LIMITS.line, id) || id,
    title,
    source: text('source', LIMITS.line).trim() || 'unknown',
    errorType: text('error_type', LIMITS.line).trim(),
    message: text('message', LIMITS.message),
    stack: text('stack_trace', LIMITS.stack),
    severity: severity ?? 'medium',
    context: readContext(fields['context'], problems),
    occurredAt: occurredAt ?? now,
  };
  return problems.length === 0 ? { kind: 'failure', failure } : { kind: 'invalid', problems };
}

/** The time in whole seconds of UTC; null where it is none, or lies in the future. */
function readTime(text: string, now: string): string | null {
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms) || ms > Date.parse(now) + 60_000) return null;
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function readContext(value: unknown, problems: string[]): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    problems.push('context must be an object');
    return {};
  }
  const entries = Object.entries(value)
    .slice(0, LIMITS.context)
    .map(([key, field]: [string, unknown]): [string, string] => {
      const text = typeof field === 'string' ? field : JSON.stringify(field);
      return [key.slice(0, LIMITS.line), text.slice(0, LIMITS.line)];
    });
  return Object.fromEntries(entries);
}
