import type { CursorDocument } from '../../codec/documents.ts';
import type { Issue } from '../../forge/port/issues.ts';
import { renderNotice } from '../../beads/render-notice.ts';
import { actorOf } from '../authorise.ts';
import type { Notice } from '../notices.ts';
import { loadIssueIndex } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import { isOpenedSince } from './cursor.ts';
import type { Facts } from './facts.ts';
import { mayStart, type Catalog } from './intake.ts';
import { selectionFor, startRun } from './start.ts';

/** What became of issues that may start runs. */
export interface StartedRuns {
  /** Those that wait for a later wake. */
  readonly waiting: readonly number[];
  readonly remarks: readonly string[];
  /** What is to be said on issues whose workflow is not clear, or is by now. */
  readonly notices: readonly Notice[];
}

/**
 * Starts what issues call for, as far as this wake may: those that waited first. Those it may not decide on wait for a later one.
 */
export async function startRuns(
  unit: Unit,
  { waiting: waited, catalog }: Facts,
  fresh: readonly Issue[],
  cursor: CursorDocument,
): Promise<StartedRuns> {
  const remarks: string[] = [];
  if (catalog.kind === 'invalid') remarks.push(`no run was started: ${catalog.problem}`);
  if (catalog.kind === 'read') remarks.push(...(catalog.found.remarks ?? []));
  const decided = new Set([...waited, ...fresh].map(({ number }) => number));
  const known = cursor.waiting ?? [];
  const waiting = new Set(known.filter((number) => !decided.has(number)));
  const notices: Notice[] = [];
  let started = 0;
  for (const issue of [...waited, ...fresh]) {
    if (issue.state !== 'open' || !(await mayStart(unit.documents(), issue))) continue;
    if (catalog.kind !== 'read') {
      waiting.add(issue.number);
      continue;
    }
    const isOpened = known.includes(issue.number) || isOpenedSince(cursor, issue);
    const outcome = await startFor(unit, catalog, { issue, isOpened }, started < catalog.maxNewRuns);
    if (outcome.notice !== null) notices.push({ issue: issue.number, text: outcome.notice });
    if (outcome.kind === 'started') started += 1;
    else if (outcome.kind === 'deferred') waiting.add(issue.number);
    else if (outcome.reason !== null) remarks.push(`#${issue.number}: ${outcome.reason}`);
  }
  // Where another wake let an issue wait that this one did not read, it keeps its place.
  const order = [...known, ...fresh.map(({ number }) => number)];
  return {
    waiting: [...waiting].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
    remarks,
    notices,
  };
}

type Outcome = { readonly notice: string | null } & (
  | { readonly kind: 'started' }
  | { readonly kind: 'deferred' }
  | { readonly kind: 'refused'; readonly reason: string | null }
);

async function startFor(
  unit: Unit,
  { found, repository }: Extract<Catalog, { kind: 'read' }>,
  { issue, isOpened }: { readonly issue: Issue; readonly isOpened: boolean },
  mayStartNow: boolean,
): Promise<Outcome> {
  const selection = selectionFor(issue, isOpened, found);
  const wasTold = (await loadIssueIndex(unit.documents(), issue.number)).notice !== undefined;
  const workflow = selection.kind === 'chosen' ? found.workflows.get(selection.workflow) : undefined;
  if (selection.kind !== 'chosen' || workflow === undefined) {
    const isSaid = selection.kind === 'undecided' && selection.isAsked;
    const reason = isSaid ? `${selection.reason}, so none was started: ${selection.remedy}` : null;
    return { kind: 'refused', reason, notice: renderNotice(selection, null, wasTold) };
  }
  if (!mayStartNow) return { kind: 'deferred', notice: null };
  const outcome = await startRun(unit, repository, found, {
    issue,
    workflow,
    event: 'issues',
    inputs: {},
    actor: actorOf(issue.author),
    ground: `opened or labelled #${issue.number}, ${selection.by === 'label' ? `and its label asks for ${workflow.key}` : `which ${workflow.file.path} asks for`}`,
    at: issue.updatedAt,
  });
  if (outcome.kind === 'refused') return { ...outcome, notice: null };
  return { kind: 'started', notice: renderNotice(selection, outcome.run, wasTold) };
}
