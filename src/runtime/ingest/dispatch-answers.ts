import { answerIndexCodec, type AnswerIndex } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Unit } from '../unit.ts';
import type { AddressedHappening } from '../wake.ts';
import { readLinkedPulls } from './linked-pulls.ts';
import type { Reading } from './reading.ts';
import { readWorkflowRuns, type AwaitedRun } from './workflow-runs.ts';

/** What became of dispatches that are answered elsewhere than in comments, by dispatch. Asks nothing where there are none. */
export type DispatchAnswers = ReadonlyMap<string, AddressedHappening>;

/** Looks for the answers of open dispatches in workflow runs and pull requests. */
export async function readDispatchAnswers(reading: Reading): Promise<DispatchAnswers> {
  const awaited: AnswerIndex[] = [];
  for await (const name of reading.documents.list(layout.answers)) {
    const index = await reading.documents.read([...layout.answers, { entry: name }], answerIndexCodec);
    if (index !== undefined) awaited.push(index);
  }
  const facts = await Promise.all([
    readWorkflowRuns(reading, awaited.filter(isAwaitedRun)),
    readLinkedPulls(
      reading,
      awaited.filter((each) => !isAwaitedRun(each)),
    ),
  ]);
  return new Map(
    facts.flat().map((fact) => ['dispatch' in fact.happening ? fact.happening.dispatch : '', fact]),
  );
}

function isAwaitedRun(index: AnswerIndex): index is AwaitedRun {
  return index.workflowRun !== null;
}

/** Applies the answers whose dispatch is still open. */
export async function ingestDispatchAnswers(unit: Unit, answers: DispatchAnswers): Promise<void> {
  for (const [dispatch, fact] of answers) {
    const index = await unit.documents().read(layout.answerIndex(dispatch), answerIndexCodec);
    if (index !== undefined) await unit.apply(fact);
  }
}
