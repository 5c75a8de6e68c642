import type { Template } from '../../expression/model.ts';
import type { ConcurrencyDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/** GitHub's limit on the name of a group, in characters. */
const longestName = 400;

/**
 * A group has a name, `queue: max` cannot go with cancelling, and no job is in the group of its own workflow: it would wait for the
 * run that waits for it.
 */
export function* findConcurrencyProblems({ draft }: RuleInput): Iterable<Finding> {
  const ofRun = draft.concurrency?.group?.node.text.toLowerCase();
  if (draft.concurrency !== null) yield* checkEntry(draft.concurrency);
  for (const { id, concurrency } of draft.jobs) {
    if (concurrency === null) continue;
    yield* checkEntry(concurrency);
    const { group } = concurrency;
    if (group === null || group.node.text.toLowerCase() !== ofRun) continue;
    const message = `The job '${id}' is in the group of its own workflow: it would wait for the run that waits for it`;
    yield finding('concurrency-deadlock', group.node, message);
  }
}

function* checkEntry({ group, cancelInProgress, queue }: ConcurrencyDraft): Iterable<Finding> {
  const text = group?.node.text ?? null;
  if (group !== null && text?.trim() === '') {
    yield finding('invalid-value', group.node, 'The name of the group is empty');
  } else if (group !== null && isLiteral(group.template) && group.node.text.length > longestName) {
    const message = `The name of the group has more than ${longestName} characters`;
    yield finding('wrong-limit', group.node, message);
  }
  if (queue === 'max' && cancelInProgress?.literal === true) {
    const message = '`queue: max` cannot go with `cancel-in-progress: true`';
    yield finding('concurrency-conflict', cancelInProgress.node, message);
  }
}

function isLiteral(template: Template | null): boolean {
  return template?.parts.every((part) => typeof part === 'string') === true;
}
