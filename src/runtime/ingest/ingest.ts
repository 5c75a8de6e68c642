import { cursorCodec, rootCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Issue } from '../../forge/port.ts';
import { actorOf } from '../authorise.ts';
import type { RepositoryConfig } from '../repository-config.ts';
import { loadIssueIndex } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import { ingestComment } from './comments.ts';
import { sinceCursor, type Facts } from './facts.ts';
import { ingestReviews } from './reviews.ts';
import { startRun, workflowsFor } from './start.ts';

/** Where ingest starts runs from; null where this wake starts none. */
export interface Intake {
  readonly repository: string;
  readonly found: RepositoryConfig;
  /** How many runs a wake may start of issues it finds. */
  readonly maxNewRuns: number;
}

/** Applies what is new among the facts, and moves the cursor in the same push. Returns what was not followed, for people. */
export async function ingestFacts(
  unit: Unit,
  facts: Facts,
  intake: Intake | null,
): Promise<readonly string[]> {
  const cursor = await unit.documents().read(layout.cursor, cursorCodec);
  if (cursor === undefined) return [];
  const fresh = sinceCursor(facts, cursor);
  const remarks: string[] = [];
  for (const pull of facts.pulls) remarks.push(...(await ingestReviews(unit, pull, facts)));
  for (const comment of fresh.comments) {
    const remark = await ingestComment(unit, comment);
    if (remark !== null) remarks.push(`comment ${comment.id} on #${comment.issue}: ${remark}`);
  }
  let started = 0;
  for (const issue of fresh.issues) {
    if (issue.state === 'closed') await applyClosing(unit, issue, facts);
    else if (intake !== null && started < intake.maxNewRuns) {
      const remark = await startFor(unit, issue, intake);
      if (remark === 'started') started += 1;
      else if (remark !== null) remarks.push(`#${issue.number}: ${remark}`);
    }
  }
  if (fresh.cursor !== null) await unit.moveCursor(fresh.cursor);
  return remarks;
}

/** A person closed the bead while its run was going on; our own closing is no news. */
async function applyClosing(unit: Unit, issue: Issue, facts: Facts): Promise<void> {
  const { active } = await loadIssueIndex(unit.documents(), issue.number);
  if (active === null || issue.closedBy === null || issue.closedBy.id === facts.viewer.id) return;
  await unit.apply({
    run: active,
    happening: { type: 'issue_closed' },
    actor: actorOf(issue.closedBy),
    ground: 'closed the bead, which the forge allows its author and members only',
    at: issue.updatedAt,
    cause: ['closed', issue.updatedAt],
  });
}

/** Starts the one workflow that an issue calls for, once; older issues are started by hand. */
async function startFor(unit: Unit, issue: Issue, intake: Intake): Promise<string | null> {
  const root = await unit.documents().read(layout.root, rootCodec);
  if (root === undefined || issue.createdAt < root.since) return null;
  const index = await loadIssueIndex(unit.documents(), issue.number);
  if (index.runs.length > 0 || index.escalation !== null) return null;
  const [workflow, other] = workflowsFor(issue, intake.found);
  if (workflow === undefined) return null;
  if (other !== undefined)
    return `several workflows want it (${workflow.key}, ${other.key}), so none was started`;
  const outcome = await startRun(unit, intake.repository, intake.found, {
    issue,
    workflow,
    event: 'issues',
    inputs: {},
    actor: actorOf(issue.author),
    ground: `opened or labelled #${issue.number}, which ${workflow.file.path} asks for`,
    at: issue.updatedAt,
  });
  return outcome.kind === 'started' ? 'started' : outcome.reason;
}
