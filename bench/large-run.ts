import { sha256 } from '../src/base/digest.ts';
import type { Actor } from '../src/engine/actor.ts';
import type { Member } from '../src/engine/config.ts';
import type { EffectsRecorded, ReportReceived, RunStarted } from '../src/engine/event.ts';
import { recordEffects } from '../src/engine/record.ts';
import type { RunState } from '../src/engine/state/run.ts';
import type { Transition } from '../src/engine/transition.ts';
import { transition } from '../src/engine/transition.ts';
import type { TransitionContext } from '../src/engine/transition-context.ts';
import { unlimitedConfig } from '../src/engine/unlimited-config.ts';
import type { Workflow } from '../src/workflow/model.ts';

/** A run of a workflow of any size whose agents succeed, one after the other, in the order in which they were asked. */
export interface LargeRun {
  state(): RunState;
  /** Has the next one answer; false once nobody is asked. */
  step(): boolean;
  /** Has everybody answer until nobody is asked; the number of answers. */
  finish(): number;
}

const actor: Actor = { kind: 'user', login: 'carol', id: 1 };
const EPOCH = Date.parse('2026-01-05T09:00:00.000Z');

/** Everybody holds one role, and nothing is limited. */
const config = unlimitedConfig(
  Object.fromEntries(
    ['backend-engineer', 'ceo', 'qa-engineer', 'web-designer'].map((role): [string, readonly Member[]] => [
      role,
      [{ login: role, id: role.length, kind: 'user' }],
    ]),
  ),
);

/**
 * Starts a run. What it wishes is taken for performed at once.
 *
 * @param outcomeOf what the agent of a job answers; unless it says otherwise, that it succeeded
 */
export function beginLargeRun(
  workflow: Workflow,
  outcomeOf: (job: string) => 'success' | 'failure' = () => 'success',
): LargeRun {
  const context: TransitionContext = { workflow, config, definitionOf: () => undefined };
  const owed: { readonly job: string; readonly dispatch: string }[] = [];
  let answered = 0;
  let count = 0;
  const common = () => {
    const at = new Date(EPOCH + ++count * 1000).toISOString();
    return { version: 1, id: `event-${count}`, at, wake: { wake: 'wake', until: at } } as const;
  };
  const take = (outcome: Transition): RunState => {
    if (outcome.kind === 'ignored') throw new Error(outcome.reason);
    const { outbox } = outcome.state.run;
    for (const { effect } of outbox) if (effect.type === 'dispatch') owed.push(effect);
    const results = outbox.map(({ id }) => ({ effect: id, result: { kind: 'done', remote: {} } }) as const);
    const recorded: EffectsRecorded = { ...common(), type: 'effects_recorded', results: [], commits: {} };
    return recordEffects(context, outcome.state, results, recorded);
  };
  const answerOf = ({ job, dispatch }: { job: string; dispatch: string }): ReportReceived => {
    const definition = workflow.jobs.get(job.replace(/\..*/, ''));
    const declared =
      definition !== undefined && 'declaredOutputs' in definition ? definition.declaredOutputs : [];
    const outputs = Object.fromEntries(
      declared.map(({ name, enum: values }) => [name, values[0] ?? 'some text']),
    );
    const base = { ...common(), run: '42-1', actor, ground: 'benchmark' };
    return {
      ...base,
      type: 'report_received',
      job,
      dispatch,
      outcome: outcomeOf(job),
      outputs,
      summary: '',
      usage: null,
      source: 'command',
    };
  };
  let state = take(transition(context, null, startOf(workflow, common())));
  const step = (): boolean => {
    const next = owed[answered];
    if (next === undefined) return false;
    answered += 1;
    state = take(transition(context, state, answerOf(next)));
    return true;
  };
  return {
    state: () => state,
    step,
    finish() {
      while (step());
      return answered;
    },
  };
}

function startOf(workflow: Workflow, base: Pick<RunStarted, 'version' | 'id' | 'at' | 'wake'>): RunStarted {
  const issue = { number: 42, title: 'It is broken', body: 'Please fix.', labels: ['bug'], author: actor };
  return {
    ...base,
    type: 'run_started',
    run: '42-1',
    actor,
    ground: 'benchmark',
    number: 1,
    workflow: workflow.key,
    definition: sha256('definition'),
    config: sha256('config'),
    trigger: { event: 'workflow_dispatch', repository: 'acme/shop', actor, issue, inputs: {} },
  };
}
