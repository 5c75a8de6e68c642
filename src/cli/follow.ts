import { setTimeout as sleep } from 'node:timers/promises';

import { parseCommitMessage } from '../codec/commit-message.ts';
import { awaitedOf } from '../engine/view/awaited.ts';
import type { Oid, Store } from '../store/port.ts';
import { endOf, openGateKeeper, type DriveOptions, type Driven } from './drive.ts';
import { EXIT } from './exit-codes.ts';
import { findRun } from './find-run.ts';
import { isServing } from './local/server.ts';
import type { Session } from './local/session.ts';
import type { Terminal } from './terminal.ts';

const LOOK_EVERY_MS = 250;

/**
 * Follows a run that another Treadle drives, until it ends or waits for a person who is not here. Null where the other one
 * ended before that: then it is for this process to drive. Throws `interrupted`.
 */
export async function followRun(
  session: Session,
  terminal: Terminal,
  run: string,
  options: Pick<DriveOptions, 'yes'>,
): Promise<Driven | null> {
  const { runtime, interruption, serverUrl } = session;
  const gates = openGateKeeper(session, terminal, options);
  let seen = (await runtime.store.read()).oid;
  for (;;) {
    seen = await tellTransitions(runtime.store, terminal, run, seen);
    const found = await findRun(runtime.store, run);
    const ended = endOf(found);
    if (ended !== null) return { found, exit: ended };
    if (!(await isServing(serverUrl))) return null;
    const awaited = awaitedOf(found.workflow, found.state).filter(({ kind }) => kind !== 'needs');
    await gates.answer(found, awaited);
    const needsPerson =
      awaited.length > 0 &&
      found.state.run.outbox.length === 0 &&
      awaited.every(({ kind }) => kind === 'approval' || kind === 'escalation' || kind === 'paused');
    if (needsPerson && !terminal.interactive && !options.yes) return { found, exit: EXIT.waiting };
    await Promise.race([sleep(LOOK_EVERY_MS), interruption.raised]);
  }
}

/** Tells the transitions of a run since a commit, oldest first. Returns the tip. */
async function tellTransitions(
  store: Store,
  terminal: Terminal,
  run: string,
  since: Oid | null,
): Promise<Oid | null> {
  const { oid } = await store.read();
  if (oid === null || oid === since) return oid;
  const lines: string[] = [];
  for await (const commit of store.log(oid)) {
    if (commit.oid === since) break;
    const { run: of, subject } = parseCommitMessage(commit.message);
    if (of === run) lines.unshift(`${terminal.style('dim', commit.oid.slice(0, 8))} ${subject}`);
  }
  for (const line of lines) terminal.note(line);
  return oid;
}
