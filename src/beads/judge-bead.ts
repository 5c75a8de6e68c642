import { DEFAULT_PRIORITY, priorityOf, type Priority } from './priority.ts';

/** The label that asks for a workflow by its name: `workflow:bug`. */
const WORK_LABEL = 'workflow:';
/** The label of beads that are put off. */
export const DEFERRED_LABEL = 'deferred';

/** What there is to know of an open issue. */
export interface BeadFacts {
  readonly number: number;
  readonly title: string;
  readonly labels: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** Set where it is the CEO bead of an escalation of a run. */
  readonly decidesOn: string | null;
  readonly activeRun: ActiveRun | null;
  /** Open issues that it waits for, as they are shown: `#3`, `owner/name#3`. */
  readonly blockers: readonly string[];
  /** Open issues below it. */
  readonly subIssues: readonly string[];
  /** The workflows whose `on: issues` it answers. */
  readonly workflows: readonly string[];
}

/** A run that is going on. */
export interface ActiveRun {
  readonly id: string;
  readonly isEscalated: boolean;
  /** What it waits for, in a few words. */
  readonly waitsFor: string;
}

/** Why a bead cannot be worked now. The codes are stable. */
export type Hindrance =
  | 'decision'
  | 'escalated'
  | 'run-active'
  | 'deferred'
  | 'blocked'
  | 'epic'
  | 'no-workflow'
  | 'several-workflows';

/** Whether a bead can be worked now. */
export type Judgement = {
  readonly number: number;
  readonly title: string;
  readonly priority: Priority;
  readonly createdAt: string;
} & (
  | { readonly ready: true; readonly workflow: string }
  | { readonly ready: false; readonly code: Hindrance; readonly reason: string }
);

/**
 * Judges open beads, the most urgent first, then the oldest.
 *
 * @param known names of the workflows there are, for labels like `workflow:bug`
 */
export function judgeBeads(beads: readonly BeadFacts[], known: readonly string[]): readonly Judgement[] {
  return beads
    .map((bead) => judgeBead(bead, known))
    .sort(
      (a, b) =>
        a.priority - b.priority || a.createdAt.localeCompare(b.createdAt, 'en') || a.number - b.number,
    );
}

function judgeBead(bead: BeadFacts, known: readonly string[]): Judgement {
  const { number, title, labels, createdAt } = bead;
  const priority = priorityOf(labels) ?? (bead.decidesOn === null ? DEFAULT_PRIORITY : 0);
  const facts = { number, title, priority, createdAt };
  const hindered = findHindrance(bead);
  if (hindered !== null) return { ...facts, ready: false, ...hindered };
  const wanted = workflowsFor(bead, known);
  const [workflow, other] = wanted;
  if (workflow === undefined) {
    const reason = `no workflow wants it: label it as one asks for in its 'on: issues', or ${WORK_LABEL}NAME (${known.join(', ')})`;
    return { ...facts, ready: false, code: 'no-workflow', reason };
  }
  if (other !== undefined) {
    const reason = `several workflows want it (${wanted.join(', ')}): say which with a label ${WORK_LABEL}NAME`;
    return { ...facts, ready: false, code: 'several-workflows', reason };
  }
  return { ...facts, ready: true, workflow };
}

function findHindrance(bead: BeadFacts): { readonly code: Hindrance; readonly reason: string } | null {
  const { decidesOn, activeRun, blockers, subIssues, labels } = bead;
  if (decidesOn !== null)
    return { code: 'decision', reason: `the CEO decides here on run ${decidesOn}; nobody is dispatched` };
  if (activeRun !== null) {
    const reason = `run ${activeRun.id} ${activeRun.isEscalated ? 'is escalated' : 'is going on'}: ${activeRun.waitsFor}`;
    return { code: activeRun.isEscalated ? 'escalated' : 'run-active', reason };
  }
  if (blockers.length > 0) return { code: 'blocked', reason: `blocked by ${blockers.join(', ')}` };
  if (subIssues.length > 0)
    return { code: 'epic', reason: `an epic with open sub-issues: ${subIssues.join(', ')}` };
  if (labels.some((label) => label.toLowerCase() === DEFERRED_LABEL))
    return { code: 'deferred', reason: `put off by the label ${DEFERRED_LABEL}` };
  return null;
}

/** A label that names a workflow decides; else what the workflows themselves ask for. */
function workflowsFor({ labels, workflows }: BeadFacts, known: readonly string[]): readonly string[] {
  const carried = new Set(labels.map((label) => label.toLowerCase()));
  const named = known.filter((key) => carried.has(`${WORK_LABEL}${key}`.toLowerCase()));
  return named.length > 0 ? named : workflows;
}
