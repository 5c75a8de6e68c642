import type { RunView } from './draft.ts';
import type { Given, GivenApproval } from './given.ts';
import { documentsOf, legsOf } from './legs.ts';
import type { RunState } from './state/run.ts';

type View = Pick<RunView, 'run' | 'document'>;

/** Jobs, each followed by its legs. */
export function withLegs(view: View, jobs: Iterable<string>): readonly string[] {
  return [...jobs].flatMap((job) => [job, ...legsOf(view, job)]);
}

/** The approvals that jobs or legs of a run asked for, and those that runs which they called left behind. */
export function approvalsIn(view: View, jobs: Iterable<string>): readonly GivenApproval[] {
  return [...jobs].flatMap((job) => {
    const holder = { run: view.run.id, job };
    const left = view.document(job)?.given?.approvals ?? [];
    return [
      ...ownApproval(view, job),
      ...ownPassing(view, job),
      ...left.map((approval) => ({ ...approval, holder })),
    ];
  });
}

/** Approvals that a merge of a run rests on: its own, those of runs that it called, and those of the runs that called it. */
export function approvalsBehind(state: RunState): readonly GivenApproval[] {
  const own = approvalsIn(documentsOf(state), Object.keys(state.jobs));
  return [...own, ...(state.run.given?.approvals ?? [])];
}

function ownApproval(view: View, job: string): readonly GivenApproval[] {
  const document = view.document(job);
  const gate = document?.gate ?? null;
  const answer = gate?.answer ?? null;
  if (gate === null || answer?.verdict !== 'approved') return [];
  const place = { run: view.run.id, job };
  const { kind, pull } = gate;
  const { by, review, head, comment } = answer;
  return [
    {
      holder: place,
      asked: place,
      role: document?.role ?? 'ceo',
      kind,
      pull,
      head: head ?? gate.head,
      by,
      review,
      ...(comment === undefined ? {} : { comment }),
      reporters: sorted(reportersOf(view, job)),
    },
  ];
}

function ownPassing(view: View, job: string): readonly GivenApproval[] {
  const passed = view.document(job)?.passed ?? null;
  if (passed === null) return [];
  const place = { run: view.run.id, job };
  const { pull, head, by, review, comment } = passed;
  return [
    {
      ...{ holder: place, asked: place, role: 'ceo', kind: 'escalation', pull, head, by, review },
      ...(comment === undefined ? {} : { comment }),
      reporters: sorted(reportersOf(view, job)),
    },
  ];
}

/**
 * Numeric ids of those who reported the outputs that a gate shows, or that would stand if an escalated job counted as done: none of
 * them approves it.
 */
export function reportersOf(view: View, job: string): ReadonlySet<number> {
  const gate = view.document(job)?.gate ?? null;
  const shown = [job, ...Object.keys(gate?.shown ?? {}), ...(gate?.sources ?? [])];
  return new Set([...reportersIn(view, withLegs(view, shown)), ...(gate?.reporters ?? [])]);
}

/** Numeric ids of those whose reports the outputs of jobs or legs come from, runs that these called included. */
export function reportersIn(view: View, jobs: Iterable<string>): ReadonlySet<number> {
  const found = new Set<number>();
  for (const job of jobs) {
    const document = view.document(job);
    const reported = document?.attempts.findLast(({ turns }) => turns.some(({ report }) => report !== null));
    for (const turn of reported?.turns ?? []) {
      if (turn.report !== null) found.add(turn.reportedBy ?? turn.assignee.id);
    }
    for (const reporter of document?.given?.reporters ?? []) found.add(reporter);
  }
  return found;
}

/** The commits that the merges before a job are on the base branch: those of its run, of runs that it called, and of its callers. */
export function mergesBehind(view: View & Pick<RunView, 'workflow'>, job: string): readonly string[] {
  const before = withLegs(view, view.workflow.graph.ancestors(job));
  return [...new Set([...(view.run.given?.merged ?? []), ...mergesIn(view, before)])];
}

/** The commits that jobs or legs merged, and those of runs that they called. */
export function mergesIn(view: View, jobs: Iterable<string>): readonly string[] {
  return [...jobs].flatMap((job) => {
    const document = view.document(job);
    const wasMerged = document?.attempts.at(-1)?.merged !== undefined;
    const own = wasMerged ? (document.outputs['sha'] ?? []) : [];
    return [own, document?.given?.merged ?? []].flat();
  });
}

/** What is handed over; undefined where that is nothing. */
export function giving({
  approvals,
  reporters,
  merged,
}: {
  readonly approvals: readonly GivenApproval[];
  readonly reporters: Iterable<number>;
  readonly merged: readonly string[];
}): { readonly given?: Given } {
  const ids = sorted(reporters);
  if (approvals.length === 0 && ids.length === 0 && merged.length === 0) return {};
  return { given: { approvals, reporters: ids, ...(merged.length === 0 ? {} : { merged }) } };
}

function sorted(ids: Iterable<number>): readonly number[] {
  return [...new Set(ids)].sort((a, b) => a - b);
}
