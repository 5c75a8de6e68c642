import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { starterFiles, WAKE_WORKFLOW_PATH } from '../../src/cli/init/starter-files.ts';
import { readTemplate } from '../../src/runtime/package-files.ts';
import { REVIEW_WORKFLOW_PATH } from '../../src/runtime/review-workflow.ts';
import { openHost, STATE_BRANCH, type Host, type World } from './world.ts';

const ASK = `name: Ask
on: { issues: { labels: [bug] } }
jobs:
  approve: { type: approval, runs-on: ceo, prompt: Shall we? }
  mend: { needs: approve, runs-on: backend-engineer, prompt: Mend it. }
`;

/** What init writes, for an Action of the repository itself. */
const STARTERS = new Map(
  starterFiles(
    {
      action: { kind: 'local', path: './' },
      stateBranch: STATE_BRANCH,
      ceos: ['ada'],
      agents: [],
      awaitedWorkflows: [],
    },
    readTemplate,
  ).map(({ path, text }) => [path, text]),
);
const REVIEW = STARTERS.get(REVIEW_WORKFLOW_PATH) ?? '';
const WAKE = STARTERS.get(WAKE_WORKFLOW_PATH) ?? '';

let host: Host;
let world: World;
beforeAll(async () => {
  host = await openHost();
});
afterAll(() => host.close());
beforeEach(async () => {
  world = await host.newWorld({
    workflows: { ask: ASK },
    files: { [REVIEW_WORKFLOW_PATH]: REVIEW, [WAKE_WORKFLOW_PATH]: WAKE },
  });
});

const wake = async (): Promise<readonly string[]> => (await (await world.runner()).wake()).remarks;
const reviewWorkflow = (ref: string): Promise<string> => world.git('show', `${ref}:${REVIEW_WORKFLOW_PATH}`);

/** Commits files to the state branch as a person does by git, whoever made what is there. */
async function commitByHand(files: Readonly<Record<string, string>>): Promise<void> {
  const tip = await world.git('rev-parse', '--verify', '--quiet', STATE_BRANCH).catch(() => null);
  const tree = (await world.rest('ada', 'POST', '/git/trees', {
    ...(tip === null ? {} : { base_tree: tip }),
    tree: Object.entries(files).map(([path, content]) => ({ path, mode: '100644', type: 'blob', content })),
  })) as { sha: string };
  const commit = (await world.rest('ada', 'POST', '/git/commits', {
    message: 'Prepare the branch',
    tree: tree.sha,
    parents: tip === null ? [] : [tip],
  })) as { sha: string };
  if (tip === null)
    await world.rest('ada', 'POST', '/git/refs', { ref: `refs/heads/${STATE_BRANCH}`, sha: commit.sha });
  else await world.rest('ada', 'PATCH', `/git/refs/heads/${STATE_BRANCH}`, { sha: commit.sha });
}

interface Runs {
  readonly workflow_runs: readonly { readonly id: number; readonly name: string; readonly event: string }[];
}

/** What a review, and everything that follows from it, started: newest first. */
async function runsOfReviews(): Promise<Runs['workflow_runs']> {
  const { workflow_runs: runs } = (await world.rest('ada', 'GET', '/actions/runs')) as Runs;
  return runs.filter(({ event }) => event === 'pull_request_review' || event === 'workflow_run');
}

async function runsStarted(): Promise<readonly string[]> {
  return (await runsOfReviews()).map(({ name, event }) => `${name} on ${event}`).reverse();
}

async function decisionPull(): Promise<number> {
  const [pull] = (await world.rest('ada', 'GET', '/pulls')) as { readonly number: number }[];
  return pull?.number ?? 0;
}

describe('a state branch that init prepared', () => {
  test('is built on: the first own commit follows, and the file survives', async () => {
    await commitByHand({ [REVIEW_WORKFLOW_PATH]: REVIEW });
    const prepared = await world.git('rev-parse', STATE_BRANCH);
    await world.fileBead();
    expect(await wake()).toEqual([]);
    const [first, second] = (await world.git('rev-list', '--reverse', STATE_BRANCH)).split('\n');
    expect(first).toBe(prepared);
    expect(await world.git('log', '-1', '--format=%s', second ?? '')).toBe(
      `Start the state of ${world.repository}`,
    );
    expect(await reviewWorkflow(STATE_BRANCH)).toBe(REVIEW.trim());
    expect(await decisionPull(), 'what was filed before the first wake counts, in that wake').toBeGreaterThan(
      0,
    );
  });

  test('wakes Treadle at the review of a decision: review, treadle-review.yml of its merge ref, workflow_run', async () => {
    await commitByHand({ [REVIEW_WORKFLOW_PATH]: REVIEW });
    await wake();
    await world.fileBead();
    await wake();
    const pull = await decisionPull();
    await world.review('ada', pull, 'approve');
    expect(await runsStarted()).toEqual(['Treadle review on pull_request_review']);
    expect(await reviewWorkflow(`refs/pull/${pull}/merge`)).toBe(REVIEW.trim());
    const [review] = await runsOfReviews();
    await host.completeRun(review?.id ?? 0);
    expect(await runsStarted()).toEqual(['Treadle review on pull_request_review', 'Treadle on workflow_run']);
    await wake();
    expect(await reviewWorkflow(STATE_BRANCH)).toBe(REVIEW.trim());
  });

  test('wakes Treadle when a draft is made ready: treadle-review.yml of its merge ref, workflow_run', async () => {
    const pull = await world.openPull('blake', 'fix', { 'src/new.txt': 'new\n' });
    const { node_id: id } = (await world.rest('blake', 'GET', `/pulls/${pull}`)) as { node_id: string };
    const mutate = (name: string): Promise<unknown> =>
      world.graphql(
        'blake',
        `mutation($id: ID!) { ${name}(input: { pullRequestId: $id }) { clientMutationId } }`,
        { id },
      );
    await mutate('convertPullRequestToDraft');
    const runs = async (): Promise<Runs['workflow_runs']> =>
      ((await world.rest('ada', 'GET', '/actions/runs')) as Runs).workflow_runs;
    expect(await runs()).toEqual([]);
    await mutate('markPullRequestReadyForReview');
    const [review] = await runs();
    expect(review).toMatchObject({ name: 'Treadle review', event: 'pull_request' });
    await host.completeRun(review?.id ?? 0);
    expect((await runs()).map(({ name, event }) => `${name} on ${event}`)).toEqual([
      'Treadle on workflow_run',
      'Treadle review on pull_request',
    ]);
  });

  test('without the review workflow, a review wakes nothing', async () => {
    await world.fileBead();
    await wake();
    await world.review('ada', await decisionPull(), 'approve');
    expect(await runsStarted()).toEqual([]);
  });

  test('that got the file later keeps it, and says so once', async () => {
    await world.fileBead();
    await wake();
    await commitByHand({ [REVIEW_WORKFLOW_PATH]: REVIEW });
    expect((await wake()).join()).toMatch(/Only workflow files changed; they stay/);
    expect(await wake()).toEqual([]);
    expect(await reviewWorkflow(STATE_BRANCH)).toBe(REVIEW.trim());
  });

  test('keeps it when everything else of a foreign commit is undone', async () => {
    await world.fileBead();
    await wake();
    await commitByHand({ [REVIEW_WORKFLOW_PATH]: REVIEW, 'treadle.json': '{}\n', 'note.md': 'Hello.\n' });
    expect((await wake()).join()).toMatch(/Nothing in it counts/);
    expect(await reviewWorkflow(STATE_BRANCH)).toBe(REVIEW.trim());
    expect(await world.git('ls-tree', '--name-only', STATE_BRANCH)).not.toContain('note.md');
  });

  test('is refused where it holds anything else', async () => {
    await commitByHand({ [REVIEW_WORKFLOW_PATH]: REVIEW, 'README.md': '# Mine\n' });
    await expect(wake()).rejects.toMatchObject({ code: 'state-foreign' });
  });
});
