import { pathOfCall } from '../path-of-call.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/** `uses` names a workflow of the repository or a built-in one, by plain text; `with` belongs to it. */
export function* findBadCalls({ draft }: RuleInput): Iterable<Finding> {
  for (const { id, node, uses } of draft.jobs) {
    const given = valueAt(node, 'with');
    if (uses !== null && pathOfCall(uses.text) === null) {
      const message = `\`uses\` is ./.github/treadle/workflows/<file>.yml, or treadle/<name> for a built-in workflow, not '${uses.text}'`;
      yield finding('bad-call', uses, message);
    }
    if (uses === null && given !== undefined) {
      yield finding('bad-call', given, `\`with\` of the job '${id}' is for a workflow that it \`uses\``);
    }
  }
}
