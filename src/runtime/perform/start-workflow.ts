import { TreadleError } from '../../base/errors.ts';
import type { Effect } from '../../engine/effect.ts';
import { addMinutes } from '../wake.ts';
import { done, type Performance, type Performed } from './performance.ts';
import { say } from './say.ts';

type StartWorkflow = Extract<Effect, { type: 'start_workflow' }>;

/** The account of GITHUB_TOKEN, whose pushes and merges start no workflows. */
const DEFAULT_TOKEN_LOGIN = 'github-actions[bot]';
/** More than clocks differ. */
const CLOCK_DIFFERENCE_MINUTES = 5;

/**
 * Starts a workflow on the base branch after a merge by the default token, which starts none; the merges of others start theirs by
 * themselves. Where it may have been started before, a run that covers the merge is looked for and adopted. What GitHub refuses is
 * said on the bead and stays undone: the fix is merged all the same.
 *
 * @see https://docs.github.com/en/actions/concepts/security/github_token
 */
export async function startWorkflow(performance: Performance, effect: StartWorkflow): Promise<Performed> {
  const { runtime, config, doubtful } = performance;
  const { forge } = runtime;
  const viewer = await forge.people.viewer();
  if (viewer.login !== DEFAULT_TOKEN_LOGIN) return done();
  if (doubtful && (await isCovered(performance, effect, viewer.id))) return done();
  const ref = config.settings.baseBranch;
  const outcome = await forge.workflows.start({ workflow: effect.workflow, ref, inputs: {} }).catch(
    // A token without the permission is refused as a workflow is that does not exist.
    (error: unknown) => {
      if (error instanceof TreadleError && error.code === 'forge-denied')
        return { kind: 'refused', problem: error.message } as const;
      throw error;
    },
  );
  if (outcome.kind === 'started') return done();
  const { commit, workflow } = effect;
  const problem = `the workflow ${workflow} could not be started on ${ref} after the merge ${commit.slice(0, 10)}: ${outcome.problem}`;
  runtime.observe({ type: 'problem', run: performance.state.run.id, message: problem });
  const remedy = `The fix is merged. Let ${workflow} on the default branch have \`workflow_dispatch\` without required inputs, and the token \`actions: write\`; start it by hand for this commit: gh workflow run ${workflow} --ref ${ref}`;
  return say(performance, `${problem.replace(/^the/, 'The')}. ${remedy}`);
}

/** Whether a run of the workflow, started by us, works on the merge or on what came after it. */
async function isCovered(
  { runtime, config, state }: Performance,
  { job, workflow, commit }: StartWorkflow,
  viewer: number,
): Promise<boolean> {
  const mergedAt = state.jobs[job]?.attempts.at(-1)?.endedAt ?? runtime.clock.now();
  const runs = await runtime.forge.workflows.dispatchedSince(addMinutes(mergedAt, -CLOCK_DIFFERENCE_MINUTES));
  return runs.some(
    (run) =>
      run.actor === viewer &&
      run.path === `.github/workflows/${workflow}` &&
      run.branch === config.settings.baseBranch &&
      (run.head === commit || run.createdAt >= mergedAt),
  );
}
