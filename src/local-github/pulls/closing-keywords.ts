import type { Actor } from '../auth.ts';
import type { Repository } from '../data/repository.ts';
import type { ServerContext } from '../server-context.ts';
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

/** Closes the open issues that the texts close, in the name of who brought the texts into the default branch. */
export async function closeMentionedIssues(
  server: ServerContext,
  repository: Repository,
  texts: readonly string[],
  actor: Actor,
): Promise<void> {
  const numbers = new Set(texts.flatMap((text) => closedNumbers(text, repository.fullName)));
  for (const number of numbers) {
    const issue = repository.issues.get(number);
    if (issue === undefined || issue.state === 'closed' || issue.pull !== null) continue;
    const now = server.now();
    const closed = repository.issues.put(number, {
      ...issue,
      state: 'closed',
      stateReason: 'completed',
      closedAt: now,
      closedById: actor.user.id,
      updatedAt: now,
    });
    await publishIssueEvent(server, repository, closed, 'closed', actor);
  }
}
