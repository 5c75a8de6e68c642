import { DEFAULT_PRIORITY, priorityOf, type Priority } from './priority.ts';
import type { Selection, Undecided } from './select-workflow.ts';

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
  readonly selection: Selection;
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
  'decision' | 'escalated' | 'run-active' | 'deferred' | 'blocked' | 'epic' | 'kept' | Undecided;

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

/** Judges open beads, the most urgent first, then the oldest. */
export function judgeBeads(beads: readonly BeadFacts[]): readonly Judgement[] {
  return beads
    .map(judgeBead)
    .sort(
      (a, b) =>
        a.priority - b.priority || a.createdAt.localeCompare(b.createdAt, 'en') || a.number - b.number,
    );
}

function judgeBead(bead: BeadFacts): Judgement {
  const { number, title, labels, createdAt } = bead;
  const priority = priorityOf(labels) ?? (bead.decidesOn === null ? DEFAULT_PRIORITY : 0);
  const facts = { number, title, priority, createdAt };
  const hindered = findHindrance(bead);
  if (hindered !== null) return { ...facts, ready: false, ...hindered };
  const { selection } = bead;
  switch (selection.kind) {
    case 'chosen':
      return { ...facts, ready: true, workflow: selection.workflow };
    case 'kept':
      return {
        ...facts,
        ready: false,
        code: 'kept',
        reason: `kept from all workflows by the label ${selection.label}`,
      };
    case 'undecided': {
      const { code, reason, remedy } = selection;
      return { ...facts, ready: false, code, reason: `${reason}: ${remedy}` };
    }
  }
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
