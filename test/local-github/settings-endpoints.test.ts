import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWorld, type World } from './world.ts';

const CI = 'name: CI\non: [issues, workflow_dispatch]\njobs: {}\n';

describe('the endpoints of settings, by Octokit, against GitHub’s description', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ '.github/workflows/ci.yml': CI });
  });
  afterAll(() => world.dispose());

  it('what Actions may do', async () => {
    const { acme, at } = world;
    const token = acme.actions.getGithubActionsDefaultWorkflowPermissionsRepository;
    expect((await token(at)).data).toEqual({
      default_workflow_permissions: 'read',
      can_approve_pull_request_reviews: false,
    });
    await acme.actions.setGithubActionsDefaultWorkflowPermissionsRepository({
      ...at,
      can_approve_pull_request_reviews: true,
    });
    expect((await token(at)).data).toMatchObject({ can_approve_pull_request_reviews: true });
    await acme.actions.setGithubActionsPermissionsRepository({
      ...at,
      enabled: true,
      allowed_actions: 'selected',
    });
    const { data } = await acme.actions.getGithubActionsPermissionsRepository(at);
    expect(data).toMatchObject({ enabled: true, allowed_actions: 'selected', sha_pinning_required: false });
  });

  it('rules of branches', async () => {
    const { acme, at } = world;
    const { data: made } = await acme.repos.createRepoRuleset({
      ...at,
      name: 'State',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/heads/treadle/**'], exclude: [] } },
      rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }],
    });
    expect((await acme.repos.getRepoRuleset({ ...at, ruleset_id: made.id })).data).toMatchObject({
      name: 'State',
      current_user_can_bypass: 'never',
    });
    expect((await acme.repos.getRepoRulesets(at)).data).toHaveLength(1);
    const rules = await acme.repos.getBranchRules({ ...at, branch: 'treadle/state' });
    expect(rules.data.map(({ type }) => type)).toEqual(['deletion', 'non_fast_forward']);
    expect((await acme.repos.getBranchRules({ ...at, branch: 'main' })).data).toEqual([]);
  });

  it('a disabled workflow starts no run', async () => {
    const { alice, at } = world;
    const of = { ...at, workflow_id: 'ci.yml' };
    await alice.actions.disableWorkflow(of);
    expect((await alice.actions.getWorkflow(of)).data.state).toBe('disabled_manually');
    await alice.issues.create({ ...at, title: 'One' });
    await expect(alice.actions.createWorkflowDispatch({ ...of, ref: 'main' })).rejects.toThrow(
      /disabled workflow/,
    );
    expect((await alice.actions.listWorkflowRunsForRepo(at)).data.total_count).toBe(0);
    await alice.actions.enableWorkflow(of);
    expect((await alice.actions.getWorkflow(of)).data.state).toBe('active');
    await alice.issues.create({ ...at, title: 'Two' });
    expect((await alice.actions.listWorkflowRunsForRepo(at)).data.total_count).toBe(1);
  });

  it('scopes are told of personal tokens only', async () => {
    const { alice, at, server } = world;
    expect((await alice.repos.get(at)).headers['x-oauth-scopes']).toMatch(/\brepo\b/);
    const app = server.client(await server.token('loom[bot]', 'app'));
    expect((await app.repos.get(at)).headers['x-oauth-scopes']).toBeUndefined();
  });

  it('all of it is as GitHub describes it', () => {
    expect(world.server.violations()).toEqual([]);
  });
});
