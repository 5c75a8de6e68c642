import { parseReport } from '../../codec/report-block.ts';
import type { AnswerIndex } from '../../codec/documents.ts';
import type { Agent, Config } from '../../engine/config.ts';
import { TREADLE } from '../../engine/event.ts';
import type { Turn } from '../../engine/state/job.ts';
import type { Forge } from '../../forge/port/forge.ts';
import type { WorkflowRun } from '../../forge/port/workflows.ts';
import type { Documents } from '../../store/documents.ts';
import { readAnswer } from '../perform/read-answer.ts';
import { loadRun } from '../run-documents.ts';
import { addMinutes, type AddressedHappening, type Happening } from '../wake.ts';
import type { Reading } from './reading.ts';
import { pickSlice } from './watchers.ts';
import { workflowPath, workflowRef } from '../workflow-agent.ts';

/** Name of the artifact, of one file, that a workflow leaves its report in. */
export const REPORT_ARTIFACT = 'treadle-report';
/** Runs that were dispatched longer ago are asked for one by one: a list since then would be long. */
const LISTED_MINUTES = 24 * 60;
const CLOCK_DIFFERENCE_MINUTES = 5;

/** An open dispatch that a workflow run answers. */
export type AwaitedRun = AnswerIndex & { readonly workflowRun: number };

/** Workflow runs that one query looks at; where more are awaited, those of one wake follow those of another. */
const MOST_LOOKED_AT = 300;

/**
 * What the workflow runs of open dispatches have come to: their reports, their failures, and that somebody must approve them. One
 * query tells how all of them stand; each of those that it tells news of, or does not find, is read. Nothing is asked for where
 * none is awaited.
 */
export async function readWorkflowRuns(
  { forge, documents, now, fraction }: Reading,
  awaited: readonly AwaitedRun[],
): Promise<readonly AddressedHappening[]> {
  if (awaited.length === 0) return [];
  const looked = pickSlice(awaited, MOST_LOOKED_AT, fraction);
  const states = await forge.workflows.states(looked.map(({ workflowRun }) => workflowRun));
  const unfound = looked.filter(({ workflowRun }) => !states.has(workflowRun));
  const listed = await listAwaited(forge, unfound, now);
  const facts: AddressedHappening[] = [];
  for (const each of looked) {
    const state = states.get(each.workflowRun);
    if (state !== undefined && !isNews(each, state)) continue;
    const run = listed.get(each.workflowRun) ?? (await forge.workflows.run(each.workflowRun));
    if (run !== undefined && !isNews(each, run.state)) continue;
    const place = await findPlace(documents, each);
    if (place === null) continue;
    const happening =
      run === undefined
        ? crashed(each, `Workflow run ${each.workflowRun} is gone.`)
        : run.state === 'completed'
          ? await readRunAnswer(forge, each, place, run)
          : ({
              type: 'workflow_run_changed',
              dispatch: each.dispatch,
              job: each.job,
              held: heldBy(run.state),
            } as const);
    facts.push(addressed(each, place.turn, happening, run?.updatedAt ?? now));
  }
  return facts;
}

function isNews({ held }: AwaitedRun, state: WorkflowRun['state']): boolean {
  return state === 'completed' || heldBy(state) !== held;
}

function heldBy(state: WorkflowRun['state']): AnswerIndex['held'] {
  return state === 'held' ? 'approval' : null;
}

async function listAwaited(
  forge: Forge,
  awaited: readonly AwaitedRun[],
  now: string,
): Promise<ReadonlyMap<number, WorkflowRun>> {
  const horizon = addMinutes(now, -LISTED_MINUTES);
  const recent = awaited.map(({ since }) => since).filter((since) => since >= horizon);
  const [oldest] = recent.sort();
  if (oldest === undefined || recent.length < 2) return new Map();
  const runs = await forge.workflows.dispatchedSince(addMinutes(oldest, -CLOCK_DIFFERENCE_MINUTES));
  return new Map(runs.map((run) => [run.id, run]));
}

interface Place {
  readonly turn: Turn;
  readonly config: Config;
  readonly agent: Extract<Agent, { dispatch: 'workflow' }>;
}

async function findPlace(documents: Documents, { run, job, dispatch }: AwaitedRun): Promise<Place | null> {
  const loaded = await loadRun(documents, run);
  const turn = loaded?.state.jobs[job]?.attempts.at(-1)?.turns.at(-1);
  if (loaded === undefined || turn?.dispatch !== dispatch) return null;
  const { config } = loaded;
  const agent = config.agents[turn.assignee.login];
  return agent?.dispatch === 'workflow' ? { turn, config, agent } : null;
}

/** The report that a completed run left, if the run is the one that was dispatched; else why the attempt failed. */
async function readRunAnswer(
  forge: Forge,
  awaited: AwaitedRun,
  { agent, config }: Place,
  run: WorkflowRun,
): Promise<Happening> {
  const name = `Workflow run ${run.id}`;
  const conclusion = run.conclusion ?? 'nothing';
  if (run.attempt !== 1) {
    return crashed(awaited, `${name} was run again by hand, and only its first attempt counts: ${run.url}`);
  }
  const ref = workflowRef(agent, config).replace(/^refs\/(heads|tags)\//, '');
  if (run.event !== 'workflow_dispatch' || run.path !== workflowPath(agent) || run.branch !== ref) {
    return crashed(awaited, `${name} is not ${agent.workflow} on ${ref}, which was dispatched: ${run.url}`);
  }
  const artifact = await forge.workflows.artifact(run.id, REPORT_ARTIFACT);
  if (artifact.kind === 'none') {
    return crashed(awaited, `${name} concluded with ${conclusion} and left no report: ${run.url}`);
  }
  const source = `workflow run ${run.id}`;
  const parsed =
    artifact.kind === 'found'
      ? parseReport(artifact.text)
      : ({ kind: 'malformed', problem: artifact.problem } as const);
  const answer = readAnswer(
    awaited,
    parsed,
    source,
    `the artifact ${REPORT_ARTIFACT} has no fenced \`treadle\` block`,
  );
  const saysFailure = answer.type === 'report_received' && answer.outcome === 'failure';
  if (run.conclusion === 'success' || saysFailure) return answer;
  const said = answer.type === 'report_received' ? `, although it reported ${answer.outcome}` : '';
  return crashed(awaited, `${name} concluded with ${conclusion}${said}: ${run.url}`);
}

function crashed({ dispatch, job }: AwaitedRun, problem: string): Happening {
  return { type: 'agent_crashed', dispatch, job, problem };
}

function addressed(
  { run, dispatch, workflowRun }: AwaitedRun,
  { assignee }: Turn,
  happening: Happening,
  at: string,
): AddressedHappening {
  const isAnswer = happening.type === 'report_received' || happening.type === 'report_malformed';
  const held = happening.type === 'workflow_run_changed' ? [happening.held, at] : [];
  return {
    run,
    happening,
    actor: isAnswer ? { kind: assignee.kind, login: assignee.login, id: assignee.id } : TREADLE,
    ground: isAnswer
      ? `is the assignee, and workflow run ${workflowRun} was dispatched for it`
      : 'read from the forge',
    at,
    cause: [dispatch, workflowRun, ...held],
  };
}
