import { invariant, TreadleError } from '../base/errors.ts';
import { renderTemplate } from '../expression/evaluate.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import type { Template } from '../expression/model.ts';
import type { Config } from '../engine/config.ts';
import { contextsFor } from '../engine/contexts.ts';
import { deadlinesOf } from '../engine/deadlines.ts';
import { viewOf } from '../engine/draft.ts';
import type { OverrideAction, RunEvent } from '../engine/event.ts';
import { TREADLE } from '../engine/event.ts';
import { documentsOf, jobsAndLegs, legsOf } from '../engine/legs.ts';
import { dropEmpty } from '../engine/outputs.ts';
import { lookup } from '../engine/own-keys.ts';
import type { RunState } from '../engine/state/run.ts';
import { addMs } from '../engine/time.ts';
import { transition } from '../engine/transition.ts';
import { unlimitedConfig } from '../engine/unlimited-config.ts';
import { sha256 } from '../base/digest.ts';
import { jobOf } from '../workflow/leg.ts';
import type { Workflow } from '../workflow/model.ts';
import { ANYBODY } from './plain-workflow.ts';

/** How a job or a leg ends. */
export interface ScriptedEnd {
  readonly result: 'success' | 'failure' | 'timeout';
  readonly outputs: Readonly<Record<string, string>>;
}

/** What happens to a run. */
export interface RunScript {
  /** How a job or leg ends; ids of legs are `job.0`. */
  readonly endOf: (id: string) => ScriptedEnd;
  /** The run is cancelled as soon as these jobs are completed. */
  readonly cancelAfter: readonly string[];
  /** The run is cancelled while these jobs run, and all others came to their end as far as they could. */
  readonly cancelWhileRunning: readonly string[];
  readonly outputs: ReadonlyMap<string, ReadonlyMap<string, Template>>;
  /** The context `vars`. */
  readonly vars: Readonly<Record<string, string>>;
}

/** A run at its end, and which jobs and legs began. */
export interface SimulatedRun {
  readonly state: RunState;
  readonly begun: ReadonlySet<string>;
}

const actor = { kind: 'user', login: 'octocat', id: 1 } as const;
const members = [{ login: 'octocat', id: 1, kind: 'user' }] as const;
const people = unlimitedConfig({
  [ANYBODY]: members,
  ceo: members,
  'qa-engineer': members,
  'engineering-manager': members,
});

/**
 * Takes a workflow through the engine to its end, each job ending as the script says.
 *
 * @throws {TreadleError} `conformance-invalid` when the run waits for what a script cannot give, such as a review.
 */
export function simulateRun(workflow: Workflow, script: RunScript): SimulatedRun {
  const run = new Simulation(workflow, script);
  run.start();
  while (!run.isOver()) run.step();
  return { state: run.state, begun: run.begun };
}

type Bare<T> = T extends RunEvent
  ? Omit<T, 'version' | 'run' | 'at' | 'wake' | 'id' | 'actor' | 'ground'>
  : never;

class Simulation {
  readonly begun = new Set<string>();
  readonly #workflow: Workflow;
  readonly #config: Config;
  readonly #script: RunScript;
  #state: RunState | null = null;
  #now = '2026-01-05T09:00:00.000Z';
  #count = 0;

  constructor(workflow: Workflow, script: RunScript) {
    this.#workflow = workflow;
    this.#config = { ...people, vars: script.vars };
    const resolve = (id: string): string => workflow.graph.resolve(id) ?? id;
    this.#script = {
      ...script,
      cancelAfter: script.cancelAfter.map(resolve),
      cancelWhileRunning: script.cancelWhileRunning.map(resolve),
    };
  }

  get state(): RunState {
    invariant(this.#state, 'the simulated run did not begin');
    return this.#state;
  }

  start(): void {
    const trigger = {
      event: 'workflow_dispatch',
      repository: 'octo-org/octo-repo',
      actor,
      issue: { number: 1, title: 'Case', body: '', labels: [], author: actor },
      inputs: {},
    } as const;
    const [definition, pinned] = [sha256('definition'), sha256('config')];
    const { key } = this.#workflow;
    this.#happen({ type: 'run_started', number: 1, workflow: key, definition, config: pinned, trigger });
    this.#cancelIfDue();
  }

  isOver(): boolean {
    return this.state.run.status === 'completed';
  }

  /** Brings one job or leg to its end, or cancels the run. */
  step(): void {
    const open = this.#openIds();
    const { cancelWhileRunning } = this.#script;
    const isHeld = (id: string): boolean => !this.#isCancelled() && cancelWhileRunning.includes(jobOf(id));
    const next = this.#preferred(open.filter((id) => !isHeld(id)));
    if (next !== undefined) {
      this.#finishInTime(next);
    } else if (open.length > 0) {
      this.#override({ action: 'cancel' });
    } else {
      throw new TreadleError('conformance-invalid', 'The run waits for what no script can give');
    }
  }

  /** Jobs that are waited for come first, with what they need. */
  #preferred(open: readonly string[]): string | undefined {
    const { cancelAfter } = this.#script;
    const { graph } = this.#workflow;
    const isWanted = (id: string): boolean =>
      cancelAfter.some((job) => job === jobOf(id) || graph.ancestors(job).has(jobOf(id)));
    return this.#isCancelled() ? open[0] : (open.find(isWanted) ?? open[0]);
  }

  /** The last of the jobs that are waited for ends in a paused run, so that nothing begins before the cancel. */
  #finishInTime(id: string): void {
    const { cancelAfter } = this.#script;
    const isLast = !this.#isCancelled() && cancelAfter.includes(jobOf(id));
    if (isLast) this.#override({ action: 'pause' });
    this.#finish(id);
    if (!isLast || this.isOver()) return;
    if (!this.#cancelIfDue()) this.#override({ action: 'resume' });
  }

  #cancelIfDue(): boolean {
    const { cancelAfter } = this.#script;
    const isDue = cancelAfter.every((job) => lookup(this.state.run.jobs, job)?.status === 'completed');
    if (cancelAfter.length === 0 || !isDue || this.#isCancelled() || this.isOver()) return false;
    this.#override({ action: 'cancel' });
    return true;
  }

  #isCancelled(): boolean {
    return this.state.run.cancelled !== null;
  }

  #openIds(): readonly string[] {
    const documents = documentsOf(this.state);
    const view = { workflow: this.#workflow, ...documents };
    return [...jobsAndLegs(view)].filter(
      (id) => lookup(this.state.run.jobs, id)?.status === 'in_progress' && legsOf(documents, id).length === 0,
    );
  }

  #finish(id: string): void {
    const scripted = this.#script.endOf(id);
    const evaluated = this.#outputsOf(id, scripted.outputs);
    const result = evaluated === null ? 'failure' : scripted.result;
    const attempt = lookup(this.state.jobs, id)?.attempts.at(-1);
    const dispatch = attempt?.turns.at(-1)?.dispatch;
    const deadline = deadlinesOf(this.state).find((one) => one.kind === 'timeout' && one.job === id);
    if (result === 'timeout' && deadline !== undefined) {
      this.#now = deadline.at;
      this.#happen({ type: 'deadline_passed', deadline });
    } else if (this.#workflow.jobs.get(jobOf(id))?.type === 'steps') {
      this.#happen({
        type: 'steps_finished',
        job: id,
        attempt: attempt?.number ?? 0,
        outcome: result === 'success' ? 'success' : 'failure',
        reason: result === 'success' ? null : 'the script says so',
        outputs: evaluated ?? {},
        steps: { steps: [], log: '' },
      });
    } else if (dispatch !== undefined) {
      this.#happen({
        type: 'report_received',
        dispatch,
        outcome: result === 'success' ? 'success' : 'failure',
        outputs: evaluated ?? {},
        summary: `end ${this.#count}`,
        usage: null,
        source: 'script',
      });
    } else {
      throw new TreadleError('conformance-invalid', `The script cannot end '${id}'`);
    }
  }

  /** The outputs as the workflow computes them, with those of the script in their places; null when one has no value. */
  #outputsOf(
    id: string,
    scripted: Readonly<Record<string, string>>,
  ): Readonly<Record<string, string>> | null {
    const view = viewOf({ workflow: this.#workflow, config: this.#config }, this.state);
    const contexts = contextsFor(view, id, 'job');
    const given = new Map(Object.entries(scripted).map(([name, value]) => [name.toLowerCase(), value]));
    const outputs: [string, string][] = [];
    for (const [name, template] of this.#script.outputs.get(jobOf(id)) ?? []) {
      try {
        outputs.push([name, given.get(name.toLowerCase()) ?? renderTemplate(template, contexts)]);
      } catch (error) {
        if (error instanceof ExpressionError) return null;
        throw error;
      }
      given.delete(name.toLowerCase());
    }
    return dropEmpty(Object.fromEntries(outputs));
  }

  #override(override: OverrideAction): void {
    this.#happen({ type: 'override_issued', override, reason: 'the case says so' });
  }

  #happen(bare: Bare<RunEvent>): void {
    this.#now = addMs(this.#now, 1000);
    this.#count += 1;
    const event = {
      version: 1,
      id: `event-${this.#count}`,
      run: '1-1',
      at: this.#now,
      actor: bare.type === 'override_issued' ? actor : TREADLE,
      ground: 'case',
      wake: { wake: 'case', until: addMs(this.#now, 60_000) },
      ...bare,
    } as RunEvent;
    const result = transition({ workflow: this.#workflow, config: this.#config }, this.#state, event);
    if (result.kind === 'ignored') {
      throw new TreadleError('conformance-invalid', `The engine ignored ${bare.type}: ${result.reason}`);
    }
    // What is wished need not be performed: nobody looks at it here.
    this.#state = { ...result.state, run: { ...result.state.run, outbox: [] } };
    for (const id of this.#openIds()) this.begun.add(id).add(jobOf(id));
  }
}
