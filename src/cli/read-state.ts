import type { Store } from '../store/port.ts';
import { isOnGitHub, type PlaceOptions } from './command-context.ts';
import { withRemoteState } from './github/open-remote.ts';
import { withState } from './local/session.ts';
import type { Terminal } from './terminal.ts';

/** Reads the state, here or on GitHub, for commands that do nothing else. */
export function readState<T>(
  terminal: Terminal,
  options: PlaceOptions,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  return isOnGitHub(options)
    ? withRemoteState(terminal, options, ({ store }) => work(store))
    : withState(options.repo, work);
}
