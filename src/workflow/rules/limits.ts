import { soleExpression } from '../../expression/template.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { maxRetryDelayMs, parseDuration } from '../duration.ts';
import type { RuleInput } from './rule.ts';

/** Limits that the schema cannot express. */
export function* findBadLimits({ draft }: RuleInput): Iterable<Finding> {
  for (const job of draft.jobs) {
    const delayMs = parseDuration(job.retryDelay?.text ?? '0') ?? 0;
    if (job.retryDelay !== null && delayMs > maxRetryDelayMs) {
      yield finding(
        'wrong-limit',
        job.retryDelay,
        `\`retry-delay\` is at most a day, found '${job.retryDelay.text}'`,
      );
    }
    for (const field of [
      job.timeoutMinutes,
      job.continueOnError,
      job.concurrency?.cancelInProgress ?? null,
      ...job.steps.flatMap((step) => [step.timeoutMinutes, step.continueOnError]),
    ]) {
      if (field?.template == null || soleExpression(field.template) !== null) continue;
      yield finding('invalid-value', field.node, 'Expected one expression and nothing around it');
    }
  }
}
