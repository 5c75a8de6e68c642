import type { Awaited } from '../engine/view/awaited.ts';
import { awaitedOf } from '../engine/view/awaited.ts';
import { advance, type AdvanceOptions } from '../runtime/advance.ts';
import { createDefinitions } from '../runtime/definitions.ts';
import { answerGate } from './answer.ts';
import { askForDecision } from './ask.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { findRun, type FoundRun } from './find-run.ts';
import type { Session } from './local/session.ts';
import type { Terminal } from './terminal.ts';

/** How a run is driven. */
export interface DriveOptions {
  /** Approve every gate without asking. Escalations are never answered by themselves. */
  readonly yes: boolean;
  readonly requests?: AdvanceOptions['requests'];
}

/** How far a run was driven. */
export interface Driven {
  readonly found: FoundRun;
  readonly exit: ExitCode;
  /** What it waits for, where it waits. */
  readonly awaited: readonly Awaited[];
}

/** Drives one run until it ends, or waits for a person who is not here. */
export async function driveRun(
  session: Session,
  terminal: Terminal,
  run: () => string,
  options: DriveOptions,
): Promise<Driven> {
  const { runtime } = session;
  const definitions = createDefinitions();
  let requests = options.requests ?? [];
  for (;;) {
    await advance(runtime, { requests }, definitions);
    requests = [];
    const found = await findRun(runtime.store, run());
    const { state, workflow } = found;
    if (state.run.status === 'completed') {
      return { found, exit: state.run.conclusion === 'success' ? EXIT.done : EXIT.runFailed, awaited: [] };
    }
    const awaited = awaitedOf(workflow, state).filter(({ kind }) => kind !== 'needs');
    const gate = awaited.find((each) => each.kind === 'approval' && each.pull !== null);
    if (gate?.kind === 'approval' && (options.yes || terminal.interactive)) {
      const decision = options.yes
        ? ({ verdict: 'approve', reason: 'Approved with --yes.' } as const)
        : await askForDecision(terminal, found, gate.job);
      if (decision !== null) {
        await answerGate(session, found, { job: gate.job, as: null, ...decision });
        continue;
      }
    }
    const until = soonest(awaited);
    if (gate !== undefined || until === null) return { found, exit: EXIT.waiting, awaited };
    terminal.note(`waiting until ${until} for the next attempt`);
    await runtime.clock.waitUntil(until, new AbortController().signal);
  }
}

/** When the run goes on by itself, or null where somebody has to do something. */
function soonest(awaited: readonly Awaited[]): string | null {
  const times = awaited.flatMap((each) =>
    each.kind === 'retry' || each.kind === 'effect' || (each.kind === 'merge' && each.until !== null)
      ? [each.until ?? '']
      : [],
  );
  return times.sort()[0] ?? null;
}
