import { cursorCodec, rootCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import type { Issue } from '../../forge/port.ts';
import { actorOf } from '../authorise.ts';
import type { RepositoryConfig } from '../repository-config.ts';
import { loadIssueIndex } from '../run-documents.ts';
import type { Unit } from '../unit.ts';
import { ingestComment } from './comments.ts';
import { cursorAfter, sinceCursor } from './cursor.ts';
import { ingestDispatchAnswers } from './dispatch-answers.ts';
import type { Facts } from './facts.ts';
import { ingestReviews } from './reviews.ts';
import { readWatchers } from './watchers.ts';
import { startRun, workflowsFor } from './start.ts';

/** Where ingest starts runs from; null where this wake starts none. */
export interface Intake {
  readonly repository: string;
  readonly found: RepositoryConfig;
  /** How many runs a wake may start of issues it finds; the others wait for the next one. */
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
  const watchers = await readWatchers(unit.documents());
  for (const pull of facts.pulls) {
    for (const watch of watchers.get(pull.number) ?? []) {
      // Somebody else took note of a change since the facts were read: the next reading decides, not this older one.
      const then = facts.watchers
        .get(pull.number)
        ?.find(({ run, job }) => run === watch.run && job === watch.job);
      if (then?.head !== watch.head) continue;
      remarks.push(...(await ingestReviews(unit, watch, pull, facts)));
    }
  }
  for (const comment of fresh.comments) {
    const remark = await ingestComment(unit, comment);
    if (remark !== null) remarks.push(`comment ${comment.id} on #${comment.issue}: ${remark}`);
  }
  await ingestDispatchAnswers(unit, facts.dispatchAnswers);
  for (const issue of fresh.issues) if (issue.state === 'closed') await applyClosing(unit, issue, facts);
  const open = fresh.issues.filter((issue) => issue.state === 'open');
  const { deferred, refused } = await startRuns(unit, open, intake);
  if (fresh.comments.length > 0 || fresh.issues.length > deferred.length) {
    await unit.moveCursor(cursorAfter(facts, cursor, deferred));
  }
  return [...remarks, ...refused];
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

/** Starts what issues call for, as far as this wake may. Those it may not decide on are left to the next one. */
async function startRuns(
  unit: Unit,
  issues: readonly Issue[],
  intake: Intake | null,
): Promise<{ readonly deferred: readonly Issue[]; readonly refused: readonly string[] }> {
  const deferred: Issue[] = [];
  const refused: string[] = [];
  let started = 0;
  for (const issue of issues) {
    if (!(await isNew(unit, issue))) continue;
    if (intake === null) deferred.push(issue);
    else {
      const wanted = workflowsFor(issue, intake.found);
      const [workflow, other] = wanted;
      if (workflow === undefined) continue;
      if (other !== undefined) {
        const keys = wanted.map(({ key }) => key).join(', ');
        refused.push(`#${issue.number}: several workflows want it (${keys}), so none was started`);
      } else if (started >= intake.maxNewRuns) deferred.push(issue);
      else {
        const outcome = await startRun(unit, intake.repository, intake.found, {
          issue,
          workflow,
          event: 'issues',
          inputs: {},
          actor: actorOf(issue.author),
          ground: `opened or labelled #${issue.number}, which ${workflow.file.path} asks for`,
          at: issue.updatedAt,
        });
        if (outcome.kind === 'started') started += 1;
        else refused.push(`#${issue.number}: ${outcome.reason}`);
      }
    }
  }
  return { deferred, refused };
}

/** Whether an issue may start a run by itself: once, and only if it is younger than the branch; older ones are started by hand. */
async function isNew(unit: Unit, issue: Issue): Promise<boolean> {
  const root = await unit.documents().read(layout.root, rootCodec);
  if (root === undefined || issue.createdAt < root.since) return false;
  const { runs, escalation } = await loadIssueIndex(unit.documents(), issue.number);
  return runs.length === 0 && escalation === null;
}
