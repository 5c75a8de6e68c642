import { derivedId } from '../base/digest.ts';
import { renderTemplate } from '../expression/evaluate.ts';
import { runningAttempt } from './attempt.ts';
import { runContexts } from './contexts.ts';
import type { Draft } from './draft.ts';
import { NO_OUTPUTS } from './draft.ts';
import { guard } from './evaluation.ts';
import type { CallerChanged } from './event.ts';
import { TREADLE } from './event.ts';
import type { Given } from './given.ts';
import { approvalsIn, giving, mergesIn, reportersIn } from './hand-over.ts';
import { jobsAndLegs, legsOf } from './legs.ts';
import { longestOutputs, sizeOfOutputs } from './outputs.ts';
import type { Conclusion } from './state/status.ts';
import type { Recorded } from './state/run.ts';

/** The sub-run that a job waits for, or undefined where it waits for none. */
export function openChild(draft: Pick<Draft, 'document'>, job: string): string | undefined {
  return runningAttempt(draft.document(job))?.child;
}

/** Has the sub-run of a job do what its caller does. Returns whether there is one. */
export function tellChild(
  draft: Draft,
  job: string,
  change: CallerChanged['change'],
  word: Recorded,
): boolean {
  const child = openChild(draft, job);
  if (child === undefined) return false;
  draft.send({
    version: 1,
    type: 'caller_changed',
    id: derivedId('caller_changed', draft.cause.id, child, change),
    run: child,
    at: draft.cause.at,
    actor: word.by,
    ground: `steered run ${draft.run.id}, which called it`,
    wake: draft.cause.wake,
    change,
    word,
  });
  return true;
}

/** Has all sub-runs do what their caller does. */
export function tellChildren(draft: Draft, change: CallerChanged['change'], word: Recorded): void {
  for (const job of jobsAndLegs(draft)) tellChild(draft, job, change, word);
}

/** Tells the caller, where there is one, that the run is over, with what the workflow hands out. */
export function tellCaller(draft: Draft, conclusion: Conclusion): void {
  const { id, parent } = draft.run;
  if (parent === undefined) return;
  const called = callOutputs(draft);
  const isTooLarge = called.ok && sizeOfOutputs(called.value) > longestOutputs;
  const outputs = isTooLarge ? ({ ok: false, problem: 'they are larger than 1 MB' } as const) : called;
  const failures = failuresIn(draft);
  const because = failures === '' ? '' : `: ${failures}`;
  draft.send({
    version: 1,
    type: 'sub_run_completed',
    id: derivedId('sub_run_completed', id),
    run: parent.run,
    at: draft.cause.at,
    actor: TREADLE,
    ground: `run ${id}, which it called, is over`,
    wake: draft.cause.wake,
    job: parent.job,
    child: id,
    conclusion: outputs.ok ? conclusion : 'failure',
    outputs: outputs.ok ? outputs.value : NO_OUTPUTS,
    reason: outputs.ok
      ? conclusion === 'success'
        ? null
        : `run ${id} ended as ${conclusion}${because}`
      : `the outputs of run ${id}: ${outputs.problem}`,
    ...leftBehind(draft, outputs.ok ? conclusion : 'failure'),
    ...(draft.run.closed === undefined ? {} : { closed: draft.run.closed }),
  });
}

/** Approvals are used up by a merge, and of no use in a run that failed. */
function leftBehind(draft: Draft, conclusion: Conclusion): { readonly given?: Given } {
  const jobs = [...jobsAndLegs(draft)];
  const isUsedUp = jobs.some(
    (job) => draft.definition(job)?.type === 'commit' && draft.line(job).conclusion === 'success',
  );
  const approvals = conclusion === 'success' && !isUsedUp ? approvalsIn(draft, jobs) : [];
  return giving({ approvals, reporters: reportersIn(draft, jobs), merged: mergesIn(draft, jobs) });
}

/** The jobs that failed, each with its last word: whoever called is told what has to change, not only that something has. */
function failuresIn(draft: Draft): string {
  const failed = [...draft.workflow.jobs.keys()].filter((job) => draft.line(job).result === 'failure');
  return failed.map((job) => describeFailure(draft, job)).join('; ');
}

function describeFailure(draft: Draft, job: string): string {
  const leg = legsOf(draft, job).find((one) => draft.line(one).result === 'failure');
  const last = draft.document(leg ?? job)?.attempts.at(-1);
  const what = last?.outcome === 'rejected' ? 'was rejected' : 'failed';
  const reason = last?.reason ?? '';
  return `${leg ?? job} ${what}${reason === '' ? '' : `: ${reason}`}`;
}

function callOutputs(draft: Draft) {
  const declared = draft.workflow.on.workflowCall?.outputs ?? {};
  const jobs = Object.fromEntries(
    [...draft.workflow.jobs.keys()].map((job) => [
      job,
      { result: draft.line(job).result, outputs: draft.document(job)?.outputs ?? NO_OUTPUTS },
    ]),
  );
  return guard(() => {
    const contexts = { ...runContexts(draft), jobs };
    const outputs = Object.entries(declared).map(
      ([name, template]) => [name, renderTemplate(template, contexts)] as const,
    );
    return Object.fromEntries(outputs.filter(([, value]) => value !== ''));
  });
}
