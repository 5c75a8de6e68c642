import { derivedId } from '../../src/base/digest.ts';
import type { Actor } from '../../src/engine/actor.ts';
import type { InboxEvent } from '../../src/engine/draft.ts';
import type { RunEvent } from '../../src/engine/event.ts';
import { TREADLE } from '../../src/engine/event.ts';
import type { GroupDocument } from '../../src/engine/group.ts';
import { groupKeyOf } from '../../src/engine/concurrency-group.ts';
import type { RunState } from '../../src/engine/state/run.ts';
import { addMs } from '../../src/engine/time.ts';
import type { Transition } from '../../src/engine/transition.ts';
import { transition } from '../../src/engine/transition.ts';
import type { Workflow } from '../../src/workflow/model.ts';
import type { BareEvent } from './story.ts';
import { ceo, config, deepFreeze, epoch, minute, workflowOf } from './story.ts';

export type GroupWorld = ReturnType<typeof createGroupWorld>;

/** Any number of runs, each of a bead of its own, that share concurrency groups: what one causes for another is applied at once. */
export function createGroupWorld(files: Readonly<Record<string, string>> = {}) {
  const runs = new Map<string, { workflow: Workflow; state: RunState | null }>();
  const groups = new Map<string, GroupDocument>();
  let now = epoch;
  let count = 0;

  const stateOf = (run: string): RunState => {
    const state = runs.get(run)?.state ?? null;
    if (state === null) throw new Error(`${run} did not begin`);
    const own = Object.values(state.run.groups ?? {}).map((name) => groupKeyOf(name));
    const known = own.flatMap((key) => {
      const group = groups.get(key);
      return group === undefined ? [] : [[key, group] as const];
    });
    return { ...state, groups: Object.fromEntries(known) };
  };
  const apply = (event: RunEvent): Transition => {
    const place = runs.get(event.run);
    if (place === undefined) throw new Error(`there is no ${event.run}`);
    const before = place.state === null ? null : stateOf(event.run);
    const issue = event.run.replace(/-.*/, '-');
    const context = {
      workflow: place.workflow,
      config,
      groupOf: (key: string) => groups.get(key),
      callOf: (uses: string) => {
        const text = files[uses];
        return text === undefined ? undefined : { workflow: workflowOf(text), definition: uses };
      },
      nextRun: [...runs.keys()].filter((run) => run.startsWith(issue)).length + 1,
    };
    const result = transition(context, before, deepFreeze(event));
    if (result.kind === 'ignored') return result;
    place.state = deepFreeze(result.state);
    for (const [key, group] of Object.entries(result.state.groups ?? {})) groups.set(key, group);
    const again = transition(context, stateOf(event.run), event);
    if (again.kind !== 'ignored') throw new Error(`a repeated ${event.type} changed something`);
    // Numbers are taken when the caller's transition is written, before what it caused is applied.
    for (const caused of result.inbox) {
      if (caused.type === 'run_started') runs.set(caused.run, { workflow: place.workflow, state: null });
    }
    for (const caused of result.inbox) deliver(caused);
    return result;
  };
  const deliver = (event: InboxEvent): void => {
    if (event.type === 'run_started') {
      runs.set(event.run, { workflow: workflowOf(files[event.definition] ?? ''), state: null });
    }
    apply({ ...event, at: now });
  };
  const happen = (run: string, bare: BareEvent, by: Actor = TREADLE): Transition => {
    now = addMs(now, minute);
    const wake = { wake: 'wake', until: addMs(now, minute) };
    const actor = bare.type === 'override_issued' ? ceo : by;
    const envelope = {
      version: 1,
      id: `event-${++count}`,
      run,
      at: now,
      ground: 'test',
      wake,
      actor,
    } as const;
    return apply({ ...envelope, ...bare });
  };
  return {
    stateOf,
    happen,
    runs: () => [...runs.keys()],
    groups: () => [...groups.values()],
    /** Begins the first run of a bead. */
    start: (issue: number, yaml: string): string => {
      const run = `${issue}-1`;
      runs.set(run, { workflow: workflowOf(yaml), state: null });
      happen(run, {
        type: 'run_started',
        number: 1,
        workflow: 'test',
        definition: 'definition',
        config: 'config',
        trigger: {
          event: 'issues',
          repository: 'acme/shop',
          actor: ceo,
          issue: { number: issue, title: 'It is broken', body: '', labels: [], author: ceo },
          inputs: {},
        },
      });
      return run;
    },
    /** Ends the open turn of a job. */
    report: (
      run: string,
      job: string,
      outcome: 'success' | 'failure' = 'success',
      outputs = {},
    ): Transition => {
      const turn = stateOf(run).jobs[job]?.attempts.at(-1)?.turns.at(-1);
      const summary = derivedId('summary', now);
      return happen(
        run,
        {
          type: 'report_received',
          dispatch: turn?.dispatch ?? 'no dispatch',
          outcome,
          outputs,
          summary,
          usage: null,
          source: 'comment 1',
        },
        turn?.assignee,
      );
    },
    cancel: (run: string): Transition =>
      happen(run, { type: 'override_issued', override: { action: 'cancel' }, reason: 'because' }),
    /** `run: status conclusion`, then `job: status conclusion` of each job. */
    tell: (run: string): string => {
      const { run: document } = stateOf(run);
      const jobs = Object.entries(document.jobs).map(
        ([job, line]) => `${job} ${line.conclusion ?? line.status}`,
      );
      return `${document.conclusion ?? document.status}: ${jobs.join(', ')}`;
    },
  };
}
