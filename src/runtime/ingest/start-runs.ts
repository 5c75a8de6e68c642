import type { CursorDocument } from '../../codec/documents.ts';
import type { Issue } from '../../forge/port.ts';
import { actorOf } from '../authorise.ts';
import type { Unit } from '../unit.ts';
import { isOpenedSince } from './cursor.ts';
import type { Facts } from './facts.ts';
import { mayStart, type Catalog } from './intake.ts';
import { selectionFor, startRun } from './start.ts';

/**
 * Starts what issues call for, as far as this wake may: those that waited first. Those it may not decide on wait for a later one.
 */
export async function startRuns(
  unit: Unit,
  { waiting: waited, catalog }: Facts,
  fresh: readonly Issue[],
  cursor: CursorDocument,
): Promise<{ readonly waiting: readonly number[]; readonly remarks: readonly string[] }> {
  const remarks: string[] = catalog.kind === 'invalid' ? [`no run was started: ${catalog.problem}`] : [];
  const decided = new Set([...waited, ...fresh].map(({ number }) => number));
  const known = cursor.waiting ?? [];
  const waiting = new Set(known.filter((number) => !decided.has(number)));
  let started = 0;
  for (const issue of [...waited, ...fresh]) {
    if (issue.state !== 'open' || !(await mayStart(unit.documents(), issue))) continue;
    if (catalog.kind !== 'read') {
      waiting.add(issue.number);
      continue;
    }
    const isOpened = known.includes(issue.number) || isOpenedSince(cursor, issue);
    const outcome = await startFor(unit, catalog, { issue, isOpened }, started < catalog.maxNewRuns);
    if (outcome.kind === 'started') started += 1;
    else if (outcome.kind === 'deferred') waiting.add(issue.number);
    else if (outcome.reason !== null) remarks.push(`#${issue.number}: ${outcome.reason}`);
  }
  // Where another wake let an issue wait that this one did not read, it keeps its place.
  const order = [...known, ...fresh.map(({ number }) => number)];
  return { waiting: [...waiting].sort((a, b) => order.indexOf(a) - order.indexOf(b)), remarks };
}

type Outcome =
  | { readonly kind: 'started' }
  | { readonly kind: 'deferred' }
  | { readonly kind: 'refused'; readonly reason: string | null };

async function startFor(
  unit: Unit,
  { found, repository }: Extract<Catalog, { kind: 'read' }>,
  { issue, isOpened }: { readonly issue: Issue; readonly isOpened: boolean },
  mayStartNow: boolean,
): Promise<Outcome> {
  const selection = selectionFor(issue, isOpened, found);
  if (selection.kind === 'kept') return { kind: 'refused', reason: null };
  if (selection.kind === 'undecided') {
    const { isAsked, reason, remedy } = selection;
    return { kind: 'refused', reason: isAsked ? `${reason}, so none was started: ${remedy}` : null };
  }
  const workflow = found.workflows.get(selection.workflow);
  if (workflow === undefined) return { kind: 'refused', reason: null };
  if (!mayStartNow) return { kind: 'deferred' };
  const outcome = await startRun(unit, repository, found, {
    issue,
    workflow,
    event: 'issues',
    inputs: {},
    actor: actorOf(issue.author),
    ground: `opened or labelled #${issue.number}, ${selection.by === 'label' ? `and its label asks for ${workflow.key}` : `which ${workflow.file.path} asks for`}`,
    at: issue.updatedAt,
  });
  return outcome.kind === 'started' ? { kind: 'started' } : outcome;
}
