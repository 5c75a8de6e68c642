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
}

/** A fact about the branch itself. */
export interface BranchEvent {
  readonly version: 1;
  readonly type: 'initialised' | 'state_restored' | 'runs_retired';
  readonly id: string;
  readonly at: string;
  readonly detail: string;
}

/** What a state commit records. */
export type RecordedEvent = RunEvent | BookkeepingEvent | FactsRead | BranchEvent;

/** What a state commit says: subject, the complete event, trailers. */
export interface CommitMessage {
  readonly subject: string;
  readonly event: RecordedEvent;
  /** The run's last commit before this one, where there is one. */
  readonly previous: string | null;
}

/**
 * Renders a state commit's message: subject, the complete canonical event, and the trailers `Treadle-Run`, `Treadle-Event`,
 * `Treadle-Actor`, `Treadle-Policy`, `Treadle-Previous`.
 */
export function renderCommitMessage({ subject, event, previous }: CommitMessage): string {
  const trailers = [
    ...('run' in event ? [`Treadle-Run: ${event.run}`] : []),
    `Treadle-Event: ${event.type} ${event.id}`,
    ...('actor' in event ? [`Treadle-Actor: ${formatActor(event.actor)}`] : []),
    `Treadle-Policy: ${POLICY_VERSION}`,
    ...(previous === null ? [] : [`Treadle-Previous: ${previous}`]),
  ];
  return `${subject.replaceAll(/\s+/g, ' ').trim()}\n\n${canonicalJson(event)}\n${trailers.join('\n')}\n`;
}

/** A state commit's message as read back. The event is not checked further: it is ours by the commit it stands in. */
export interface ParsedCommitMessage {
  readonly subject: string;
  readonly event: RecordedEvent | null;
  readonly run: string | null;
  readonly policy: number | null;
  readonly previous: string | null;
}

/** Reads what {@link renderCommitMessage} writes. A message of another origin gives its subject and nulls. */
export function parseCommitMessage(message: string): ParsedCommitMessage {
  const subject = message.split('\n', 1)[0] ?? '';
  const start = message.indexOf('\n\n{\n');
  const end = message.lastIndexOf('\n}\n');
  const trailers = end < 0 ? '' : message.slice(end + 3);
  const trailer = (name: string): string | null =>
    new RegExp(`^${name}: (.*)$`, 'm').exec(trailers)?.[1]?.trim() ?? null;
  const policy = trailer('Treadle-Policy');
  return {
    subject,
    event: start < 0 || end < start ? null : parseEvent(message.slice(start + 2, end + 2)),
    run: trailer('Treadle-Run'),
    policy: policy === null ? null : Number(policy),
    previous: trailer('Treadle-Previous'),
  };
}

function parseEvent(text: string): RecordedEvent | null {
  try {
    const value: unknown = JSON.parse(text);
    const isEvent =
      typeof value === 'object' && value !== null && 'type' in value && 'id' in value && 'version' in value;
    return isEvent ? (value as RecordedEvent) : null;
  } catch {
    return null;
  }
}

function formatActor(actor: Actor): string {
  return actor.kind === 'treadle' ? 'treadle' : `${actor.login} (${actor.kind} ${actor.id})`;
}
