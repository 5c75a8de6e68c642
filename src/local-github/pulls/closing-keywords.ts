import type { Actor } from '../auth.ts';
import type { Closer, HeldClosing } from '../data/records.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
import { userOf } from '../render/user.ts';
import { publishIssueEvent } from './pull-events.ts';

const keyword = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+))?#(\d+)\b/gi;

/**
 * The numbers of the issues that a text closes in the repository of that name.
 * https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
 */
export function closedNumbers(text: string, fullName: string): readonly number[] {
  const numbers = [...text.matchAll(keyword)]
    .filter(([, named]) => named === undefined || named.toLowerCase() === fullName.toLowerCase())
    .map(([, , number]) => Number(number));
  return [...new Set(numbers)];
}

/** A text that came into the default branch, and what it belongs to. */
export interface ClosingText {
  readonly text: string;
  readonly closer: Closer;
}

/**
 * Closes the open issues that the texts close, in the name of who brought the texts into the default branch: at once, or, where
 * closings are held, when they are let go on.
 */
export async function closeMentionedIssues(
  server: ServerContext,
  repository: Repository,
  texts: readonly ClosingText[],
  actor: Actor,
): Promise<void> {
  const closers = new Map<number, Closer>();
  for (const { text, closer } of texts) {
    for (const number of closedNumbers(text, repository.fullName))
      if (!closers.has(number)) closers.set(number, closer);
  }
  const closings = [...closers].map(([number, closer]) => ({ number, closer, actorId: actor.user.id }));
  const heldClosings = repository.record.heldClosings ?? null;
  if (heldClosings === null) await closeIssues(server, repository, closings);
  else if (closings.length > 0) repository.update({ heldClosings: [...heldClosings, ...closings] });
}

/**
 * GitHub closes issues some time after the merge that mentions them, in a job of its own. `isHeld` makes closings wait as there;
 * false closes what has waited, and lets later ones happen at once.
 */
export async function holdClosings(
  server: ServerContext,
  repository: Repository,
  isHeld: boolean,
): Promise<void> {
  const waiting = repository.record.heldClosings ?? [];
  repository.update({ heldClosings: isHeld ? waiting : null });
  if (!isHeld) await closeIssues(server, repository, waiting);
}

async function closeIssues(
  server: ServerContext,
  repository: Repository,
  closings: readonly HeldClosing[],
): Promise<void> {
  for (const { number, closer, actorId } of closings) {
    const issue = repository.issues.get(number);
    if (issue === undefined || issue.state === 'closed' || issue.pull !== null) continue;
    const now = server.now();
    const closed = repository.issues.put(number, {
      ...issue,
      state: 'closed',
      stateReason: 'completed',
      closedAt: now,
      closedById: actorId,
      closer,
      updatedAt: now,
    });
    const actor = { user: userOf(server, actorId), tokenKind: 'user' } as const;
    await publishIssueEvent(server, repository, closed, 'closed', actor);
  }
}
