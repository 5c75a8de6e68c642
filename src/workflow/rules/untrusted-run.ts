import { contributorsOf } from '../../expression/tree.ts';
import { spanOfPart } from '../expression-uses.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/**
 * What an expression brings into `run` becomes part of the script before the shell reads it. So what strangers and agents wrote is
 * kept out of it: it reaches a step by `env` only. In `working-directory` it chooses the folder; that is below the clone all the same,
 * which is seen to when the step begins.
 *
 * @see https://docs.github.com/en/actions/concepts/security/script-injections
 */
export function* findUntrustedInRun({ uses, trust, text }: RuleInput): Iterable<Finding> {
  for (const use of uses) {
    const isScript = use.key === 'steps.run';
    if (!isScript && use.key !== 'steps.working-directory' && use.key !== 'jobs.defaults.run') continue;
    for (const reference of contributorsOf(use.expression.tree)) {
      const { why, inputs } = trust.ofReference(use, reference);
      if (why === null && inputs.size === 0) continue;
      const name = [reference.context, ...reference.path].join('.');
      const origin = `\`${name}\` ${why ?? 'is what somebody gave when the run was started'}`;
      const at = { span: spanOfPart(text, use, reference) };
      yield isScript
        ? finding(
            'untrusted-in-run',
            at,
            `${origin}, and would become part of the script: hand it over by \`env\` and read it as "$NAME"`,
          )
        : finding(
            'untrusted-folder',
            at,
            `${origin}, and would choose the folder that the script runs in: take one that the workflow names, or an output with an \`enum\``,
          );
    }
  }
}
