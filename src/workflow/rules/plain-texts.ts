import { holdsExpression } from '../../expression/template.ts';
import type { StepDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { YamlNode, YamlScalar } from '../yaml-tree.ts';
import { entriesOf, valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/**
 * Where no expression is evaluated none is written, as on GitHub: what stands there would be taken as it is. Whoever wrote it expects
 * something else.
 */
export function* findMisplacedExpressions({ draft }: RuleInput): Iterable<Finding> {
  if (draft.name !== null) yield* check(draft.name);
  yield* checkTriggers(valueAt(draft.root, 'on'));
  yield* checkKeys(valueAt(draft.root, 'env'));
  yield* checkShell(draft.defaults);
  for (const job of draft.jobs) {
    yield* checkKeys(valueAt(job.node, 'env'));
    yield* checkShell(job.defaults);
    for (const step of job.steps) {
      yield* checkKeys(valueAt(step.node, 'env'));
      yield* checkShell(step);
    }
    for (const output of job.outputs) if (output.kind === 'declared') yield* checkAll(output.node);
  }
}

/** All of `on` but for the three keys that take expressions. */
function* checkTriggers(on: YamlNode | undefined): Iterable<Finding> {
  for (const { key: event, value } of entriesOf(on)) {
    for (const { key, value: below } of entriesOf(value)) {
      if (event.text === 'issues' && key.text === 'if') continue;
      const computed = event.text === 'workflow_call' ? computedKeyIn(key.text) : null;
      if (computed === null) yield* checkAll(below);
      else for (const { value: declared } of entriesOf(below)) yield* checkAll(declared, computed);
    }
  }
}

/** What of each input or output of a call is an expression, as on GitHub. */
function computedKeyIn(section: string): string | null {
  return section === 'inputs' ? 'default' : section === 'outputs' ? 'value' : null;
}

/** Every text in a value, at any depth. */
function* checkAll(node: YamlNode, except?: string): Iterable<Finding> {
  if (node.kind === 'scalar') yield* check(node);
  else if (node.kind === 'list') for (const item of node.items) yield* checkAll(item);
  else for (const { key, value } of node.entries) if (key.text !== except) yield* checkAll(value);
}

function* checkKeys(node: YamlNode | undefined): Iterable<Finding> {
  for (const { key } of entriesOf(node)) yield* check(key);
}

function* checkShell({ shell }: Pick<StepDraft, 'shell'>): Iterable<Finding> {
  if (shell !== null) yield* check(shell);
}

function* check(node: YamlScalar): Iterable<Finding> {
  if (!holdsExpression(node.text)) return;
  const message = 'No expression is evaluated here: write what is meant, without `${{ }}`';
  yield finding('expression-not-allowed', node, message);
}
