import { watchInterruption } from './interruption.ts';
import { placeError } from './local/check-state.ts';
import { openSession, type Session } from './local/session.ts';
import { showProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Where a session is opened, and for which command. */
export interface SessionPlace {
  readonly repo: string;
  readonly command: string;
  /** The local server's port; any free one where left out. */
  readonly port?: number;
}

/** Opens a session for one command, and always closes it, bringing results back into the working repository. */
export async function withSession<T>(
  terminal: Terminal,
  place: SessionPlace,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const interruption = watchInterruption();
  try {
    const session = await openSession({ ...place, interruption, observe: showProgress(terminal) });
    try {
      return await work(session);
    } catch (error) {
      throw placeError(error, { repository: session.place.bare, branch: session.settings.stateBranch });
    } finally {
      const left = await session.close();
      if (left !== null) terminal.note(left);
    }
  } finally {
    interruption.release();
  }
}
