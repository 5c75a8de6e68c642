import type { Reference } from '../../expression/tree.ts';
import { comparisonsOf } from '../../expression/tree.ts';
import { spanOfPart } from '../expression-uses.ts';
import type { Finding } from '../finding.ts';
import { finding, listNames } from '../finding.ts';
import { scalarAt, scalarsOf, valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/** Results of jobs and steps: https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#needs-context */
const results: readonly string[] = ['success', 'failure', 'cancelled', 'skipped'];

/** What can only be one of some texts is compared with one of them, or with the empty text that stands for nothing. */
export function* findIdleComparisons(input: RuleInput): Iterable<Finding> {
  for (const use of input.uses) {
    // What compares holds a sign of equality.
    if (!use.expression.source.includes('=')) continue;
    for (const { reference, text } of comparisonsOf(use.expression.tree)) {
      const values = valuesOf(input, reference);
      if (values === null || text.text === '') continue;
      if (values.some((value) => value.toLowerCase() === text.text.toLowerCase())) continue;
      const name = [reference.context, ...reference.path].join('.');
      const hint = input.suggest(text.text, values) || ` It is one of: ${listNames(values)}.`;
      const message = `\`${name}\` is never '${text.text}'.${hint}`;
      yield finding('comparison-never-equal', { span: spanOfPart(input.text, use, text) }, message);
    }
  }
}

/** The texts that are all a reference can come to; null where that is not known. */
function valuesOf(input: RuleInput, { context, path }: Reference): readonly string[] | null {
  const [name = '', property = '', output = ''] = path.map((part) => part.toLowerCase());
  switch (context) {
    case 'needs':
    case 'jobs':
      if (property === 'result') return results;
      return property === 'outputs' ? valuesOfOutput(input, name, output) : null;
    case 'steps':
      return property === 'outcome' || property === 'conclusion' ? results : null;
    case 'inputs':
      return path.length === 1 ? valuesOfInput(input, name) : null;
    default:
      return null;
  }
}

function valuesOfOutput({ jobs, graph }: RuleInput, job: string, name: string): readonly string[] | null {
  const outputs = jobs.get(graph.resolve(job) ?? '')?.outputs ?? [];
  const output = outputs.find(({ key }) => key.text.toLowerCase() === name);
  return output?.kind === 'declared' && output.enum.length > 0 ? output.enum.map(({ text }) => text) : null;
}

/** The options of a choice, where all events that declare the input agree that it is one. */
function valuesOfInput({ draft }: RuleInput, name: string): readonly string[] | null {
  const { workflowDispatch, workflowCall } = draft.triggers;
  const all = [...(workflowDispatch ?? []), ...(workflowCall?.inputs ?? [])];
  const declared = all.filter(({ key }) => key.text.toLowerCase() === name);
  const isChoice = declared.every(({ node }) => scalarAt(node, 'type')?.text === 'choice');
  const options = declared.flatMap(({ node }) => scalarsOf(valueAt(node, 'options')));
  return isChoice && options.length > 0 ? options.map(({ text }) => text) : null;
}
