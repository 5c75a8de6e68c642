import picomatch from 'picomatch';

import type { Effect } from '../../engine/effect.ts';
import { TREADLE, type MergeRefused } from '../../engine/event.ts';
import type { GivenApproval } from '../../engine/given.ts';
import { approvalsBehind } from '../../engine/hand-over.ts';
import type { IssueText } from '../../forge/port/issues.ts';
import type { Pull } from '../../forge/port/pulls.ts';
import { readLiveRoles } from '../live-roles.ts';
import type { AddressedHappening, Happening } from '../wake.ts';
import { findEdits, restsOnBead } from './bead-edits.ts';
import { dropped, type Performance, type Performed } from './performance.ts';
import {
  describeBroken,
  findBrokenApproval,
  readWords,
  voidingOf,
  type BrokenApproval,
  type Evidence,
} from './recheck-approvals.ts';

type MergePull = Extract<Effect, { type: 'merge_pull' }>;

/** Merges under the lease: approvals are checked again, then exactly the expected head is merged, or it is said why not. */
export async function mergePull(performance: Performance, effect: MergePull): Promise<Performed> {
  const { runtime, config, state } = performance;
  const { lease } = state.queue;
  if (lease?.fence !== effect.fence || lease.run !== state.run.id)
    return dropped('the lease is no longer held');
  const seen = await lookBeforeMerge(performance, effect);
  const { pull } = seen;
  if (pull === undefined)
    return refuse(performance, effect, 'closed', `There is no pull request #${effect.pull}.`);
  if (pull.merged && pull.mergeCommit !== null) {
    if (await runtime.forge.files.contains(config.settings.baseBranch, pull.mergeCommit))
      return merged(performance, effect, pull.mergeCommit);
    const detail = `#${effect.pull} was merged as ${pull.mergeCommit.slice(0, 10)}, which ${config.settings.baseBranch} does not contain: the branch was moved since.`;
    return refuse(performance, effect, 'closed', detail);
  }
  if (state.jobs[effect.job]?.merge?.byPerson === true)
    return refuse(performance, effect, 'closed', `#${effect.pull} was closed without a merge by a person.`);
  const expected = effect.head;
  if (expected === null) {
    const detail = `It is not known which head of #${effect.pull} the engineering manager was shown, so none is merged.`;
    return refuse(performance, effect, 'head-moved', detail);
  }
  const obstacle = await findObstacle(performance, { ...seen, pull }, expected);
  if (obstacle !== null) return refuse(performance, effect, obstacle.cause, obstacle.detail, obstacle.broken);
  const edits = seen.bead === undefined ? [] : findEdits(state, seen.bead, runtime.clock.now());
  if (edits.length > 0) return happened(edits);
  if (runtime.clock.now() >= lease.until) return dropped('the lease ran out before the merge was sent');
  if (state.jobs[effect.job]?.merge?.mergeQueue === true) return enqueue(performance, effect, pull, expected);
  const outcome = await runtime.forge.pulls.merge(effect.pull, {
    head: expected,
    title: `Merge #${effect.pull} for #${state.run.issue}`,
    message: [`${pull.title}\n`, `Run ${state.run.id}.\n`, ...trailersFor(performance, effect)]
      .join('\n')
      .trimEnd(),
  });
  if (outcome.kind === 'merged') return merged(performance, effect, outcome.commit);
  const { cause } = outcome;
  if (cause === 'merge-queue') return enqueue(performance, effect, pull, expected);
  const detail = cause === 'conflict' ? await describeConflict(performance, pull) : outcome.problem;
  return refuse(performance, effect, cause, detail);
}

/** Where the base branch takes changes through the forge's merge queue only, the lease covers putting the pull request there. */
async function enqueue(
  performance: Performance,
  effect: MergePull,
  pull: Pull,
  expected: string,
): Promise<Performed> {
  const outcome = await performance.runtime.forge.pulls.enqueue(effect.pull, expected);
  if (outcome.kind === 'refused') {
    const cause = outcome.cause === 'merge-queue' ? 'not-permitted' : outcome.cause;
    const detail = cause === 'conflict' ? await describeConflict(performance, pull) : outcome.problem;
    return refuse(performance, effect, cause, detail);
  }
  const { job, attempt, fence } = effect;
  const happening: Happening = {
    type: 'pull_request_enqueued',
    job,
    attempt,
    pull: effect.pull,
    enqueuedAt: outcome.at,
  };
  return happened([addressed(performance, happening, [fence, outcome.at])]);
}

/** What a merge rests on, as the forge has it at the moment of use. */
interface Seen<Found extends Pull | undefined = Pull> {
  readonly pull: Found;
  readonly approvals: readonly GivenApproval[];
  /** What these are made of. */
  readonly evidence: Evidence;
  /** What the bead asks for, where an approval of text rests on it. */
  readonly bead: IssueText | undefined;
  /** What the pull request changes; asked for unless it was approved itself, or nothing is protected. */
  readonly paths: Promise<readonly string[]>;
}

/** Asks for all of it at once, so that it is one query. */
async function lookBeforeMerge(performance: Performance, effect: MergePull): Promise<Seen<Pull | undefined>> {
  const { forge } = performance.runtime;
  const { pulls } = forge;
  const { documents, state } = performance;
  const approvals = approvalsBehind(state);
  const isOnBead = await restsOnBead(documents, state, approvals);
  const isApproved = approvals.some(
    ({ kind, pull, review }) => kind === 'code' && pull === effect.pull && review !== null,
  );
  const isGuarded = performance.config.settings.protectedPaths.length > 0 && !isApproved;
  const paths = isGuarded ? pulls.changedPaths(effect.pull) : Promise.resolve([]);
  // Why they cannot be listed is told where it matters.
  paths.catch(() => undefined);
  const asked = approvals.flatMap(({ pull }) => pull ?? []);
  const [found, words, live, bead] = await Promise.all([
    pulls.reviewed([effect.pull, ...asked]),
    readWords(forge, approvals),
    approvals.length > 0 ? readLiveRoles(performance.runtime) : null,
    isOnBead ? forge.issues.text(state.run.issue) : undefined,
  ]);
  const reviewed = new Map(found.map((pull) => [pull.number, pull]));
  return { pull: reviewed.get(effect.pull), approvals, evidence: { reviewed, words, live }, bead, paths };
}

const MOST_PATHS = 20;

/** Whoever made what is merged keeps their name on it, also where the commits are not looked at one by one. */
function trailersFor({ state }: Performance, { job }: MergePull): readonly string[] {
  return (state.jobs[job]?.merge?.authors ?? []).map((author) => `Co-authored-by: ${author}`);
}

/**
 * For the one who reworks it. The forge does not say which files conflict: they are among those that were changed on both sides
 * since these parted.
 */
async function describeConflict({ runtime, config }: Performance, { number, head }: Pull): Promise<string> {
  const { baseBranch } = config.settings;
  const [ours, theirs] = await Promise.all([
    runtime.forge.files.changedBetween(head.oid, baseBranch),
    runtime.forge.files.changedBetween(baseBranch, head.oid),
  ]);
  const both = theirs.filter((path) => ours.includes(path));
  const paths = both.length > 0 ? both : theirs;
  const shown = paths.slice(0, MOST_PATHS).join(', ');
  const more = paths.length > MOST_PATHS ? ` and ${paths.length - MOST_PATHS} more` : '';
  return `#${number} conflicts with ${baseBranch} in ${shown}${more}: changed on both sides. Begin from ${baseBranch} as it is now, and keep what was merged there.`;
}

interface Obstacle {
  readonly cause: MergeRefused['cause'];
  readonly detail: string;
  /** The approval that no longer counts, where that is it. */
  readonly broken?: BrokenApproval;
}

async function findObstacle(
  performance: Performance,
  { pull, approvals, evidence, paths }: Seen,
  expected: string,
): Promise<Obstacle | null> {
  const { config } = performance;
  const { number } = pull;
  if (pull.state === 'closed') return { cause: 'closed', detail: `#${number} was closed without a merge.` };
  if (pull.base !== config.settings.baseBranch) {
    return {
      cause: 'not-permitted',
      detail: `#${number} is to be merged into ${pull.base}, not ${config.settings.baseBranch}.`,
    };
  }
  if (pull.head.oid !== expected) {
    const detail = `#${number} was ${expected.slice(0, 10)} when it was reviewed and is ${pull.head.oid.slice(0, 10)} now.`;
    return { cause: 'head-moved', detail };
  }
  const broken = findBrokenApproval(config, approvals, evidence);
  if (broken !== null) {
    return { cause: 'approval-void', detail: describeBroken(broken), broken };
  }
  const guarded = (await paths).filter((path) =>
    picomatch.isMatch(path, [...config.settings.protectedPaths], { dot: true }),
  );
  if (guarded.length > 0) {
    const detail = `#${number} changes ${guarded.slice(0, 5).join(', ')}, which always needs an approval of the pull request itself.`;
    return { cause: 'protected-path', detail };
  }
  return null;
}

function merged(performance: Performance, effect: MergePull, commit: string): Performed {
  const { job, attempt, pull } = effect;
  const happening: Happening = { type: 'pull_request_merged', job, attempt, pull, commit };
  return happened([addressed(performance, happening, [job, attempt, pull])]);
}

/**
 * A void approval is asked for again, by whichever run has its job: where that called this one, this one ends with it. Where it
 * cannot be asked for any more, the merge was refused like for any other reason.
 */
function refuse(
  performance: Performance,
  effect: MergePull,
  cause: MergeRefused['cause'],
  detail: string,
  broken?: BrokenApproval,
): Performed {
  const { job, attempt, pull, fence } = effect;
  const refusal: Happening = { type: 'merge_refused', job, attempt, pull, cause, detail };
  const facts = [addressed(performance, refusal, [fence, cause])];
  if (broken === undefined) return happened(facts);
  const { run, happening } = voidingOf(broken);
  const { asked } = broken.approval;
  const voiding = addressed(performance, happening, [fence, asked.run, asked.job]);
  return happened([{ ...voiding, run }, ...facts]);
}

function happened(facts: readonly AddressedHappening[]): Performed {
  return { result: { kind: 'done', remote: {} }, facts };
}

function addressed(
  { state, runtime }: Performance,
  happening: Happening,
  cause: readonly unknown[],
): AddressedHappening {
  const ground = 'holds the commit lease';
  return { run: state.run.id, happening, actor: TREADLE, ground, at: runtime.clock.now(), cause };
}
