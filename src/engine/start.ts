import { renderTemplate } from '../expression/evaluate.ts';
import { ExpressionError } from '../expression/expression-error.ts';
import { runContexts } from './contexts.ts';
import { QUEUED } from './draft.ts';
import type { RunStarted } from './event.ts';
import { emptyQueue } from './queue.ts';
import type { RunDocument, RunState } from './state/run.ts';
import type { TransitionContext } from './transition-context.ts';

/** The documents of a run that begins: every job queued, nothing done yet. */
export function beginRun(context: TransitionContext, event: RunStarted): RunState {
  const { workflow, config } = context;
  const run: RunDocument = {
    version: 1,
    id: event.run,
    issue: event.trigger.issue.number,
    number: event.number,
    title: event.trigger.issue.title,
    workflow: event.workflow,
    definition: event.definition,
    config: event.config,
    trigger: event.trigger,
    ...(event.beadText === undefined ? {} : { beadText: event.beadText }),
    ...(event.parent === undefined ? {} : { parent: event.parent }),
    ...(event.inputs === undefined ? {} : { inputs: event.inputs }),
    ...(event.given === undefined ? {} : { given: event.given }),
    status: 'in_progress',
    conclusion: null,
    createdAt: event.at,
    updatedAt: event.at,
    completedAt: null,
    paused: null,
    cancelled: null,
    cycles: {},
    jobs: Object.fromEntries([...workflow.jobs.keys()].map((job) => [job, QUEUED])),
    outbox: [],
    statusComment: null,
    overrides: [],
    lastEvent: event.id,
    lastCommit: null,
  };
  return {
    run: { ...run, title: titleOf(context, run) },
    jobs: {},
    queue: context.queue ?? emptyQueue(config.settings.baseBranch),
    ...(context.meter === undefined ? {} : { meter: context.meter }),
  };
}

/** `run-name`, or the issue's title where there is none or it has no value. */
function titleOf({ workflow, config }: TransitionContext, run: RunDocument): string {
  if (workflow.runName === null) return run.title;
  try {
    const title = renderTemplate(workflow.runName, runContexts({ workflow, config, run })).trim();
    return title === '' ? run.title : title;
  } catch (error) {
    if (error instanceof ExpressionError) return run.title;
    throw error;
  }
}
