import { isOnGitHub, type CommandContext, type SpeechOptions } from './command-context.ts';
import { withRemoteSpeech } from './github/remote-speech.ts';
import { goOn } from './go-on.ts';
import type { Speech } from './speech.ts';
import { withSession } from './with-session.ts';

/** Lets somebody say something, here or on GitHub, and goes on. */
export async function speak(
  context: CommandContext,
  command: string,
  options: SpeechOptions,
  work: (speech: Speech) => Promise<void>,
): Promise<void> {
  if (isOnGitHub(options)) return withRemoteSpeech(context, options, work);
  await withSession(context.terminal, { repo: options.repo, command }, async (session) => {
    const { store, clock } = session.runtime;
    await work({
      store,
      clock,
      speaker: session.speaker,
      forgeAs: (login) => session.forgeAs(login),
      goOn: ({ run, what }) => goOn(context, session, { run, said: what, ...options }),
    });
  });
}
