import type { MergeOutcome } from '../pulls/merge-pull.ts';
import { mergeMethods, mergePull } from '../pulls/merge-pull.ts';
import { personOf, webFlow } from '../pulls/people.ts';
import { publishPush } from '../pulls/publish-push.ts';
import { findPushViolations, violationText } from '../pulls/ref-rules.ts';
import { reconcileLocked } from '../pulls/reconcile.ts';
import { type Answer, created, noContent, ok } from '../http/answer.ts';
import { ApiFailure, notFound } from '../http/api-failure.ts';
import type { RepositoryCall, RepositoryEndpoints, SignedIn } from '../http/endpoint.ts';
import { oneOf, optionalText, requiredText } from '../http/fields.ts';
import { readCommit, writeCommit } from '../git/commits.ts';
import { mergeTrees } from '../git/merge.ts';
import { branchTip, isAncestor, moveRef, resolveCommit } from '../git/refs.ts';
import { renderCommit } from '../render/commit.ts';
import type { ServerContext } from '../server-context.ts';
import { findPull } from './find-issue.ts';

/** Merging a pull request, asking whether it was merged, and merging branches. */
export function addMergeEndpoints(api: RepositoryEndpoints, server: ServerContext): void {
  api.read('/pulls/:number{[0-9]+}/merge', (call) => {
    if (findPull(call).pull.mergedAt === null) throw notFound();
    return noContent;
  });
  api.add('put', '/pulls/:number{[0-9]+}/merge', 'write', async (call) => {
    const issue = findPull(call);
    const request = {
      method: oneOf(call.fields, 'merge_method', mergeMethods, 'PullRequest') ?? 'merge',
      sha: optionalText(call.fields, 'sha'),
      title: optionalText(call.fields, 'commit_title'),
      message: optionalText(call.fields, 'commit_message'),
    };
    return answerMerge(await mergePull(server, call.repository, issue.number, request, call.actor));
  });
  api.add('post', '/merges', 'write', (call) => mergeBranches(server, call));
}

function answerMerge(outcome: MergeOutcome): Answer {
  switch (outcome.kind) {
    case 'merged':
      return ok({ sha: outcome.sha, merged: true, message: 'Pull Request successfully merged' });
    case 'head-moved':
      throw new ApiFailure(409, 'Head branch was modified. Review and try the merge again.');
    case 'base-moved':
      throw new ApiFailure(405, 'Base branch was modified. Review and try the merge again.');
    case 'rule':
      throw new ApiFailure(405, outcome.problem);
    case 'conflict':
    case 'not-mergeable':
      throw new ApiFailure(405, 'Pull Request is not mergeable');
  }
}

async function mergeBranches(server: ServerContext, call: RepositoryCall & SignedIn): Promise<Answer> {
  const { repository, actor, fields } = call;
  const base = requiredText(fields, 'base', 'Merge');
  const head = requiredText(fields, 'head', 'Merge');
  const { path } = repository;
  return server.exclusively(repository, async () => {
    const [ours, theirs] = await Promise.all([branchTip(path, base), resolveCommit(path, head)]);
    if (ours === null) throw new ApiFailure(404, 'Base does not exist');
    if (theirs === null) throw new ApiFailure(404, 'Head does not exist');
    if (await isAncestor(path, theirs, ours)) return noContent;
    const merged = await mergeTrees(path, ours, theirs);
    if (merged.kind === 'conflict') throw new ApiFailure(409, 'Merge conflict');
    const now = server.now();
    const sha = await writeCommit(path, {
      tree: merged.tree,
      parents: [ours, theirs],
      message: optionalText(fields, 'commit_message') ?? `Merge ${head} into ${base}`,
      author: personOf(actor.user, now),
      committer: webFlow(now),
    });
    const ref = `refs/heads/${base}`;
    const problems = await findPushViolations(repository, { ref, before: ours, after: sha }, actor);
    if (problems.length > 0) throw new ApiFailure(409, violationText(problems));
    if (!(await moveRef(path, ref, ours, sha))) throw new ApiFailure(409, 'Base branch was modified.');
    await publishPush(server, repository, [{ ref, before: ours, after: sha }], actor);
    await reconcileLocked(server, repository, actor);
    const commit = await readCommit(path, sha);
    return commit === null ? noContent : created(renderCommit(server, repository, commit));
  });
}
