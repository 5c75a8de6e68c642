import { stringify } from 'yaml';

import type { Diagnostic } from '../workflow/diagnostic.ts';
import { BUILT_IN_ROLES, COMMIT_ROLE, VERIFY_ROLE } from '../workflow/roles.ts';
import { createSourceText } from '../workflow/source-text.ts';
import { ancestorsOf, carryEdges, isGate, type CarriedEdges } from './carry-edges.ts';
import type { LoomFinding, LoomNode, LoomWorkflow } from './loom-workflow.ts';
import { readLoom } from './read-loom.ts';

/** A workflow of ours, made of one of Loom's. */
export interface ConvertedWorkflow {
  /** The file's name: `bug.yml`. */
  readonly name: string;
  readonly text: string;
}

type Job = Record<string, unknown>;

/** Labels by which issues of Loom's types are known here; others have the type's own name. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  bug: ['bug', 'auto-filed'],
  feature: ['feature', 'enhancement'],
};

/** What a person of that title is called here. */
const ROLES: Readonly<Record<string, string>> = {
  qa: 'qa-engineer',
  pm: 'product-manager',
  em: 'engineering-manager',
  'web-designer-engineer': 'web-designer',
};

/**
 * Converts a workflow file of Loom into one of ours, which compiles. The workflow is null where there are errors; warnings tell what
 * could not be carried over as it was. Pure.
 */
export function convertLoom(file: { readonly path: string; readonly text: string }): {
  readonly workflow: ConvertedWorkflow | null;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { workflow, findings: read } = readLoom(file.text);
  const findings: LoomFinding[] = [...read];
  const tell = (finding: LoomFinding): void => void findings.push(finding);
  const text = workflow === null ? null : renderWorkflow(workflow, carryEdges(workflow, tell), tell);
  const source = createSourceText(file.text);
  const diagnostics = findings
    .map(({ span, ...rest }): Diagnostic => ({
      path: file.path,
      start: source.positionAt(span.start),
      end: source.positionAt(Math.max(span.end, span.start + 1)),
      ...rest,
    }))
    .sort((a, b) => a.start.line - b.start.line || a.start.column - b.start.column);
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  if (workflow === null || text === null || failed) return { workflow: null, diagnostics };
  return { workflow: { name: `${fileKey(workflow)}.yml`, text }, diagnostics };
}

function renderWorkflow(
  workflow: LoomWorkflow,
  edges: CarriedEdges,
  tell: (finding: LoomFinding) => void,
): string | null {
  const type = slug(workflow.type) || fileKey(workflow);
  if (edges.reached.length === 0) {
    const message = 'No edge leads from the start to a node';
    tell({ severity: 'error', code: 'no-start', span: { start: 0, end: 1 }, message });
    return null;
  }
  const jobs: Record<string, Job> = {};
  for (const node of edges.reached) {
    const needs = edges.needs.get(node.key) ?? [];
    // Loom goes on by whichever edge comes first; several needs would wait for all of them.
    const join = needs.length > 1 && node.type !== 'merge' ? `${node.key}-join` : null;
    if (join !== null) jobs[join] = { type: 'merge', needs, wait: 'any' };
    jobs[node.key] = renderJob(node, join === null ? needs : [join], edges, tell);
  }
  const document = {
    name: workflow.name || workflow.id,
    on: { issues: { types: ['opened', 'labeled'], labels: LABELS[type] ?? [type] }, workflow_dispatch: null },
    jobs,
  };
  const about = [workflow.id, workflow.description].filter((part) => part !== '').join(': ');
  const comment = about === '' ? '' : `# Taken over from Loom's ${about.replaceAll(/\s+/g, ' ')}\n`;
  return comment + stringify(document, { lineWidth: 0, nullStr: '' }).replaceAll(/[ \t]+$/gm, '');
}

function renderJob(
  node: LoomNode,
  needs: readonly string[],
  edges: CarriedEdges,
  tell: (finding: LoomFinding) => void,
): Job {
  const links = { ...edges.rework.get(node.key) };
  const common = needs.length === 0 ? {} : { needs: needs.length === 1 ? needs[0] : needs };
  const timeout = node.timeoutMinutes === 0 ? {} : { 'timeout-minutes': node.timeoutMinutes };
  const attempts =
    node.maxAttempts === 0 ? {} : { 'max-attempts': Math.min(100, Math.ceil(node.maxAttempts)) };
  if (node.type === 'merge') return { type: 'merge', ...common, wait: 'all' };
  const prompt = literal(node.instructions || `Do ${node.key}.`);
  if (isGate(node.type)) {
    if (node.type === 'decision') {
      const message = `'${node.key}' is decided by a person in Loom, so it becomes an approval; a decision here is made by expressions`;
      tell({ severity: 'warning', code: 'decision-by-person', span: node.span, message });
    }
    tellSamePerson(node, edges, tell);
    return { type: 'approval', ...common, 'runs-on': roleOf(node, tell), ...timeout, prompt, ...links };
  }
  if (!['task', 'commit', 'verify'].includes(node.type)) {
    const message = `'${node.type}' is no type of node, so '${node.key}' becomes a task`;
    tell({ severity: 'warning', code: 'unknown-node-type', span: node.span, message });
  }
  const base = { ...common, 'runs-on': roleOf(node, tell), ...attempts, ...timeout };
  if (node.type === 'commit') return renderCommit(node, { base, prompt, links }, edges, tell);
  if (node.type === 'verify') return { type: 'verify', ...base, prompt, ...links };
  const outputs = outputsOf(node, edges);
  return { ...base, prompt, ...(Object.keys(outputs).length === 0 ? {} : { outputs }), ...links };
}

function renderCommit(
  node: LoomNode,
  { base, prompt, links }: { readonly base: Job; readonly prompt: string; readonly links: Job },
  edges: CarriedEdges,
  tell: (finding: LoomFinding) => void,
): Job {
  const worker = workerFor(node, edges);
  if (worker === null) {
    const message = `No task before '${node.key}' can bring the pull request that it merges`;
    tell({ severity: 'error', code: 'commit-without-work', span: node.span, message });
  }
  const isVerified = edges.reached.some(
    ({ key, type }) => type === 'verify' && ancestorsOf(key, edges.needs).has(node.key),
  );
  if (!isVerified) {
    const message = `Nothing verifies what '${node.key}' merged: add a verify job after it`;
    tell({ severity: 'warning', code: 'commit-without-verify', span: node.span, message });
  }
  const given = [base['needs'] ?? []].flat();
  const needs = worker === null || given.includes(worker) ? given : [...given, worker];
  return {
    type: 'commit',
    ...base,
    needs: needs.length === 1 ? needs[0] : needs,
    prompt,
    'pull-request': `\${{ needs.${worker ?? ''}.outputs.pull-request }}`,
    ...links,
  };
}

/** The task whose pull request a commit merges: the one it goes back to when that fails, else the nearest before it. */
function workerFor(node: LoomNode, { reached, needs, rework }: CarriedEdges): string | null {
  const before = ancestorsOf(node.key, needs);
  const tasks = reached.filter(({ key, type }) => type === 'task' && before.has(key)).map(({ key }) => key);
  const back = rework.get(node.key)?.['on-failure'];
  if (back !== undefined && tasks.includes(back)) return back;
  const direct = (needs.get(node.key) ?? []).find((key) => tasks.includes(key));
  return direct ?? tasks.at(-1) ?? null;
}

/** What a task must report: a proposal where somebody approves it, the pull request where a commit merges it. */
function outputsOf(node: LoomNode, edges: CarriedEdges): Job {
  const isApproved = edges.reached.some(
    ({ key, type }) => isGate(type) && (edges.needs.get(key) ?? []).includes(node.key),
  );
  const isMerged = edges.reached.some(
    (other) => other.type === 'commit' && workerFor(other, edges) === node.key,
  );
  return {
    ...(isApproved ? { proposal: { description: 'What is to be approved.', required: true } } : {}),
    ...(isMerged
      ? { 'pull-request': { description: 'The number of the pull request to merge.', required: true } }
      : {}),
  };
}

function roleOf(node: LoomNode, tell: (finding: LoomFinding) => void): string {
  const named = slug(node.role);
  const role = ROLES[named] ?? named;
  const only = node.type === 'commit' ? COMMIT_ROLE : node.type === 'verify' ? VERIFY_ROLE : null;
  const { span } = node;
  if (only !== null && role !== only) {
    const message = `A ${node.type} job runs on ${only} only, not on '${node.role}'`;
    tell({ severity: 'warning', code: 'role-replaced', span, message });
    return only;
  }
  if (role === '') {
    tell({
      severity: 'warning',
      code: 'role-missing',
      span,
      message: `'${node.key}' names no role: it goes to ceo`,
    });
    return 'ceo';
  }
  if (!BUILT_IN_ROLES.includes(role)) {
    const message = `The role '${role}' must be declared in .github/treadle.yml`;
    tell({ severity: 'warning', code: 'role-to-declare', span, message });
  }
  return role;
}

/** Nobody approves what they wrote: a role that does both needs two holders. */
function tellSamePerson(node: LoomNode, edges: CarriedEdges, tell: (finding: LoomFinding) => void): void {
  const before = edges.needs.get(node.key) ?? [];
  const own = edges.reached.find(({ key, role }) => before.includes(key) && slug(role) === slug(node.role));
  if (own === undefined) return;
  const message = `'${node.key}' approves what '${own.key}' did, by the same role: it needs a second holder, since nobody approves their own work`;
  tell({ severity: 'warning', code: 'same-role-approves', span: node.span, message });
}

/** Text in which nothing is an expression. */
function literal(text: string): string {
  return text.replaceAll('${{', "${{ '${{' }}");
}

function fileKey({ id, type }: LoomWorkflow): string {
  return slug(id.replace(/^wf-/, '').replace(/-default$/, '')) || slug(type) || 'workflow';
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
}
