import type { Intake } from '../runtime/ingest/intake.ts';
import { readRepositoryConfig, type RepositoryConfig } from '../runtime/repository-config.ts';
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
  /** Decisions to be made first, for instance the start of the run. */
  readonly requests?: AdvanceOptions['requests'];
}

/** How far a run was driven. */
export interface Driven {
  readonly found: FoundRun;
  readonly exit: ExitCode;
}

/**
 * Drives one run until it ends, or waits for a person who is not here. Throws `interrupted`.
 *
 * @param run its id, asked for once the requests were made
 */
export async function driveRun(
  session: Session,
  terminal: Terminal,
  run: () => string,
  options: DriveOptions,
): Promise<Driven> {
  const { runtime, interruption } = session;
  const definitions = createDefinitions();
  const gates = openGateKeeper(session, terminal, options);
  let requests = options.requests ?? [];
  for (;;) {
    await advance(
      runtime,
      { requests, intake: startNothing(session), nudge: () => interruption.raised },
      definitions,
    );
    requests = [];
    interruption.signal.throwIfAborted();
    const found = await findRun(runtime.store, run());
    const ended = endOf(found);
    if (ended !== null) return { found, exit: ended };
    const tree = await awaitedInTree(session, found);
    if (await answerOne(gates, tree)) continue;
    const until = soonest(tree.flatMap(({ awaited }) => awaited));
    if (until === null) return { found, exit: EXIT.waiting };
    terminal.note(`waiting until ${until} for the next attempt`);
    await runtime.clock.waitUntil(until, interruption.signal);
    interruption.signal.throwIfAborted();
  }
}

/** A run, or one that it called, with what it waits for besides jobs that wait for jobs. */
interface AwaitedRun {
  readonly found: FoundRun;
  readonly awaited: readonly Awaited[];
}

async function awaitedInTree(session: Session, root: FoundRun): Promise<readonly AwaitedRun[]> {
  const tree: AwaitedRun[] = [];
  const left = [root];
  for (const found of left) {
    const awaited = awaitedOf(found.workflow, found.state).filter(({ kind }) => kind !== 'needs');
    tree.push({ found, awaited });
    for (const each of awaited) {
      if (each.kind === 'sub-run') left.push(await findRun(session.runtime.store, each.run));
    }
  }
  return tree;
}

async function answerOne(gates: GateKeeper, tree: readonly AwaitedRun[]): Promise<boolean> {
  for (const { found, awaited } of tree) if ((await gates.answer(found, awaited)) !== null) return true;
  return false;
}

/** The exit code for a run that ended; null for one that goes on. */
export function endOf({ state: { run } }: FoundRun): ExitCode | null {
  if (run.status !== 'completed') return null;
  return run.conclusion === 'success' ? EXIT.done : EXIT.runFailed;
}

/** Answers gates, by itself or by asking the person at the terminal. */
export interface GateKeeper {
  /**
   * Answers one gate, so that the run may go on, and returns its job; null where nobody is here for it, or they leave it open.
   * Each is answered once: an answer that did not count is not repeated.
   */
  answer(found: FoundRun, awaited: readonly Awaited[]): Promise<string | null>;
}

export function openGateKeeper(
  session: Session,
  terminal: Terminal,
  { yes }: Pick<DriveOptions, 'yes'>,
): GateKeeper {
  const answered = new Set<number>();
  return {
    async answer(found, awaited) {
      const gates = awaited.flatMap((each) =>
        each.kind === 'approval' && each.pull !== null ? [{ job: each.job, pull: each.pull }] : [],
      );
      const gate = gates.find(({ pull }) => !answered.has(pull));
      if (gate === undefined || (!yes && !terminal.interactive)) return null;
      answered.add(gate.pull);
      const decision = yes
        ? ({ verdict: 'approve', reason: 'Approved with --yes.' } as const)
        : await askForDecision(terminal, found, gate.job, session.interruption);
      if (decision === null) return null;
      await answerGate(session, found, { job: gate.job, as: null, ...decision });
      return gate.job;
    },
  };
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

/** Starts no run of what it finds; the workflows are read where somebody asks to go on by another. */
function startNothing({ runtime, place }: Session): Intake {
  const config = (): Promise<RepositoryConfig> =>
    readRepositoryConfig(runtime.forge, runtime.builtInWorkflows);
  return { repository: place.repository, config, maxNewRuns: 0 };
}
