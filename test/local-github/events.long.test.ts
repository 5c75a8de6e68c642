import { createHmac } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { git } from './test-server.ts';
import { openReceiver, type Receiver } from './receiver.ts';
import { firstFiles, openWorld, type World } from './world.ts';

const folder = '.github/workflows';
const files = {
  ...firstFiles,
  [`${folder}/wake.yml`]:
    'name: Wake\non: { issues: { types: [opened] }, issue_comment: {}, repository_dispatch: { types: [wake] } }\njobs: {}\n',
  [`${folder}/agent.yml`]:
    'name: Agent\nrun-name: "agent ${{ inputs.nonce }}"\non:\n  workflow_dispatch:\n    inputs: { nonce: { required: true }, mode: { default: fast } }\npermissions: {}\njobs: {}\n',
  [`${folder}/push.yml`]: 'name: Push\non: { push: { branches: ["main", "release/**"] } }\njobs: {}\n',
  [`${folder}/chain.yml`]:
    'name: Chain\non: { workflow_run: { workflows: [Agent, Chain], types: [completed] } }\njobs: {}\n',
  [`${folder}/pull.yml`]: 'name: Pull\non: pull_request\njobs: {}\n',
  [`${folder}/broken.yml`]: 'on: [issues\n',
};

describe('events', () => {
  let world: World;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await openReceiver();
    world = await openWorld(files);
    await world.acme.repos.createWebhook({
      ...world.at,
      config: { url: receiver.url, content_type: 'json', secret: 'hush' },
      events: ['*'],
    });
  });
  beforeEach(async () => {
    await world.server.settled();
    receiver.clear();
  });
  afterAll(async () => {
    expect(world.server.violations()).toEqual([]);
    await world.dispose();
    await receiver.close();
  });

  const started = async (): Promise<readonly string[]> => {
    await world.server.settled();
    return receiver.deliveries
      .filter(({ event, payload }) => event === 'workflow_run' && payload['action'] === 'requested')
      .map(({ payload }) => (payload['workflow_run'] as { readonly name: string }).name);
  };

  it('signs what it delivers', async () => {
    await world.alice.issues.create({ ...world.at, title: 'Signed', labels: ['bug'] });
    await world.server.settled();
    const [delivery] = receiver.deliveries;
    const signature = createHmac('sha256', 'hush')
      .update(delivery?.body ?? '')
      .digest('hex');
    expect(delivery?.headers).toMatchObject({
      'x-github-event': 'issues',
      'x-hub-signature-256': `sha256=${signature}`,
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    });
    expect(delivery?.payload).toMatchObject({
      action: 'opened',
      issue: { title: 'Signed', user: { login: 'alice' } },
      repository: { full_name: 'acme/site' },
      sender: { login: 'alice' },
    });
    expect(receiver.names()).toContain('issues.labeled');
  });

  it('tells of everything that happens to issues and pull requests', async () => {
    const { alice, bob, at } = world;
    const issue_number = (await alice.issues.create({ ...at, title: 'Story' })).data.number;
    const comment = await bob.issues.createComment({ ...at, issue_number, body: 'b' });
    await bob.issues.updateComment({ ...at, comment_id: comment.data.id, body: 'c' });
    await bob.issues.deleteComment({ ...at, comment_id: comment.data.id });
    await alice.issues.update({ ...at, issue_number, title: 'Tale', assignees: ['bob'] });
    await alice.issues.update({ ...at, issue_number, state: 'closed' });
    await alice.issues.update({ ...at, issue_number, state: 'open' });
    const pull_number = await world.openPull('story', { 'story.txt': '1\n' }, `Fixes #${issue_number}`);
    await world.pushBranch('story', { 'story.txt': '2\n' }, { from: 'origin/story' });
    const review = await bob.pulls.createReview({ ...at, pull_number, event: 'APPROVE' });
    await alice.pulls.dismissReview({ ...at, pull_number, review_id: review.data.id, message: 'm' });
    await bob.pulls.merge({ ...at, pull_number });
    await world.server.settled();
    const names = receiver.names().filter((name) => !name.startsWith('workflow_run'));
    expect(names.toSorted()).toEqual(
      [
        'issues.opened',
        'issue_comment.created',
        'issue_comment.edited',
        'issue_comment.deleted',
        'issues.edited',
        'issues.assigned',
        'issues.closed',
        'issues.reopened',
        'push',
        'pull_request.opened',
        'pull_request.synchronize',
        'push',
        'pull_request_review.submitted',
        'pull_request_review.dismissed',
        'pull_request.closed',
        'issues.closed',
        'push',
      ].toSorted(),
    );
    const push = receiver.deliveries.findLast(({ event }) => event === 'push');
    expect(push?.payload).toMatchObject({ ref: 'refs/heads/main', pusher: { name: 'bob' }, forced: false });
  });

  it('starts the workflows of the default branch for issues and comments', async () => {
    const { alice, at } = world;
    await world.pushBranch('elsewhere', { [`${folder}/wake.yml`]: 'name: Other\non: issues\njobs: {}\n' });
    await world.server.settled();
    receiver.clear();
    const issue = await alice.issues.create({ ...at, title: 'Wakes' });
    expect(await started()).toEqual(['Wake']);
    await alice.issues.update({ ...at, issue_number: issue.data.number, title: 'Is not asked for' });
    expect(await started()).toEqual(['Wake']);
    const runs = await alice.actions.listWorkflowRuns({ ...at, workflow_id: 'wake.yml', event: 'issues' });
    expect(runs.data.workflow_runs[0]).toMatchObject({
      display_title: 'Wakes',
      status: 'queued',
      head_branch: 'main',
      run_attempt: 1,
      actor: { login: 'alice' },
    });
  });

  it('runs a pull request’s and a review’s file as the merge with the base has it', async () => {
    const { alice, bob, at } = world;
    const review = 'name: Review\non: pull_request_review\njobs: {}\n';
    const pull_number = await world.openPull('with-workflow', { [`${folder}/review.yml`]: review });
    expect(await started()).toEqual(['Pull']);
    const pull = await alice.pulls.get({ ...at, pull_number });
    receiver.clear();
    await bob.pulls.createReview({ ...at, pull_number, event: 'APPROVE' });
    expect(await started()).toEqual(['Review']);
    const runs = await alice.actions.listWorkflowRunsForRepo({ ...at, event: 'pull_request_review' });
    expect(runs.data.workflow_runs[0]).toMatchObject({
      head_sha: pull.data.head.sha,
      head_branch: 'with-workflow',
      pull_requests: [{ number: pull_number }],
    });
  });

  it('runs nothing for a pull request that conflicts', async () => {
    const { bob, at } = world;
    const one = await world.openPull('clash-1', { 'src/b.txt': 'bee one\n' });
    await world.pushBranch('clash-2', { 'src/b.txt': 'bee two\n' });
    await bob.pulls.merge({ ...at, pull_number: one });
    await world.server.settled();
    receiver.clear();
    await bob.pulls.create({ ...at, title: 'Clash', head: 'clash-2', base: 'main' });
    expect(await started()).toEqual([]);
  });

  it.each([
    { branch: 'release/1/2', runs: ['Push'] },
    { branch: 'topic', runs: [] },
  ])('a push to $branch starts $runs', async ({ branch, runs }) => {
    await world.pushBranch(branch, { 'pushed.txt': `${branch}\n` });
    expect(await started()).toEqual(runs);
  });

  it('dispatches a workflow with its inputs and tells the run', async () => {
    const { alice, at, server } = world;
    const dispatch = { ...at, workflow_id: 'agent.yml', ref: 'main', return_run_details: true };
    const told = await alice.actions.createWorkflowDispatch({ ...dispatch, inputs: { nonce: 'n1' } });
    const { workflow_run_id: run_id } = told.data as unknown as { readonly workflow_run_id: number };
    const run = await alice.actions.getWorkflowRun({ ...at, run_id });
    expect(run.data).toMatchObject({ display_title: 'agent n1', event: 'workflow_dispatch' });
    const detail = await server.admin('GET', `/workflow-runs/${run_id}`);
    expect(detail['inputs']).toEqual({ nonce: 'n1', mode: 'fast' });
    await server.admin('POST', `/workflow-runs/${run_id}/complete`, { conclusion: 'failure' });
    await expect(server.admin('POST', `/workflow-runs/${run_id}/complete`, {})).rejects.toThrow('409');
    expect(await started()).toEqual(['Agent', 'Chain']);
  });

  it.each([
    { named: 'an input is missing', inputs: {}, ref: 'main', workflow_id: 'agent.yml', status: 422 },
    {
      named: 'an input is unknown',
      inputs: { nonce: 'n', x: 'y' },
      ref: 'main',
      workflow_id: 'agent.yml',
      status: 422,
    },
    {
      named: 'the ref is unknown',
      inputs: { nonce: 'n' },
      ref: 'nope',
      workflow_id: 'agent.yml',
      status: 422,
    },
    { named: 'it has no such trigger', inputs: {}, ref: 'main', workflow_id: 'push.yml', status: 422 },
    { named: 'it is unknown', inputs: {}, ref: 'main', workflow_id: 'none.yml', status: 404 },
  ])('refuses a dispatch when $named', async ({ inputs, ref, workflow_id, status }) => {
    const dispatching = world.alice.actions.createWorkflowDispatch({ ...world.at, workflow_id, ref, inputs });
    await expect(dispatching).rejects.toMatchObject({ status });
  });

  it('lets workflow_run chains end after three', async () => {
    const { alice, at, server } = world;
    const dispatch = { ...at, workflow_id: 'agent.yml', ref: 'main', inputs: { nonce: 'c' } };
    await alice.actions.createWorkflowDispatch(dispatch);
    const newest = async (): Promise<number> => {
      const runs = await alice.actions.listWorkflowRunsForRepo({ ...at, per_page: 1 });
      return runs.data.workflow_runs[0]?.id ?? 0;
    };
    for (let last = 0, next = await newest(); next > last; last = next, next = await newest()) {
      await server.admin('POST', `/workflow-runs/${next}/complete`, { conclusion: 'success' });
    }
    expect(await started()).toEqual(['Agent', 'Chain', 'Chain', 'Chain']);
  });

  it('the default token’s events start nothing, but dispatches do', async () => {
    const { workflow, at } = world;
    const issue = await workflow.issues.create({ ...at, title: 'By a workflow' });
    expect(issue.data.user).toMatchObject({ login: 'github-actions[bot]', type: 'Bot' });
    await workflow.issues.createComment({ ...at, issue_number: issue.data.number, body: 'b' });
    const main = (await workflow.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    await workflow.git.createRef({ ...at, ref: 'refs/heads/release/0', sha: main });
    expect(await started()).toEqual([]);
    expect(receiver.names()).toContain('issues.opened');
    await workflow.repos.createDispatchEvent({ ...at, event_type: 'sleep' });
    expect(await started()).toEqual([]);
    await workflow.repos.createDispatchEvent({ ...at, event_type: 'wake' });
    expect(await started()).toEqual(['Wake']);
    await workflow.actions.createWorkflowDispatch({
      ...at,
      workflow_id: 'agent.yml',
      ref: 'main',
      inputs: { nonce: 'd' },
    });
    expect(await started()).toEqual(['Wake', 'Agent']);
  });

  it('the default token may not write workflow files, by no way', async () => {
    const { workflow, at, tokens, server } = world;
    const content = Buffer.from('on: push\n').toString('base64');
    const path = `${folder}/sneaky.yml`;
    const file = { ...at, path, message: 'm', content };
    await expect(workflow.repos.createOrUpdateFileContents(file)).rejects.toMatchObject({ status: 403 });
    const main = (await workflow.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    const tree = await workflow.git.createTree({
      ...at,
      base_tree: main,
      tree: [{ path, mode: '100644', type: 'blob', content: 'on: push\n' }],
    });
    const commit = await workflow.git.createCommit({
      ...at,
      message: 'm',
      tree: tree.data.sha,
      parents: [main],
    });
    const making = workflow.git.createRef({ ...at, ref: 'refs/heads/sneaky', sha: commit.data.sha });
    await expect(making).rejects.toMatchObject({ status: 403 });
    const pushing = world.pushBranch('sneaky', { [path]: 'on: push\n' }, { token: tokens.default });
    await expect(pushing).rejects.toThrow(/refusing to allow a GitHub App/);
    await expect(git(server.bare('acme/site'), 'rev-parse', 'sneaky')).rejects.toThrow();
    await world.pushBranch('harmless', { 'ok.txt': 'ok\n' }, { token: tokens.default });
  });
});
