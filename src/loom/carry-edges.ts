import type { LoomEdge, LoomFinding, LoomNode, LoomWorkflow } from './loom-workflow.ts';

/** The edges of Loom's graph as ours has them: what a job needs, and where it goes when it does not succeed. */
export interface CarriedEdges {
  /** Nodes that can be reached from the start, in file order. */
  readonly reached: readonly LoomNode[];
  /** Direct forward sources by node, an acyclic graph. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** `on-failure`, `on-rejected` and `on-timeout` by node: an ancestor, or `fail`. */
  readonly rework: ReadonlyMap<string, Readonly<Partial<Record<ReworkKey, string>>>>;
}

type ReworkKey = 'on-failure' | 'on-rejected' | 'on-timeout';

const FORWARD = ['success', 'approved'];
const REWORK: Readonly<Record<string, ReworkKey>> = {
  failure: 'on-failure',
  rejected: 'on-rejected',
  timeout: 'on-timeout',
};

/** Sorts the edges into needs and rework edges, and tells what cannot be carried. The edge of the higher priority comes first. */
export function carryEdges(workflow: LoomWorkflow, tell: (finding: LoomFinding) => void): CarriedEdges {
  const nodes = new Map(workflow.nodes.map((node) => [node.key, node]));
  const edges = [...workflow.edges]
    .sort((a, b) => b.priority - a.priority)
    .filter((edge) => hasEnds(edge, nodes, tell));
  const needs = forwardEdges(nodes, edges, tell);
  const starts = edges.filter(({ from }) => from === '').map(({ to }) => to);
  const reached = reachedFrom(starts, needs);
  for (const node of workflow.nodes) {
    if (reached.has(node.key)) continue;
    const message = `No edge leads to '${node.key}', so it never ran: it is left out`;
    tell({ severity: 'warning', code: 'node-unreachable', span: node.span, message });
  }
  const kept = new Map(
    [...needs].map(([key, sources]) => [key, sources.filter((source) => reached.has(source))]),
  );
  return {
    reached: workflow.nodes.filter(({ key }) => reached.has(key)),
    needs: kept,
    rework: reworkEdges(nodes, edges, kept, tell),
  };
}

function hasEnds(
  edge: LoomEdge,
  nodes: ReadonlyMap<string, LoomNode>,
  tell: (finding: LoomFinding) => void,
): boolean {
  const missing = [edge.from, edge.to].find((key) => key !== '' && !nodes.has(key));
  if (missing === undefined) return true;
  const message = `This edge names '${missing}', which is no node`;
  tell({ severity: 'error', code: 'edge-to-nothing', span: edge.span, message });
  return false;
}

function forwardEdges(
  nodes: ReadonlyMap<string, LoomNode>,
  edges: readonly LoomEdge[],
  tell: (finding: LoomFinding) => void,
): Map<string, readonly string[]> {
  const needs = new Map<string, readonly string[]>([...nodes.keys()].map((key) => [key, []]));
  for (const { from, to, condition, span } of edges) {
    if (condition in REWORK || condition === 'escalated' || from === '' || to === '') continue;
    const known = needs.get(to) ?? [];
    if (known.includes(from)) continue;
    if (from === to || ancestorsOf(from, needs).has(to)) {
      const message = `The edge from '${from}' back to '${to}' on success makes a circle: it is left out`;
      tell({ severity: 'warning', code: 'circle', span, message });
      continue;
    }
    if (!FORWARD.includes(condition)) {
      const message = `The condition '${condition}' cannot be carried: '${to}' follows whenever '${from}' succeeds. Add an \`if\` over its outputs`;
      tell({ severity: 'warning', code: 'condition-not-carried', span, message });
    }
    needs.set(to, [...known, from]);
  }
  return needs;
}

function reworkEdges(
  nodes: ReadonlyMap<string, LoomNode>,
  edges: readonly LoomEdge[],
  needs: ReadonlyMap<string, readonly string[]>,
  tell: (finding: LoomFinding) => void,
): Map<string, Partial<Record<ReworkKey, string>>> {
  const rework = new Map<string, Partial<Record<ReworkKey, string>>>();
  for (const { from, to, condition, span } of edges) {
    const node = nodes.get(from);
    if (node === undefined) continue;
    if (condition === 'escalated') {
      const message = `An escalation waits for the CEO here, who can let it go on or end it: the edge from '${from}' is not needed`;
      tell({ severity: 'warning', code: 'escalation-waits', span, message });
      continue;
    }
    const key = keyFor(node, condition);
    const known = rework.get(from) ?? {};
    if (key === null || known[key] !== undefined) continue;
    if (to === from) {
      const message = `'${from}' is tried again by \`max-attempts\`: the edge to itself is not needed`;
      tell({ severity: 'warning', code: 'retry-by-attempts', span, message });
      continue;
    }
    if (to !== '' && !ancestorsOf(from, needs).has(to)) {
      const message = `A job that did not succeed goes back to one before it, and '${to}' does not come before '${from}': it escalates instead`;
      tell({ severity: 'warning', code: 'branch-on-failure', span, message });
      continue;
    }
    rework.set(from, { ...known, [key]: to === '' ? 'fail' : to });
  }
  return rework;
}

/** Approvals are rejected; everything else fails, also a verification that says so. */
function keyFor({ type }: LoomNode, condition: string): ReworkKey | null {
  const key = REWORK[condition];
  if (key === undefined || key === 'on-timeout') return key ?? null;
  return isGate(type) ? 'on-rejected' : 'on-failure';
}

/** Whether a person answers it. Loom's decisions are made by people, too. */
export function isGate(type: string): boolean {
  return type === 'approval' || type === 'decision';
}

/** All nodes before a node, through any number of edges. */
export function ancestorsOf(key: string, needs: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const next = [...(needs.get(key) ?? [])];
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    next.push(...(needs.get(at) ?? []));
  }
  return found;
}

function reachedFrom(
  starts: readonly string[],
  needs: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const reached = new Set(starts.filter((key) => key !== ''));
  for (let grew = true; grew;) {
    const more = [...needs].filter(
      ([key, sources]) => !reached.has(key) && sources.some((source) => reached.has(source)),
    );
    for (const [key] of more) reached.add(key);
    grew = more.length > 0;
  }
  return reached;
}
