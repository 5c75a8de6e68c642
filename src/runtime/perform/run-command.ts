import { parseReport } from '../../codec/report-block.ts';
import { TREADLE } from '../../engine/event.ts';
import type { CommandEnd } from '../ports.ts';
import type { AddressedHappening, Happening } from '../wake.ts';
import type { DispatchOrder } from './order.ts';
import type { Performance, Performed } from './performance.ts';
import { readAnswer } from './read-answer.ts';

/** Programs and steps that run for this wake, by dispatch or by job and attempt, so that a cancelled one can be stopped. */
export type RunningCommands = Map<string, RunningWork>;

interface RunningWork {
  /** Ends it, whatever is left undone. */
  stop(): void;
  /** Calls it off: steps still clean up. */
  cancel?(): void;
}

interface CommandOrder extends DispatchOrder {
  readonly command: readonly string[];
}

/** Runs the assignee's program to its end; what it printed is the answer. */
export async function runCommand(
  performance: Performance,
  order: CommandOrder,
  running: RunningCommands,
): Promise<Performed> {
  const { runtime, state } = performance;
  const { effect, task, turn, command } = order;
  const started = runtime.commands.start({
    command,
    task,
    assignee: turn.assignee,
    deadline: state.jobs[effect.job]?.timeoutAt ?? null,
  });
  running.set(effect.dispatch, started);
  const end = await started.ended;
  running.delete(effect.dispatch);
  const happening = readEnd(performance, order, end);
  return {
    result: { kind: 'done', remote: {} },
    facts: happening === null ? [] : [addressed(performance, order, happening)],
  };
}

/** What a program's end means. Null where the state already knows: it was stopped because its dispatch no longer counts. */
function readEnd(performance: Performance, { effect }: CommandOrder, end: CommandEnd): Happening | null {
  const { job, dispatch, attempt } = effect;
  const crashed = (problem: string): Happening => ({ type: 'agent_crashed', dispatch, job, problem });
  switch (end.kind) {
    case 'stopped':
      return null;
    case 'not-started':
      return crashed(`The program could not be started: ${end.problem}`);
    case 'killed':
      return crashed(`The program was ended by ${end.signal}.${lastWords(end.stderr)}`);
    case 'timed-out': {
      const at = performance.state.jobs[job]?.timeoutAt ?? performance.runtime.clock.now();
      return { type: 'deadline_passed', deadline: { kind: 'timeout', job, attempt, at } };
    }
    case 'exited':
      if (end.code !== 0)
        return crashed(`The program ended with exit code ${end.code}.${lastWords(end.stderr)}`);
      return readAnswer(effect, parseReport(end.stdout), 'command', describeSilence(end.stdout));
  }
}

function describeSilence(stdout: string): string {
  const said = stdout.trim() === '' ? 'It printed nothing.' : `It printed: ${stdout.trim().slice(0, 300)}`;
  return `it has no fenced \`treadle\` block. ${said}`;
}

function addressed(
  { state, runtime }: Performance,
  { effect, turn }: CommandOrder,
  happening: Happening,
): AddressedHappening {
  const byTreadle = happening.type !== 'report_received' && happening.type !== 'report_malformed';
  const { kind, login, id } = turn.assignee;
  return {
    run: state.run.id,
    happening,
    actor: byTreadle ? TREADLE : { kind, login, id },
    ground: byTreadle ? 'ran the program' : 'is the assignee, and this is what its program printed',
    at: runtime.clock.now(),
    cause: [effect.dispatch],
  };
}

function lastWords(stderr: string): string {
  const lines = stderr.trim().split('\n').slice(-5).join('\n').slice(-600);
  return lines === '' ? '' : ` Its last words:\n${lines}`;
}
