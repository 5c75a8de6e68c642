import type { Actor } from '../auth.ts';
import type { Repository } from '../data/repository.ts';
import { protectsWorkflows } from '../workflows/protect-workflows.ts';
import { moveRef, noOid } from '../git/refs.ts';
import type { ServerContext } from '../server-context.ts';
import { publishPush, type RefMove } from './publish-push.ts';
import { findPushViolations, violationText } from './ref-rules.ts';
import { reconcileLocked } from './reconcile.ts';

/** What came of moving a ref. `problem`: a rule of the branch forbids it, in GitHub's words. */
export type MoveOutcome =
  | { readonly kind: 'moved' | 'moved-meanwhile' | 'touches-workflows' }
  | { readonly kind: 'forbidden'; readonly problem: string };

/**
 * Moves a ref for an account by compare-and-swap, and lets follow what follows a push: events, workflows, pull requests. The
 * default token may not bring in changes of workflow files.
 */
export function moveRefFor(
  server: ServerContext,
  repository: Repository,
  move: RefMove,
  actor: Actor,
): Promise<MoveOutcome> {
  return server.exclusively(repository, async () => {
    if (move.after !== noOid && (await protectsWorkflows(repository.path, move.after, actor))) {
      return { kind: 'touches-workflows' };
    }
    const problems = await findPushViolations(repository, move, actor);
    if (problems.length > 0) return { kind: 'forbidden', problem: violationText(problems) };
    if (!(await moveRef(repository.path, move.ref, move.before, move.after)))
      return { kind: 'moved-meanwhile' };
    await reconcileLocked(server, repository, actor);
    await publishPush(server, repository, [move], actor);
    return { kind: 'moved' };
  });
}
