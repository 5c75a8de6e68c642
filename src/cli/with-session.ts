import { openSession, type Session } from './local/session.ts';
import { showProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Opens a session for one command, and always closes it, bringing results back into the working repository. */
export async function withSession<T>(
  terminal: Terminal,
  repo: string,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession({ repo, observe: showProgress(terminal) });
  try {
    return await work(session);
  } finally {
    const left = await session.close();
    if (left !== null) terminal.note(left);
  }
}
