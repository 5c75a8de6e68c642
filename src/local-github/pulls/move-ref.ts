import type { Actor } from '../auth.ts';
import type { Repository } from '../data/repository.ts';
import { protectsWorkflows } from '../workflows/protect-workflows.ts';
import { moveRef, noOid } from '../git/refs.ts';
import type { ServerContext } from '../server-context.ts';
import { publishPush, type RefMove } from './publish-push.ts';
import { reconcileLocked } from './reconcile.ts';

/** What came of moving a ref. */
export type MoveOutcome = 'moved' | 'moved-meanwhile' | 'touches-workflows';

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
      return 'touches-workflows';
    }
    if (!(await moveRef(repository.path, move.ref, move.before, move.after))) return 'moved-meanwhile';
    await reconcileLocked(server, repository, actor);
    await publishPush(server, repository, [move], actor);
    return 'moved';
  });
}
