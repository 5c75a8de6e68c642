import type { InputDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { scalarAt, scalarsOf, valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/** GitHub's limit, which its documentation of `on.workflow_dispatch.inputs` names. */
const mostDispatchInputs = 25;

/**
 * A choice, and nothing else, has options; an input of a call has a type; a default is a value that the input may have; and what can
 * be given by hand are 25 inputs at most.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs
 */
export function* findBadInputs({ draft }: RuleInput): Iterable<Finding> {
  const { workflowDispatch, workflowCall } = draft.triggers;
  const tooMany = workflowDispatch?.[mostDispatchInputs];
  if (tooMany !== undefined) {
    const message = `\`workflow_dispatch\` has more than ${mostDispatchInputs} inputs, which is the most that GitHub allows`;
    yield finding('wrong-limit', tooMany.key, message);
  }
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
  const offered = valueAt(node, 'options');
  if (offered !== undefined && type !== 'choice') {
    const message = `The input '${key.text}' is a ${type}, so its \`options\` mean nothing: write \`type: choice\``;
    yield finding('options-without-choice', offered, message);
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
