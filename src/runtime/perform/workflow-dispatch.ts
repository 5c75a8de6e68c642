import type { Agent, Config } from '../../engine/config.ts';
import type { RunState } from '../../engine/state/run.ts';
import { workflowInputs } from '../../engine/view/workflow-inputs.ts';
import type { WorkflowRun } from '../../forge/port/workflows.ts';
import { addMinutes } from '../wake.ts';
import { workflowPath, workflowRef } from '../workflow-agent.ts';
import { postDispatchComment } from './dispatch-comment.ts';
import type { DispatchOrder } from './order.ts';
import { done, failed, type Performance, type Performed } from './performance.ts';

type WorkflowAgent = Extract<Agent, { dispatch: 'workflow' }>;

/** More than clocks differ, and than a list of runs lags behind. */
const CLOCK_DIFFERENCE_MINUTES = 5;
/** A run may be listed some seconds after it was started: when to look again. */
const LOOK_AGAIN_AFTER_MS = [0, 2_000, 4_000, 8_000];
/** What a dispatch's id looks like in a run's name. */
const DISPATCH_ID = /\b[0-9a-f]{24}\b/;

/**
 * Starts the assignee's workflow for a turn, once, and tells which run it is. The comment is posted first: it is the record, and
 * what the workflow reads its task from. A start that may have taken place is looked for by the dispatch's id in the names of
 * runs; where that cannot tell, nothing is sent again.
 */
export async function dispatchWorkflow(
  performance: Performance,
  order: DispatchOrder,
  agent: WorkflowAgent,
): Promise<Performed> {
  const { runtime, config, doubtful } = performance;
  const comment = await postDispatchComment(performance, order, agent);
  if (doubtful) {
    const earlier = await lookForRun(performance, order, agent, LOOK_AGAIN_AFTER_MS);
    if (earlier.kind === 'found') return done({ comment, workflowRun: earlier.run.id });
    if (earlier.kind === 'unclear') return failed(unclear(order, earlier.run));
  }
  const ref = workflowRef(agent, config);
  const inputs = { ...agent.inputs, ...workflowInputs(order.task, comment) };
  const started = await runtime.forge.workflows.start({ workflow: agent.workflow, ref, inputs });
  if (started.kind === 'refused') {
    return failed(`the workflow ${agent.workflow} could not be started on ${ref}: ${started.problem}`);
  }
  if (started.run !== null) return done({ comment, workflowRun: started.run });
  const found = await lookForRun(performance, order, agent, LOOK_AGAIN_AFTER_MS);
  if (found.kind === 'found') return done({ comment, workflowRun: found.run.id });
  return failed(
    `the workflow ${agent.workflow} was started, but the forge does not tell which run that is: its run-name must hold \${{ inputs.dispatch }}`,
  );
}

/** Cancels the workflow run of a dispatch that no longer counts, also one that was started without anybody writing it down. */
export async function cancelWorkflow(
  { runtime, config, state }: Performance,
  turn: { readonly dispatch: string; readonly dispatchedAt: string; readonly run: number | null },
  agent: WorkflowAgent,
): Promise<void> {
  const { workflows } = runtime.forge;
  if (turn.run !== null) return workflows.cancel(turn.run);
  const runs = await listRuns({ runtime, config, state }, turn.dispatchedAt, agent);
  for (const run of runs) if (run.title.includes(turn.dispatch)) await workflows.cancel(run.id);
}

type Lookup =
  | { readonly kind: 'found'; readonly run: WorkflowRun }
  /** There is a run that may be it: its name does not tell. */
  | { readonly kind: 'unclear'; readonly run: WorkflowRun }
  | { readonly kind: 'none' };

async function lookForRun(
  performance: Performance,
  { turn, effect }: DispatchOrder,
  agent: WorkflowAgent,
  pausesMs: readonly number[],
): Promise<Lookup> {
  let unnamed: WorkflowRun | undefined;
  for (const pauseMs of pausesMs) {
    await performance.runtime.clock.pause(pauseMs);
    const runs = await listRuns(performance, turn.dispatchedAt, agent);
    const [run, ...copies] = runs
      .filter(({ title }) => title.includes(effect.dispatch))
      .sort((a, b) => a.id - b.id);
    for (const copy of copies) await performance.runtime.forge.workflows.cancel(copy.id);
    if (run !== undefined) return { kind: 'found', run };
    unnamed = runs.find(({ title }) => !DISPATCH_ID.test(title));
  }
  return unnamed === undefined ? { kind: 'none' } : { kind: 'unclear', run: unnamed };
}

/** Runs of an agent's workflow that we started since. */
async function listRuns(
  {
    runtime,
    config,
  }: { readonly runtime: Performance['runtime']; readonly config: Config; readonly state: RunState },
  since: string,
  agent: WorkflowAgent,
): Promise<readonly WorkflowRun[]> {
  const { forge } = runtime;
  const viewer = await forge.people.viewer();
  const runs = await forge.workflows.dispatchedSince(addMinutes(since, -CLOCK_DIFFERENCE_MINUTES));
  return runs.filter(
    (run) =>
      run.actor === viewer.id &&
      run.path === workflowPath(agent) &&
      run.branch === branchOf(workflowRef(agent, config)),
  );
}

function branchOf(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}

function unclear({ effect }: DispatchOrder, run: WorkflowRun): string {
  return `${effect.job} may have been dispatched already: the workflow run ${run.id} was started about then, and its name does not tell (${run.url}). With \${{ inputs.dispatch }} in the workflow's run-name Treadle can tell`;
}
