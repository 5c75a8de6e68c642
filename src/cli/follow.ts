import { setTimeout as sleep } from 'node:timers/promises';

import { parseCommitMessage } from '../codec/commit-message.ts';
import { awaitedOf, type Awaited } from '../engine/view/awaited.ts';
import type { Oid, Store } from '../store/port.ts';
import { endOf, openGateKeeper, type DriveOptions, type Driven } from './drive.ts';
import { EXIT } from './exit-codes.ts';
import { findRun } from './find-run.ts';
import { isServing } from './local/server.ts';
import type { Session } from './local/session.ts';
import type { Terminal } from './terminal.ts';

const LOOK_EVERY_MS = 250;
/** How long an answer may take to be followed before it is taken for one that did not count. */
const ANSWER_FOLLOWED_WITHIN_MS = 15_000;

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
  let answered: { readonly job: string; readonly at: number } | null = null;
  for (;;) {
    seen = await tellTransitions(runtime.store, terminal, run, seen);
    const found = await findRun(runtime.store, run);
    const ended = endOf(found);
    if (ended !== null) return { found, exit: ended };
    if (!(await isServing(serverUrl))) return null;
    const awaited = awaitedOf(found.workflow, found.state).filter(({ kind }) => kind !== 'needs');
    const job = await gates.answer(found, awaited);
    if (job !== null) answered = { job, at: performance.now() };
    const isQuiet = awaited.length > 0 && found.state.run.outbox.length === 0;
    if (isQuiet && awaited.every((each) => needsPerson(each, answered))) {
      return { found, exit: EXIT.waiting };
    }
    await Promise.race([sleep(LOOK_EVERY_MS), interruption.raised]);
  }
}

/** Whether nobody but a person can go on; an answer that was just given is followed soon. */
function needsPerson(
  awaited: Awaited,
  answered: { readonly job: string; readonly at: number } | null,
): boolean {
  if (awaited.kind === 'escalation' || awaited.kind === 'paused') return true;
  if (awaited.kind !== 'approval') return false;
  const isAnswered = answered?.job === awaited.job;
  return !isAnswered || performance.now() - answered.at > ANSWER_FOLLOWED_WITHIN_MS;
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
