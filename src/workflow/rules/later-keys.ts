import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { foreignKeys, laterKeys } from '../job-kinds.ts';
import type { YamlEntry } from '../yaml-tree.ts';
import { entriesOf, valueAt } from '../yaml-tree.ts';
import type { RuleInput } from './rule.ts';

/** Keys of GitHub Actions that Treadle does not have yet, or never will, are refused with the reason. */
export function* findLaterKeys({ draft }: RuleInput): Iterable<Finding> {
  // Of the others the schema says that they are unknown on the top level.
  const onTop = draft.root.entries.filter(({ key }) => key.text === 'permissions');
  const call = valueAt(valueAt(draft.root, 'on'), 'workflow_call');
  const secrets = entriesOf(call).find(({ key }) => key.text === 'secrets');
  if (secrets !== undefined) {
    const message = "'secrets' has no meaning in Treadle: no secrets are handed to jobs";
    yield finding('unsupported-key', secrets.key, message);
  }
  for (const entry of onTop) yield* refuseKey(entry);
  for (const job of draft.jobs) for (const entry of entriesOf(job.node)) yield* refuseKey(entry);
}

const none: readonly Finding[] = [];

function refuseKey({ key }: YamlEntry): readonly Finding[] {
  const use = laterKeys[key.text];
  if (use !== undefined) {
    return [
      finding('not-yet-supported', key, `'${key.text}' (for ${use}) is not yet supported by this version`),
    ];
  }
  const reason = foreignKeys[key.text];
  return reason === undefined
    ? none
    : [finding('unsupported-key', key, `'${key.text}' has no meaning in Treadle: ${reason}`)];
}
