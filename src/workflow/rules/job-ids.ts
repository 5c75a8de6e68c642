import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

const maxIdLength = 100;

/**
 * Job ids are as on GitHub: a letter or `_` first, then letters, digits, `-`, `_`; at most 100; not starting with `__`.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_id
 */
export function* findBadJobIds({ draft }: RuleInput): Iterable<Finding> {
  for (const { id, key } of draft.jobs) {
    if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(id)) {
      const message = `'${id}' is not a job id: a letter or \`_\` first, then letters, digits, \`-\` and \`_\``;
      yield finding('bad-job-id', key, message);
    } else if (id.startsWith('__')) {
      yield finding('bad-job-id', key, `The job id '${id}' begins with \`__\`, which is reserved`);
    } else if (id.length > maxIdLength) {
      yield finding('bad-job-id', key, `The job id is longer than ${maxIdLength} characters`);
    }
  }
}
