import type { UserRecord } from '../data/records.ts';
import type { Person } from '../git/commits.ts';

/** The committer of commits that GitHub itself writes. */
export const webFlow = (date: string): Person => ({ name: 'GitHub', email: 'noreply@github.com', date });

/** An account as the author of a commit, by its noreply address. */
export function personOf(user: UserRecord, date: string): Person {
  return { name: user.login, email: `${user.id}+${user.login}@users.noreply.github.com`, date };
}
