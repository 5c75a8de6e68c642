import type { Sha256 } from '../base/digest.ts';
import type { FingerprintDocument } from '../codec/documents.ts';
import type { Failure } from './failure.ts';

/** What keeps self-healing from doing harm. */
export interface HealingLimits {
  /** The bead of a failure is not written more often than this. */
  readonly throttleMinutes: number;
  /** When this many beads were filed or reopened within an hour, none is until that hour is over. */
  readonly beadsPerHour: number;
}

/** How the bead of a failure stands. */
export interface FiledBead {
  readonly state: 'open' | 'closed';
  /** When the last run of the bead ended in success; null where it did not. */
  readonly verifiedAt: string | null;
}

/** What is to be done on the forge. */
export type Filing = 'file' | 'update' | 'reopen';

/** What follows from a failure. */
export interface Decision {
  readonly document: FingerprintDocument;
  /** Null: nothing is written on the forge now. */
  readonly filing: Filing | null;
  /** Why, in words. */
  readonly reason: string;
}

/** A bead that came back this often is a person's: what was verified evidently was not it. */
const MOST_REGRESSIONS = 3;
/** Occurrences by which a repeated telling is known. */
const MOST_OCCURRENCES = 50;
const HOUR_MS = 60 * 60_000;

/**
 * Counts a failure and decides what becomes of it. Pure: policy of `treadle file-bug`, of failed workflow runs, and of the API.
 *
 * @param bead how the bead stands; null where there is none (any more)
 * @param filedAt when beads were filed or reopened lately
 */
export function recordFailure(
  known: FingerprintDocument | undefined,
  fingerprint: Sha256,
  failure: Failure,
  around: {
    readonly bead: FiledBead | null;
    readonly filedAt: readonly string[];
    readonly limits: HealingLimits;
    readonly now: string;
  },
): Decision {
  if (known?.occurrences.includes(failure.id) === true) {
    return { document: known, filing: null, reason: 'it was told before' };
  }
  const document = count(known, fingerprint, failure);
  const { filing, reason } = decide(document, failure, around);
  if (filing === null) return { document, filing, reason };
  const regressions = document.regressions + (filing === 'reopen' ? 1 : 0);
  return { document: { ...document, regressions, wish: filing, writtenAt: around.now }, filing, reason };
}

/** The times that still count against {@link HealingLimits.beadsPerHour}. */
export function recentFilings(filedAt: readonly string[], now: string): readonly string[] {
  return filedAt.filter((at) => Date.parse(now) - Date.parse(at) < HOUR_MS);
}

function decide(
  document: FingerprintDocument,
  failure: Failure,
  { bead, filedAt, limits, now }: Parameters<typeof recordFailure>[3],
): Pick<Decision, 'filing' | 'reason'> {
  if (document.wish !== null) return nothing('its bead is being written');
  const isOpen = recentFilings(filedAt, now).length >= limits.beadsPerHour;
  const breaker = `${limits.beadsPerHour} beads were filed within an hour: no more for now`;
  const { writtenAt } = document;
  const isThrottled =
    writtenAt !== null && Date.parse(now) - Date.parse(writtenAt) < limits.throttleMinutes * 60_000;
  if (isThrottled) return nothing(`its bead was written less than ${limits.throttleMinutes} minutes ago`);
  if (document.issue === null || bead === null) {
    return isOpen ? nothing(breaker) : { filing: 'file', reason: 'it is new' };
  }
  if (bead.state === 'open') return { filing: 'update', reason: 'its bead is open' };
  if (bead.verifiedAt === null) return nothing('a person closed its bead');
  if (failure.occurredAt <= bead.verifiedAt) return nothing('it occurred before its fix was verified');
  if (document.regressions >= MOST_REGRESSIONS) {
    return nothing(`it came back ${document.regressions} times: a person has to reopen its bead`);
  }
  return isOpen ? nothing(breaker) : { filing: 'reopen', reason: 'it came back after its fix was verified' };
}

function nothing(reason: string): Pick<Decision, 'filing' | 'reason'> {
  return { filing: null, reason };
}

/** The failure's words are those of its last occurrence; its name stays that of the first. */
function count(
  known: FingerprintDocument | undefined,
  fingerprint: Sha256,
  { id, title, source, errorType, message, stack, severity, context, occurredAt }: Failure,
): FingerprintDocument {
  const occurrences = [...(known?.occurrences ?? []), id].slice(-MOST_OCCURRENCES);
  const first = known?.firstSeen ?? occurredAt;
  const last = known?.lastSeen ?? occurredAt;
  return {
    version: 1,
    fingerprint,
    title: known?.title ?? title,
    source: known?.source ?? source,
    errorType: known?.errorType ?? errorType,
    severity: known?.severity ?? severity,
    message,
    stack,
    context,
    issue: known?.issue ?? null,
    count: (known?.count ?? 0) + 1,
    firstSeen: occurredAt < first ? occurredAt : first,
    lastSeen: occurredAt > last ? occurredAt : last,
    writtenAt: known?.writtenAt ?? null,
    occurrences,
    regressions: known?.regressions ?? 0,
    wish: known?.wish ?? null,
  };
}
