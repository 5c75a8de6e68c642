import { awaitedOf } from '../../engine/view/awaited.ts';
import { advance } from '../../runtime/advance.ts';
import { createDefinitions } from '../../runtime/definitions.ts';
import { healFailures } from '../../runtime/heal.ts';
import { loadRun } from '../../runtime/run-documents.ts';
import { openDocuments } from '../../store/documents.ts';
import type { ActionInputs } from '../inputs.ts';
import { openJournal } from '../journal.ts';
import { openRuntime } from '../open-runtime.ts';
import type { Step } from '../step.ts';
import { renderStepSummary, type TouchedRun } from '../step-summary.ts';
import type { Surroundings } from '../surroundings.ts';

/** One wake: the Action's main purpose. `looksForFailures`: first beads are filed for workflow runs that failed. */
export async function advanceMode(
  step: Step,
  inputs: ActionInputs,
  around: Surroundings,
  looksForFailures: boolean,
): Promise<void> {
  const journal = openJournal(step.say);
  const { runtime, intake } = await openRuntime(step, inputs, around, journal.observe);
  const definitions = createDefinitions();
  if (looksForFailures) {
    for (const { id, issue, reason } of await healFailures(runtime, definitions, intake)) {
      step.say(`${id}: ${issue === null ? 'no bead' : `#${issue}`}, ${reason}`);
    }
  }
  const report = await advance(runtime, { intake }, definitions);
  const documents = openDocuments(
    report.tip === null ? await runtime.store.read() : await runtime.store.at(report.tip),
  );
  const runs: TouchedRun[] = [];
  for (const [run, state] of report.touched) {
    const loaded = await loadRun(documents, run);
    const workflow = await definitions.load(documents, state.run.definition);
    const steps = journal.runs.get(run)?.steps ?? [];
    runs.push({ workflow, config: loaded?.config ?? null, state: loaded?.state ?? state, steps });
  }
  const awaited = runs.flatMap(({ workflow, state }) =>
    awaitedOf(workflow, state)
      .filter(({ kind }) => kind !== 'needs')
      .map((each) => ({ run: state.run.id, issue: state.run.issue, ...each })),
  );
  const escalated = awaited.filter(({ kind }) => kind === 'escalation').map(({ run }) => run);
  step.output('advanced', String(report.transitions > 0));
  step.output('transitions', String(report.transitions));
  step.output('waiting', JSON.stringify(awaited));
  step.output('escalated', JSON.stringify([...new Set(escalated)]));
  step.output('next-due', report.nextDue ?? '');
  step.output('state-oid', report.tip ?? '');
  for (const remark of report.remarks) step.warn(remark);
  const remarks = [...report.remarks, ...journal.problems];
  if (runs.length === 0 && remarks.length === 0) {
    step.say('nothing to do');
    return;
  }
  const repositoryUrl = `${around.serverUrl}/${around.repository}`;
  const title = `Treadle: ${report.transitions} ${report.transitions === 1 ? 'transition' : 'transitions'} in ${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`;
  await step.summarise(renderStepSummary({ title, runs, remarks, repositoryUrl }));
}
