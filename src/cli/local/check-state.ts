import { TreadleError } from '../../base/errors.ts';
import { rootCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { isPrepared } from '../../runtime/review-workflow.ts';
import { openDocuments } from '../../store/documents.ts';
import type { Store } from '../../store/port.ts';

/** Where a state branch is. */
export interface StatePlace {
  /** The folder of a repository, or where people see it on GitHub. */
  readonly repository: string;
  readonly branch: string;
  readonly isOnGitHub?: true;
}

/** Throws `state-foreign` for a branch that is not Treadle's, `state-too-new` for one this Treadle cannot work with. */
export async function checkState(store: Store, place: StatePlace): Promise<void> {
  const { repository, branch } = place;
  if ((await checkFormat(store, place)) !== 'absent') return;
  throw new TreadleError(
    'state-foreign',
    `the branch ${branch} in ${repository} exists, but holds no treadle.json: it is not Treadle's`,
    {
      remedy: `Nothing was changed. Give that branch another name, or set another one for the state with 'state-branch:' in .github/treadle.yml.`,
    },
  );
}

/**
 * Throws `state-too-new` for a branch this Treadle cannot work with; `absent` where the branch exists and does not say what it
 * is: then it is not Treadle's, or the next wake restores it.
 */
export async function checkFormat(store: Store, place: StatePlace): Promise<'readable' | 'absent'> {
  const snapshot = await store.read();
  if (snapshot.oid === null) return 'readable';
  try {
    const root = await openDocuments(snapshot).read(layout.root, rootCodec);
    return root === undefined && !(await isPrepared(snapshot)) ? 'absent' : 'readable';
  } catch (error) {
    throw placeError(error, place);
  }
}

/** An error over the state, told with the place where the person finds it. */
export function placeError(error: unknown, { repository, branch, isOnGitHub }: StatePlace): unknown {
  if (!(error instanceof TreadleError) || !error.code.startsWith('state-') || error.remedy === undefined)
    return error;
  const { code, message, facts, cause } = error;
  const remedy = error.remedy
    .replaceAll('git log', isOnGitHub === true ? 'git log' : `git -C ${repository} log`)
    .replaceAll('<state branch>', isOnGitHub === true ? `origin/${branch}` : branch);
  const where = `${message}${remedy}`.includes(repository)
    ? ''
    : `\nThe state is the branch ${branch} in ${repository}.`;
  return new TreadleError(code, message, { remedy: remedy + where, facts, cause });
}
