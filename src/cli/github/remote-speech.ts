import { TreadleError } from '../../base/errors.ts';
import { awaitedOf } from '../../engine/view/awaited.ts';
import type { Account } from '../../forge/port/people.ts';
import { isSomebody } from '../../runtime/authorise.ts';
import { systemClock } from '../../runtime/system.ts';
import { placeWords, type CommandContext, type SpeechOptions } from '../command-context.ts';
import { endOf } from '../drive.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { findRun, type FoundRun } from '../find-run.ts';
import { tellRun } from '../go-on.ts';
import { runSummary } from '../run-summary.ts';
import type { Said, Speech } from '../speech.ts';
import { stateMissing, withRemote, type Remote } from './open-remote.ts';
import { waitFor } from './wait-for.ts';

/**
 * Says something on GitHub under the account of the token, exactly as on its pages: a comment or a review. A wake there follows it.
 * Throws `token-anonymous` for the default token of workflows, whose word counts for nobody.
 */
export function withRemoteSpeech(
  context: CommandContext,
  options: SpeechOptions,
  work: (speech: Speech) => Promise<void>,
): Promise<void> {
  return withRemote(context.terminal, options, async (remote) => {
    if ((await remote.store.read()).oid === null) throw stateMissing(remote);
    const speaker = await findSpeaker(remote);
    await work({
      store: remote.store,
      clock: systemClock,
      speaker,
      forgeAs(login) {
        if (login.toLowerCase() === speaker.login.toLowerCase()) return remote.forge;
        throw new TreadleError(
          'usage',
          `the token is ${speaker.login}'s, so nothing can be said as ${login}`,
          {
            remedy: `Leave --as out, or give the token of ${login} in GITHUB_TOKEN.`,
          },
        );
      },
      goOn: (said) => goOnThere(context, remote, said, options),
    });
  });
}

/** Whose token it is. Throws `token-anonymous`. */
export async function findSpeaker({ forge }: Pick<Remote, 'forge'>): Promise<Account> {
  const viewer = await forge.people.viewer();
  if (isSomebody(viewer)) return viewer;
  throw new TreadleError(
    'token-anonymous',
    `the token is ${viewer.login}'s, which counts for nobody: every workflow has that name`,
    {
      remedy: 'Give the token of whoever speaks, for instance: GITHUB_TOKEN=$(gh auth token)',
    },
  );
}

async function goOnThere(
  context: CommandContext,
  { store, forge }: Remote,
  said: Said,
  options: SpeechOptions,
): Promise<void> {
  const { wait, json } = options;
  const { run, what, login, at } = said;
  const { terminal } = context;
  const url = `${forge.webUrl}/issues/${at}`;
  if (wait === true) {
    terminal.note(`${what} as ${login}: ${url}\nwaiting for a wake to follow it …`);
    const found = await waitFor(store, async () => {
      const now = await findRun(store, run);
      return said.isFollowed(now) ? now : null;
    });
    tellRun(context, { found, exit: exitFor(found) }, json, placeWords(options));
    return;
  }
  if (json === true) {
    const summary = runSummary(await findRun(store, run));
    terminal.print(JSON.stringify({ version: 1, said: { what, login, url }, run: summary }, null, 2));
    return;
  }
  terminal.print(`${what} as ${login}: ${url}`);
  terminal.note(
    `the next wake on GitHub goes on with ${run}; see: treadle show ${run}${placeWords(options)}`,
  );
}

/** As where a run is driven here: how it ended, or that somebody is asked; 0 where it goes on. */
export function exitFor(found: FoundRun): ExitCode {
  const ended = endOf(found);
  if (ended !== null) return ended;
  const isAsked = awaitedOf(found.workflow, found.state).some(({ kind }) =>
    ['approval', 'escalation', 'paused'].includes(kind),
  );
  return isAsked ? EXIT.waiting : EXIT.done;
}
