import type { Effect } from '../../engine/effect.ts';
import type { Member } from '../../engine/config.ts';
import { contextsOf } from '../../engine/contexts.ts';
import { renderDispatchComment } from '../../engine/view/dispatch-comment.ts';
import { taskOf, type Task } from '../../engine/view/task.ts';
import { renderTemplate } from '../../expression/evaluate.ts';
import { parseReport, type ParsedReport } from '../../codec/report-block.ts';
import type { CommandEnd, RunningCommand } from '../ports.ts';
import type { AddressedHappening, Happening } from '../wake.ts';
import { headToMerge, renderShownHead } from './head-to-merge.ts';
import { done, dropped, failed, type Performance, type Performed } from './performance.ts';
import { postComment } from './post-comment.ts';

type Dispatch = Extract<Effect, { type: 'dispatch' }>;

/** Programs that run for this wake, by dispatch, so that a cancelled one can be stopped. */
export type RunningCommands = Map<string, RunningCommand>;

/** Hands a turn to its assignee, by comment or by running their program to its end. */
export async function dispatch(
  performance: Performance,
  effect: Dispatch,
  running: RunningCommands,
): Promise<Performed> {
  const { runtime, config, state, entry, doubtful } = performance;
  const turn = state.jobs[effect.job]?.attempts.at(-1)?.turns.at(-1);
  if (turn?.dispatch !== effect.dispatch || turn.outcome !== 'open') {
    return dropped('the dispatch was cancelled before it was made');
  }
  const task = renderTask(performance, effect.job);
  const agent = config.agents[turn.assignee.login] ?? { dispatch: 'comment' };
  switch (agent.dispatch) {
    case 'command':
      return runCommand(performance, {
        effect,
        task,
        assignee: turn.assignee,
        command: agent.command,
        running,
      });
    case 'comment': {
      const head = await headToMerge(runtime.forge, performance, effect.job);
      const text = renderDispatchComment(task);
      const comment = await postComment(runtime.forge, {
        issue: state.run.issue,
        marker: entry.id,
        body: head === null ? text : `${text}\n\n${renderShownHead(head)}`,
        doubtful,
      });
      return done({ comment });
    }
    case 'assign':
    case 'workflow':
      return failed(
        `this version cannot dispatch by ${agent.dispatch}: set another dispatch for ${turn.assignee.login}`,
      );
  }
}

interface CommandDispatch {
  readonly effect: Dispatch;
  readonly task: Task;
  readonly assignee: Member;
  readonly command: readonly string[];
  readonly running: RunningCommands;
}

async function runCommand(performance: Performance, order: CommandDispatch): Promise<Performed> {
  const { runtime, state } = performance;
  const { effect, task, assignee, command, running } = order;
  const head = await headToMerge(runtime.forge, performance, effect.job);
  const started = runtime.commands.start({
    command,
    task,
    assignee,
    deadline: state.jobs[effect.job]?.timeoutAt ?? null,
  });
  running.set(effect.dispatch, started);
  const end = await started.ended;
  running.delete(effect.dispatch);
  const happening = readEnd(performance, effect, end, head);
  return {
    result: { kind: 'done', remote: {} },
    facts: happening === null ? [] : [addressed(performance, order, happening)],
  };
}

/** What a program's end means. Null where the state already knows: it was stopped because its dispatch no longer counts. */
function readEnd(
  performance: Performance,
  effect: Dispatch,
  end: CommandEnd,
  head: string | null,
): Happening | null {
  const { dispatch: id } = effect;
  switch (end.kind) {
    case 'stopped':
      return null;
    case 'not-started':
      return {
        type: 'agent_crashed',
        dispatch: id,
        problem: `The program could not be started: ${end.problem}`,
      };
    case 'killed':
      return {
        type: 'agent_crashed',
        dispatch: id,
        problem: `The program was ended by ${end.signal}.${lastWords(end.stderr)}`,
      };
    case 'timed-out': {
      const at = performance.state.jobs[effect.job]?.timeoutAt ?? performance.runtime.clock.now();
      return {
        type: 'deadline_passed',
        deadline: { kind: 'timeout', job: effect.job, attempt: effect.attempt, at },
      };
    }
    case 'exited':
      return end.code === 0
        ? readAnswer(id, parseReport(end.stdout), end.stdout, head)
        : {
            type: 'agent_crashed',
            dispatch: id,
            problem: `The program ended with exit code ${end.code}.${lastWords(end.stderr)}`,
          };
  }
}

function readAnswer(id: string, parsed: ParsedReport, stdout: string, head: string | null): Happening {
  const source = 'command';
  switch (parsed.kind) {
    case 'none': {
      const said =
        stdout.trim() === '' ? 'It printed nothing.' : `It printed: ${stdout.trim().slice(0, 300)}`;
      return {
        type: 'report_malformed',
        dispatch: id,
        problem: `it has no fenced \`treadle\` block. ${said}`,
        source,
      };
    }
    case 'malformed':
      return { type: 'report_malformed', dispatch: id, problem: parsed.problem, source };
    case 'report': {
      const { outcome, outputs, summary, usage } = parsed.report;
      return {
        type: 'report_received',
        dispatch: id,
        outcome,
        outputs,
        summary,
        usage,
        source,
        ...(head === null ? {} : { head }),
      };
    }
  }
}

function addressed(
  { state, runtime }: Performance,
  { effect, assignee }: CommandDispatch,
  happening: Happening,
): AddressedHappening {
  const byTreadle = happening.type !== 'report_received' && happening.type !== 'report_malformed';
  return {
    run: state.run.id,
    happening,
    actor: byTreadle
      ? { kind: 'treadle', login: 'treadle', id: 0 }
      : { kind: assignee.kind, login: assignee.login, id: assignee.id },
    ground: byTreadle ? 'ran the program' : 'is the assignee, and this is what its program printed',
    at: runtime.clock.now(),
    cause: [effect.dispatch],
  };
}

/** The task of a job's open turn, with its prompt filled in. */
function renderTask(
  { workflow, config, state }: Pick<Performance, 'workflow' | 'config' | 'state'>,
  job: string,
): Task {
  const node = workflow.jobs.get(job);
  const prompt = node !== undefined && 'prompt' in node ? node.prompt : null;
  const text =
    prompt === null ? '' : renderTemplate(prompt, contextsOf({ workflow, config }, state, job, 'job'));
  return taskOf(workflow, config, state, job, text);
}

function lastWords(stderr: string): string {
  const lines = stderr.trim().split('\n').slice(-5).join('\n').slice(-600);
  return lines === '' ? '' : ` Its last words:\n${lines}`;
}
