import { readYaml } from '../workflow/read-yaml.ts';
import { scalarAt, valueAt, type YamlNode } from '../workflow/yaml-tree.ts';
import type { LoomEdge, LoomFinding, LoomNode, LoomWorkflow } from './loom-workflow.ts';

/** Reads a workflow file of Loom. Null where it is none; all that is wrong is told at once. Never throws over the text. */
export function readLoom(text: string): {
  readonly workflow: LoomWorkflow | null;
  readonly findings: readonly LoomFinding[];
} {
  const { root, findings: problems } = readYaml(text);
  const findings: LoomFinding[] = problems.map(({ code, span, message }) => ({
    severity: 'error',
    code,
    span,
    message,
  }));
  const nodes = valueAt(root ?? undefined, 'nodes');
  if (root === null || nodes?.kind !== 'list') {
    const span = root?.span ?? { start: 0, end: 1 };
    findings.push({
      severity: 'error',
      code: 'no-loom-workflow',
      span,
      message: 'A workflow of Loom has a list of nodes',
    });
    return { workflow: null, findings };
  }
  const edges = valueAt(root, 'edges');
  return {
    workflow: {
      id: textAt(root, 'id'),
      name: textAt(root, 'name'),
      description: textAt(root, 'description'),
      type: textAt(root, 'workflow_type'),
      nodes: nodes.items.flatMap((node) => readNode(node, findings)),
      edges: edges?.kind === 'list' ? edges.items.map(readEdge) : [],
    },
    findings,
  };
}

function readNode(node: YamlNode, findings: LoomFinding[]): readonly LoomNode[] {
  const key = textAt(node, 'node_key');
  if (!/^[A-Za-z_][\w-]*$/.test(key)) {
    const message = key === '' ? 'A node needs a node_key' : `'${key}' cannot be the id of a job`;
    findings.push({ severity: 'error', code: 'bad-node-key', span: node.span, message });
    return [];
  }
  return [
    {
      key,
      type: textAt(node, 'node_type') || 'task',
      role: textAt(node, 'role_required'),
      maxAttempts: numberAt(node, 'max_attempts'),
      timeoutMinutes: numberAt(node, 'timeout_minutes'),
      instructions: textAt(node, 'instructions').trim(),
      span: (scalarAt(node, 'node_key') ?? node).span,
    },
  ];
}

function readEdge(edge: YamlNode): LoomEdge {
  return {
    from: textAt(edge, 'from_node_key'),
    to: textAt(edge, 'to_node_key'),
    condition: textAt(edge, 'condition') || 'success',
    priority: numberAt(edge, 'priority'),
    span: (scalarAt(edge, 'condition') ?? edge).span,
  };
}

function textAt(node: YamlNode, key: string): string {
  return scalarAt(node, key)?.text ?? '';
}

function numberAt(node: YamlNode, key: string): number {
  const value = scalarAt(node, key)?.value;
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
