import { TreadleError } from '../base/errors.ts';
import { readRunner } from './local/runner.ts';
import type { Session } from './local/session.ts';

/** The error for what only the one runner of a repository does, where another process is it. */
export async function atWork({ place, serverUrl }: Session): Promise<TreadleError> {
  const runner = await readRunner(place.dataFolder);
  const who = runner === null ? 'another Treadle' : `treadle ${runner.command} (process ${runner.pid})`;
  return new TreadleError('already-serving', `${who} is at work in ${place.folder}, at ${serverUrl}`, {
    remedy:
      'It reads what is new and goes on with every run by itself. To do it here, end the other one first.',
  });
}
