import { layout } from '../../codec/layout.ts';
import type { Documents } from '../../store/documents.ts';
import { loadIssueIndex } from '../run-documents.ts';
import { watchesOf } from './watchers.ts';

/** What a comment is about by where it stands. */
export interface SpokenPlace {
  readonly run: string;
  /** The job that asks there: on the bead of an escalation, and on the pull request of a gate. Null on the bead, and for several. */
  readonly job: string | null;
  /** Reports count on a bead and on that of an escalation; a pull request is for commands only. */
  readonly kind: 'bead' | 'escalation' | 'pull';
}

/** The run that a comment on an issue or a pull request is about; undefined where none is going on. */
export async function spokenPlaceOf(documents: Documents, issue: number): Promise<SpokenPlace | undefined> {
  const { active, escalation } = await loadIssueIndex(documents, issue);
  if (escalation !== null) return { ...escalation, kind: 'escalation' };
  if (active !== null) return { run: active, job: null, kind: 'bead' };
  if (await documents.has(layout.issueIndex(issue))) return undefined;
  const [first, ...others] = await watchesOf(documents, [issue]);
  if (first === undefined) return undefined;
  return { run: first.run, job: others.length === 0 ? first.job : null, kind: 'pull' };
}
