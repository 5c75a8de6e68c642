import type { CommandContext } from './command-context.ts';
import { driveRun, type Driven } from './drive.ts';
import { findRun } from './find-run.ts';
import { readRunner } from './local/runner.ts';
import type { Session } from './local/session.ts';
import { printRun, runSummary } from './run-summary.ts';

/** What is done once somebody's word was said. */
export interface GoingOn {
  readonly run: string;
  /** What was done, for people: `approved`. */
  readonly said: string;
  readonly advance: boolean;
  readonly json?: true;
}

/** Drives a run on after somebody's word, unless that is left to the next wake, or to another Treadle that is at work. */
export async function goOn(context: CommandContext, session: Session, going: GoingOn): Promise<void> {
  const { run, said, advance, json } = going;
  if (advance && session.own) {
    tellRun(context, await driveRun(session, context.terminal, () => run, { yes: false }), json);
    return;
  }
  const runner = session.own ? null : await readRunner(session.place.dataFolder);
  const who = runner === null ? 'the next wake' : `treadle ${runner.command} (process ${runner.pid})`;
  context.terminal.note(`${said}: ${who} goes on with ${run}`);
  if (json !== true) return;
  const found = await findRun(session.runtime.store, run);
  context.terminal.print(JSON.stringify({ version: 1, run: runSummary(found) }, null, 2));
}

/** Tells how far a run came, and sets the exit code by it. */
export function tellRun(
  { terminal, finish }: CommandContext,
  driven: Driven,
  json: true | undefined,
  place = '',
): void {
  finish(driven.exit);
  if (json === true) {
    terminal.print(JSON.stringify({ version: 1, run: runSummary(driven.found) }, null, 2));
    return;
  }
  terminal.note('');
  printRun(terminal, driven.found, place);
}
