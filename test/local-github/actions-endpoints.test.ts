import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWorld, type World } from './world.ts';

const workflow = 'name: CI\non: workflow_dispatch\njobs: {}\n';

describe('the endpoints of checks, Actions and webhooks, by Octokit, against GitHub’s description', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ 'README.md': '# site\n', '.github/workflows/ci.yml': workflow });
  });
  afterAll(() => world.dispose());

  it('statuses and checks', async () => {
    const { alice, at } = world;
    const sha = (await alice.git.getRef({ ...at, ref: 'heads/main' })).data.object.sha;
    await alice.repos.createCommitStatus({ ...at, sha, state: 'pending', context: 'ci' });
    expect((await alice.repos.getCombinedStatusForRef({ ...at, ref: 'main' })).data.state).toBe('pending');
    await alice.repos.createCommitStatus({
      ...at,
      sha,
      state: 'success',
      context: 'ci',
      target_url: 'https://example.com/',
    });
    const combined = await alice.repos.getCombinedStatusForRef({ ...at, ref: 'main' });
    expect(combined.data).toMatchObject({ state: 'success', total_count: 1 });
    expect(
      (await alice.repos.listCommitStatusesForRef({ ...at, ref: sha })).data.map(({ state }) => state),
    ).toEqual(['success', 'pending']);
    const run = await alice.checks.create({ ...at, name: 'lint', head_sha: sha, status: 'in_progress' });
    const check_run_id = run.data.id;
    await alice.checks.update({
      ...at,
      check_run_id,
      conclusion: 'failure',
      output: { title: 't', summary: 's' },
    });
    expect((await alice.checks.get({ ...at, check_run_id })).data).toMatchObject({ status: 'completed' });
    expect((await alice.checks.listForRef({ ...at, ref: 'main' })).data.check_runs).toHaveLength(1);
  });

  it('actions', async () => {
    const { alice, at, server } = world;
    const listed = await alice.actions.listRepoWorkflows(at);
    expect(listed.data.workflows).toMatchObject([{ name: 'CI', path: '.github/workflows/ci.yml' }]);
    expect((await alice.actions.getWorkflow({ ...at, workflow_id: 'ci.yml' })).data.id).toBe(
      listed.data.workflows[0]?.id,
    );
    const plain = await alice.actions.createWorkflowDispatch({ ...at, workflow_id: 'ci.yml', ref: 'main' });
    expect(plain.status).toBe(204);
    const told = await alice.actions.createWorkflowDispatch({
      ...at,
      workflow_id: 'ci.yml',
      ref: 'main',
      return_run_details: true,
    });
    const { workflow_run_id: run_id } = told.data as unknown as { readonly workflow_run_id: number };
    expect((await alice.actions.getWorkflowRun({ ...at, run_id })).data).toMatchObject({
      status: 'queued',
      run_number: 2,
    });
    await server.admin('POST', `/workflow-runs/${run_id}/complete`, {
      conclusion: 'success',
      artifacts: [{ name: 'report', files: { 'report.json': '{"outcome":"success"}' } }],
    });
    const runs = await alice.actions.listWorkflowRunsForRepo({
      ...at,
      status: 'completed',
      event: 'workflow_dispatch',
    });
    expect(runs.data.workflow_runs.map(({ id }) => id)).toEqual([run_id]);
    expect((await alice.actions.listWorkflowRuns({ ...at, workflow_id: 'ci.yml' })).data.total_count).toBe(2);
    const artifacts = await alice.actions.listWorkflowRunArtifacts({ ...at, run_id });
    expect(artifacts.data.artifacts.map(({ name }) => name)).toEqual(['report']);
    expect((await alice.actions.listArtifactsForRepo(at)).data.total_count).toBe(1);
    const artifact_id = artifacts.data.artifacts[0]?.id ?? 0;
    expect((await alice.actions.getArtifact({ ...at, artifact_id })).data.name).toBe('report');
    const queued = await alice.actions.listWorkflowRunsForRepo({ ...at, status: 'queued' });
    const cancel = { ...at, run_id: queued.data.workflow_runs[0]?.id ?? 0 };
    expect((await alice.actions.cancelWorkflowRun(cancel)).status).toBe(202);
    await expect(alice.actions.cancelWorkflowRun(cancel)).rejects.toMatchObject({ status: 409 });
    await alice.repos.createDispatchEvent({ ...at, event_type: 'wake', client_payload: { a: 1 } });
    await alice.actions.createRepoVariable({ ...at, name: 'TREADLE_PAUSED', value: 'no' });
    await alice.actions.updateRepoVariable({ ...at, name: 'TREADLE_PAUSED', value: 'yes' });
    expect((await alice.actions.getRepoVariable({ ...at, name: 'treadle_paused' })).data.value).toBe('yes');
    expect((await alice.actions.listRepoVariables(at)).data.total_count).toBe(1);
    await alice.actions.deleteRepoVariable({ ...at, name: 'TREADLE_PAUSED' });
  });

  it('webhooks', async () => {
    const { acme, at } = world;
    const config = { url: 'http://127.0.0.1:9/', content_type: 'json', secret: 's' };
    const hook = await acme.repos.createWebhook({ ...at, config, events: ['issues'], active: false });
    expect((await acme.repos.listWebhooks(at)).data[0]?.config.secret).toBe('********');
    const hook_id = hook.data.id;
    await acme.repos.updateWebhook({ ...at, hook_id, active: true });
    expect((await acme.repos.getWebhook({ ...at, hook_id })).data.active).toBe(true);
    await acme.repos.deleteWebhook({ ...at, hook_id });
    expect((await acme.repos.listWebhooks(at)).data).toEqual([]);
  });

  it('found nothing that GitHub would not answer so', () => {
    expect(world.server.violations()).toEqual([]);
    expect(world.server.operations().length).toBeGreaterThan(25);
  });
});
