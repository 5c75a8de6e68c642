import type { JobDraft } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import { isWithoutAgent } from './job-keys.ts';
import type { RuleInput } from './rule.ts';

/** Agents declare their outputs by mappings, decisions give theirs by expressions and have at least one. */
export function* findOutputProblems({ draft }: RuleInput): Iterable<Finding> {
  for (const job of draft.jobs) {
    yield* findBadNames(job);
    if (job.type === 'decision') yield* findInDecision(job);
    else if (job.type === 'steps') yield* findInSteps(job);
    else if (job.isAgentJob && !isWithoutAgent(job)) {
      yield* findExpressions(job);
    }
  }
}

function* findBadNames(job: JobDraft): Iterable<Finding> {
  for (const { key } of job.outputs) {
    if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(key.text)) continue;
    const message = `'${key.text}' is not an output name: a letter or \`_\` first, then letters, digits, \`-\` and \`_\``;
    yield finding('bad-output-name', key, message);
  }
}

function* findInDecision(job: JobDraft): Iterable<Finding> {
  if (job.outputs.length === 0) {
    const message = `The decision '${job.id}' has no \`outputs\`: they are expressions that other jobs branch on`;
    yield finding('decision-without-outputs', job.key, message);
  }
  for (const output of job.outputs) {
    if (output.kind !== 'declared') continue;
    const message = `The output '${output.key.text}' of a decision is an expression, such as \${{ needs.a.outputs.b == 'c' }}`;
    yield finding('decision-declares-output', output.key, message);
  }
}

function* findInSteps(job: JobDraft): Iterable<Finding> {
  for (const output of job.outputs) {
    if (output.kind !== 'declared') continue;
    const message = `The output '${output.key.text}' of a job with \`steps\` is an expression, such as \${{ steps.a.outputs.b }}`;
    yield finding('steps-declare-output', output.key, message);
  }
}

function* findExpressions(job: JobDraft): Iterable<Finding> {
  for (const output of job.outputs) {
    if (output.kind !== 'expression') continue;
    const message =
      `The output '${output.key.text}' is reported by the agent, so it is declared by a mapping: ` +
      '`description`, `required`, `enum`';
    yield finding('output-not-declared', output.field.node, message);
  }
}
