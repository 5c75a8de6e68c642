import { canonicalJson } from '../base/canonical-json.ts';
import type { Actor, BookkeepingEvent, RunEvent } from '../engine/event.ts';

/** Version of the engine's rules, in every commit, so that a commit can be derived again by the rules that made it. */
export const POLICY_VERSION = 1;

/** A fact about reading: the cursor moved. */
export interface FactsRead {
  readonly version: 1;
  readonly type: 'facts_read';
  readonly id: string;
  readonly at: string;
  readonly since: string;
  /** Issues that no run is started for, though they ask for one, with what is to be said there. */
  readonly notices?: readonly { readonly issue: number; readonly text: string }[];
}

/** A fact about what was said on issues without a run: where, and what another wake was to say is claimed. */
export interface NoticesRecorded {
  readonly version: 1;
  readonly type: 'notices_recorded';
  readonly id: string;
  readonly at: string;
  readonly said: readonly number[];
  readonly claimed: readonly number[];
}

/** A fact about the branch itself. */
export interface BranchEvent {
  readonly version: 1;
  readonly type: 'initialised' | 'state_restored' | 'runs_retired' | 'failures_seen' | 'beads_written';
  readonly id: string;
  readonly at: string;
  readonly detail: string;
}

/** What a state commit records. */
export type RecordedEvent = RunEvent | BookkeepingEvent | FactsRead | NoticesRecorded | BranchEvent;

/** What a state commit says: subject, the complete event, trailers. */
export interface CommitMessage {
  readonly subject: string;
  readonly event: RecordedEvent;
  /** The run's last commit before this one, where there is one. */
  readonly previous: string | null;
}

/**
 * Renders a state commit's message: subject, the complete canonical event, and the trailers `Treadle-Run`, `Treadle-Event`,
 * `Treadle-Actor`, `Treadle-Policy`, `Treadle-Previous`. Subject and trailers are one line each, whatever is in them; a subject of
 * nothing visible becomes the event's type.
 */
export function renderCommitMessage({ subject, event, previous }: CommitMessage): string {
  const trailers = [
    ...('run' in event ? [`Treadle-Run: ${event.run}`] : []),
    `Treadle-Event: ${event.type} ${event.id}`,
    ...('actor' in event ? [`Treadle-Actor: ${formatActor(event.actor)}`] : []),
    `Treadle-Policy: ${POLICY_VERSION}`,
    ...(previous === null ? [] : [`Treadle-Previous: ${previous}`]),
  ];
  const title = oneLine(subject) || event.type;
  return `${title}\n\n${canonicalJson(event)}\n${trailers.map(oneLine).join('\n')}\n`;
}

/** A state commit's message as read back. The event is not checked further: it is ours by the commit it stands in. */
export interface ParsedCommitMessage {
  readonly subject: string;
  readonly event: RecordedEvent | null;
  readonly run: string | null;
  readonly policy: number | null;
  readonly previous: string | null;
}

/**
 * Reads what {@link renderCommitMessage} writes: the event's JSON begins right below the subject, and trailers count only below
 * it, where they name it. A message of another origin gives its subject and nulls.
 */
export function parseCommitMessage(message: string): ParsedCommitMessage {
  const subject = message.split('\n', 1)[0] ?? '';
  const foreign = { subject, event: null, run: null, policy: null, previous: null };
  const end = message.lastIndexOf('\n}\n');
  if (end < 0 || !message.startsWith('\n\n{\n', subject.length)) return foreign;
  const event = parseEvent(message.slice(subject.length + 2, end + 2));
  const trailers = message.slice(end + 3);
  const trailer = (name: string): string | null =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(trailers)?.[1]?.trim() ?? null;
  if (event === null || trailer('Treadle-Event') !== oneLine(`${event.type} ${event.id}`)) return foreign;
  const policy = Number(trailer('Treadle-Policy') ?? NaN);
  return {
    subject,
    event,
    run: trailer('Treadle-Run'),
    policy: Number.isSafeInteger(policy) ? policy : null,
    previous: trailer('Treadle-Previous'),
  };
}

function parseEvent(text: string): RecordedEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    return isEvent(value) ? value : null;
  } catch {
    return null;
  }
}

/** The envelope only: that the rest fits is for whoever derives the commit again. */
function isEvent(value: unknown): value is RecordedEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { version, type, id } = value as Readonly<Record<string, unknown>>;
  return typeof version === 'number' && typeof type === 'string' && typeof id === 'string';
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
}

function formatActor(actor: Actor): string {
  return actor.kind === 'treadle' ? 'treadle' : `${actor.login} (${actor.kind} ${actor.id})`;
}
