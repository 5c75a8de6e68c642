import type { InputDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { scalarAt, scalarsOf, valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/** A choice has options, an input of a call has a type, and a default is a value that the input may have. */
export function* findBadInputs({ draft }: RuleInput): Iterable<Finding> {
  const { workflowDispatch, workflowCall } = draft.triggers;
  for (const input of [...(workflowDispatch ?? []), ...(workflowCall?.inputs ?? [])])
    yield* checkInput(input);
  for (const { key, node } of workflowCall?.inputs ?? []) {
    if (valueAt(node, 'type') !== undefined) continue;
    const message = `The input '${key.text}' has no \`type\`, so it is a string; GitHub asks for one`;
    yield finding('input-without-type', key, message);
  }
}

function* checkInput({ key, node, computed }: InputDraft): Iterable<Finding> {
  const type = scalarAt(node, 'type')?.text ?? 'string';
  const options = scalarsOf(valueAt(node, 'options')).map((option) => option.text);
  const given = scalarAt(node, 'default');
  if (type === 'choice' && options.length === 0) {
    yield finding('missing-key', key, `The input '${key.text}' is a choice without \`options\``);
  }
  // What an expression comes to is known when the workflow is called.
  if (given === undefined || computed !== null) return;
  const isWrongKind = (type === 'number' || type === 'boolean') && typeof given.value !== type;
  if (isWrongKind) {
    yield finding('invalid-value', given, `The default of '${key.text}' is not a ${type}`);
  } else if (type === 'choice' && options.length > 0 && !options.includes(given.text)) {
    yield finding(
      'invalid-value',
      given,
      `The default of '${key.text}' is not among its options: ${options.join(', ')}`,
    );
  }
}
