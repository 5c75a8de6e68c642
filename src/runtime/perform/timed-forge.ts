import { TreadleError } from '../../base/errors.ts';
import type { Forge } from '../../forge/port/forge.ts';

/** Code of the error that ends a performance whose claim ran out. */
export const CLAIM_ENDED = 'claim-ended';

/**
 * The forge as it is to be used under a claim: reads as ever, and nothing is sent from the moment the claim ends. Then its
 * methods throw `claim-ended`; another wake may be at it already, and finds by the markers what was sent before.
 */
export function forgeUntil(forge: Forge, hasEnded: () => boolean): Forge {
  const { files, issues, comments, pulls, workflows, assignees } = forge;
  const timed = async <T>(send: () => Promise<T>): Promise<T> => {
    if (hasEnded()) throw new TreadleError(CLAIM_ENDED, 'the claim on this effect ran out');
    return send();
  };
  return {
    ...forge,
    files: {
      ...files,
      createBranchWithFile: (branch) => timed(() => files.createBranchWithFile(branch)),
      deleteBranch: (branch) => timed(() => files.deleteBranch(branch)),
    },
    issues: {
      ...issues,
      create: (issue) => timed(() => issues.create(issue)),
      close: (number, reason) => timed(() => issues.close(number, reason)),
      reopen: (number) => timed(() => issues.reopen(number)),
      addLabels: (number, labels) => timed(() => issues.addLabels(number, labels)),
    },
    comments: {
      ...comments,
      create: (issue, body) => timed(() => comments.create(issue, body)),
      update: (id, body) => timed(() => comments.update(id, body)),
      remove: (id) => timed(() => comments.remove(id)),
    },
    pulls: {
      ...pulls,
      open: (pull) => timed(() => pulls.open(pull)),
      close: (number) => timed(() => pulls.close(number)),
      requestReviewers: (number, logins) => timed(() => pulls.requestReviewers(number, logins)),
      review: (number, review) => timed(() => pulls.review(number, review)),
      merge: (number, merge) => timed(() => pulls.merge(number, merge)),
    },
    workflows: {
      ...workflows,
      start: (wanted) => timed(() => workflows.start(wanted)),
      cancel: (run) => timed(() => workflows.cancel(run)),
    },
    assignees: {
      ...assignees,
      add: (issue, account) => timed(() => assignees.add(issue, account)),
      remove: (issue, account) => timed(() => assignees.remove(issue, account)),
    },
  };
}
