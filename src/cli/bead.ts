import { TreadleError } from '../base/errors.ts';
import type { Forge } from '../forge/port/forge.ts';
import type { Issue } from '../forge/port/issues.ts';
import type { Session } from './local/session.ts';

/** Throws `usage` for a title that is none, or that somebody meant as the number of an issue. */
export function checkTitle(issue: string): void {
  const digits = /^\s*(\d+)\s*$/.exec(issue)?.[1];
  if (digits !== undefined) {
    throw new TreadleError('usage', `"${digits}" is a number, and no title for a new bead`, {
      remedy: `Did you mean the issue #${digits}? Then quote it with its sign: --issue "#${digits}"`,
    });
  }
  if (issue.trim() === '') throw new TreadleError('usage', 'the bead needs a title: --issue "What is wrong"');
}

/** The issue that is worked: one that exists, or a new one, filed as the first holder of the role ceo. */
export async function fileBead(
  session: Session,
  bead: { readonly issue: string; readonly body: string },
): Promise<Issue> {
  const [ceo] = session.settings.roles['ceo'] ?? [];
  const { forge } = session.runtime;
  return takeIssue(forge, ceo === undefined ? forge : session.forgeAs(ceo), bead);
}

/** The issue that is meant: one that exists, or a new one. Throws `not-found`. */
export async function takeIssue(
  forge: Forge,
  author: Forge,
  { issue, body }: { readonly issue: string; readonly body: string },
): Promise<Issue> {
  const number = /^#(\d+)$/.exec(issue.trim())?.[1];
  if (number !== undefined) {
    const known = await forge.issues.get(Number(number));
    if (known !== undefined && !known.isPull) return known;
    throw new TreadleError('not-found', `there is no issue #${number}`, {
      remedy: 'To see which can be worked: treadle ready. For a new one, give its title: --issue "TITLE"',
    });
  }
  const created = await author.issues.create({ title: issue, body, labels: [] });
  const known = await forge.issues.get(created);
  if (known === undefined)
    throw new TreadleError('not-found', `the issue #${created} that was just filed cannot be read`);
  return known;
}
