import { TreadleError } from '../../base/errors.ts';
import { rootCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { openDocuments } from '../../store/documents.ts';
import type { Store } from '../../store/port.ts';

/** Where a state branch is. */
export interface StatePlace {
  readonly repository: string;
  readonly branch: string;
}

/** Throws `state-foreign` or `state-too-new` for a branch that this Treadle cannot work with; before anything is done. */
export async function checkState(store: Store, place: StatePlace): Promise<void> {
  const { repository, branch } = place;
  const snapshot = await store.read();
  if (snapshot.oid === null) return;
  const root = await openDocuments(snapshot)
    .read(layout.root, rootCodec)
    .catch((error: unknown) => {
      throw placeError(error, place);
    });
  if (root !== undefined) return;
  throw new TreadleError(
    'state-foreign',
    `the branch ${branch} in ${repository} exists, but holds no treadle.json: it is not Treadle's`,
    {
      remedy: `Nothing was changed. Give that branch another name, or set another one for the state with 'state-branch:' in .github/treadle.yml.`,
    },
  );
}

/** An error over the state, told with the place where the person finds it. */
export function placeError(error: unknown, { repository, branch }: StatePlace): unknown {
  if (!(error instanceof TreadleError) || !error.code.startsWith('state-') || error.remedy === undefined)
    return error;
  const { code, message, facts, cause } = error;
  const remedy = error.remedy
    .replaceAll('git log', `git -C ${repository} log`)
    .replaceAll('<state branch>', branch);
  const where = `${message}${remedy}`.includes(repository)
    ? ''
    : `\nThe state is the branch ${branch} in ${repository}.`;
  return new TreadleError(code, message, { remedy: remedy + where, facts, cause });
}
