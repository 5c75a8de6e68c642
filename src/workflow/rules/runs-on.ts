import type { Expression } from '../../expression/model.ts';
import { holdsExpression, soleExpression } from '../../expression/template.ts';
import type { Reference } from '../../expression/tree.ts';
import { outcomesOf } from '../../expression/tree.ts';
import type { JobDraft, OutputDraft, TextField } from '../draft.ts';
import type { Finding } from '../finding.ts';
import { finding, suggestion } from '../finding.ts';
import { COMMIT_ROLE, VERIFY_ROLE } from '../roles.ts';
import { scalarAt, scalarsOf, valueAt } from '../yaml-tree.ts';
import { isWithoutAgent } from './job-keys.ts';
import type { RuleInput } from './rule.ts';

/**
 * `runs-on` comes to a role that exists: written out, or from an output with an `enum`, an input, a variable. What an agent or a
 * stranger may write freely cannot choose who is asked. A commit is done by engineering-manager only, verifying by qa-engineer only.
 */
export function* findBadRoles(input: RuleInput): Iterable<Finding> {
  const { draft, roles } = input;
  if (roles === null) return;
  for (const job of draft.jobs) {
    if (job.runsOn?.template == null || isWithoutAgent(job)) continue;
    const source = roleSource(input, job, job.runsOn);
    yield* source.findings;
    const only = job.type === 'commit' ? COMMIT_ROLE : job.type === 'verify' ? VERIFY_ROLE : null;
    if (
      only !== null &&
      source.findings.length === 0 &&
      (!source.isClosed || source.values.some((role) => role !== only))
    ) {
      const code = job.type === 'commit' ? 'commit-role' : 'verify-role';
      yield finding(code, job.runsOn.node, `A ${job.type} job runs on ${only} only`);
    }
  }
}

/** The roles a `runs-on` may come to, as far as the file tells; closed when it comes to no other. */
interface RoleSource {
  readonly values: readonly string[];
  readonly isClosed: boolean;
  readonly findings: readonly Finding[];
}

const open: RoleSource = { values: [], isClosed: false, findings: [] };

function roleSource(input: RuleInput, job: JobDraft, field: TextField): RoleSource {
  const { node, template } = field;
  const expression = template === null ? null : soleExpression(template);
  if (template !== null && expression !== null)
    return expressionSource(input, job, field, expression, new Set());
  if (template?.parts.some((part) => typeof part !== 'string') === true) {
    const message = '`runs-on` is a role or one expression that comes to one, not a text put together';
    return { ...open, findings: [finding('runs-on-unchecked', node, message)] };
  }
  return {
    values: [node.text],
    isClosed: true,
    findings: unknownRoles(input, [node.text], node, 'unknown-role'),
  };
}

function expressionSource(
  input: RuleInput,
  job: JobDraft,
  at: TextField,
  expression: Expression,
  visited: Set<OutputDraft>,
): RoleSource {
  const sources = outcomesOf(expression.tree).map((outcome): RoleSource => {
    switch (outcome.kind) {
      case 'text':
        return closed(input, [outcome.text], at, 'unknown-role');
      case 'reference': {
        const { context, path } = outcome.reference;
        if (context === 'needs') return outputSource(input, job, at, outcome.reference, visited);
        const isOpen = context === 'inputs' || context === 'vars' || context === 'matrix';
        if (!isOpen) return unchecked(at, `\`${context}.${path.join('.')}\` may hold any text`);
        // Variables are set by those who administer the repository; who starts or calls the workflow answers for its inputs.
        const problem = untrustedSource(input, job, at, outcome.reference);
        return problem ?? (context === 'inputs' ? inputSource(input, at, path[0] ?? '') : open);
      }
      case 'other':
        return unchecked(at, 'it is computed');
    }
  });
  return {
    values: sources.flatMap((source) => source.values),
    isClosed: sources.every((source) => source.isClosed),
    findings: sources.flatMap((source) => source.findings),
  };
}

/** What is made of what agents or strangers wrote; null for anything else. */
function untrustedSource(
  { trust }: RuleInput,
  job: JobDraft,
  at: TextField,
  reference: Reference,
): RoleSource | null {
  const { why } = trust.ofReference({ job, step: null }, reference);
  return why === null
    ? null
    : unchecked(at, `\`${[reference.context, ...reference.path].join('.')}\` ${why}`);
}

function outputSource(
  input: RuleInput,
  job: JobDraft,
  at: TextField,
  reference: Reference,
  visited: Set<OutputDraft>,
): RoleSource {
  const [name = '', , outputName = ''] = reference.path;
  const producer = input.jobs.get(input.graph.resolve(name) ?? '');
  const output = producer?.outputs.find(({ key }) => key.text.toLowerCase() === outputName.toLowerCase());
  // What a call hands back is known where the file is that it names; an approver writes what they like.
  const isKnownCall = producer?.uses != null && input.outputsOfCall(producer.uses.text) !== null;
  if (isKnownCall || producer?.type === 'approval') return untrustedSource(input, job, at, reference) ?? open;
  // Another rule says that it does not exist.
  if (producer === undefined || output === undefined || visited.has(output)) return open;
  visited.add(output);
  if (output.kind === 'expression') {
    const { template } = output.field;
    const inner = template === null ? null : soleExpression(template);
    if (template === null) return open;
    if (inner !== null) return expressionSource(input, producer, at, inner, visited);
    if (holdsExpression(template.source)) return unchecked(at, 'it is a text put together');
    return closed(input, [template.source], at, 'unknown-role');
  }
  if (output.enum.length === 0) {
    const message = `The output '${output.key.text}' of '${producer.id}' may hold any text: give it an \`enum\` of roles to use it in \`runs-on\``;
    return { ...open, findings: [finding('runs-on-without-enum', at.node, message)] };
  }
  const values = output.enum.map((value) => value.text);
  const findings = output.enum.flatMap((value) => unknownRoles(input, [value.text], value, 'enum-not-role'));
  return { values, isClosed: true, findings };
}

function inputSource({ draft, roles }: RuleInput, at: TextField, name: string): RoleSource {
  const { workflowDispatch, workflowCall } = draft.triggers;
  const declared = [...(workflowDispatch ?? []), ...(workflowCall?.inputs ?? [])].find(
    ({ key }) => key.text.toLowerCase() === name.toLowerCase(),
  );
  const isChoice = declared !== undefined && scalarAt(declared.node, 'type')?.text === 'choice';
  if (!isChoice) return open;
  const options = scalarsOf(valueAt(declared.node, 'options')).map((option) => option.text);
  const strangers = options.filter((option) => roles?.has(option) === false);
  const message = `The input '${name}' offers what is no role: ${strangers.join(', ')}`;
  const findings = strangers.length === 0 ? [] : [finding('enum-not-role', at.node, message)];
  return { values: options, isClosed: true, findings };
}

function closed(
  input: RuleInput,
  values: readonly string[],
  at: TextField,
  code: 'unknown-role',
): RoleSource {
  return { values, isClosed: true, findings: unknownRoles(input, values, at.node, code) };
}

function unchecked(at: TextField, why: string): RoleSource {
  const message = `Who is asked cannot be checked: ${why}. Use a role, or an output with an \`enum\` of roles`;
  return { ...open, findings: [finding('runs-on-unchecked', at.node, message)] };
}

function unknownRoles(
  { roles }: RuleInput,
  values: readonly string[],
  at: Pick<Finding, 'span'>,
  code: 'unknown-role' | 'enum-not-role',
): readonly Finding[] {
  return values
    .filter((value) => roles?.has(value) === false)
    .map((value) => {
      const known = [...(roles ?? [])];
      const hint = suggestion(value, known) || ` Roles: ${known.join(', ')}.`;
      return finding(code, at, `Unknown role '${value}'.${hint}`);
    });
}
