import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openWorld, type World } from './world.ts';

describe('sub-issues and dependencies, by Octokit, against GitHub’s description', () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.dispose());

  async function file(title: string): Promise<{ readonly id: number; readonly number: number }> {
    return (await world.alice.issues.create({ ...world.at, title })).data;
  }

  it('puts issues below an issue', async () => {
    const { alice, carol, at } = world;
    const [epic, part, other] = [await file('Epic'), await file('Part'), await file('Other')];
    const place = { ...at, issue_number: epic.number };
    expect((await alice.issues.addSubIssue({ ...place, sub_issue_id: part.id })).status).toBe(201);
    await alice.issues.addSubIssue({ ...place, sub_issue_id: other.id });
    const below = await carol.issues.listSubIssues(place);
    expect(below.data.map(({ title }) => title)).toEqual(['Part', 'Other']);
    const parent = await carol.issues.getParent({ ...at, issue_number: part.number });
    expect(parent.data.number).toBe(epic.number);
    await alice.issues.update({ ...at, issue_number: part.number, state: 'closed' });
    expect((await carol.issues.get(place)).data.sub_issues_summary).toEqual({
      total: 2,
      completed: 1,
      percent_completed: 50,
    });
    const second = { ...at, issue_number: other.number };
    await expect(alice.issues.addSubIssue({ ...second, sub_issue_id: part.id })).rejects.toThrow(
      'one parent',
    );
    await expect(alice.issues.addSubIssue({ ...second, sub_issue_id: epic.id })).rejects.toThrow(
      'below itself',
    );
    await alice.issues.addSubIssue({ ...second, sub_issue_id: part.id, replace_parent: true });
    await alice.issues.removeSubIssue({ ...second, sub_issue_id: part.id });
    await expect(alice.issues.removeSubIssue({ ...second, sub_issue_id: part.id })).rejects.toThrow(
      'Not Found',
    );
    await expect(alice.issues.getParent({ ...at, issue_number: part.number })).rejects.toThrow('Not Found');
    await expect(carol.issues.addSubIssue({ ...second, sub_issue_id: part.id })).rejects.toThrow();
  });

  it('lets issues wait for issues', async () => {
    const { alice, carol, at } = world;
    const [first, then] = [await file('First'), await file('Then')];
    const place = { ...at, issue_number: then.number };
    const added = await alice.issues.addBlockedByDependency({ ...place, issue_id: first.id });
    expect(added.data.issue_dependencies_summary).toEqual({
      blocked_by: 1,
      blocking: 0,
      total_blocked_by: 1,
      total_blocking: 0,
    });
    const blockers = await carol.issues.listDependenciesBlockedBy(place);
    expect(blockers.data.map(({ number }) => number)).toEqual([first.number]);
    const blocked = await carol.issues.listDependenciesBlocking({ ...at, issue_number: first.number });
    expect(blocked.data.map(({ number }) => number)).toEqual([then.number]);
    await expect(alice.issues.addBlockedByDependency({ ...place, issue_id: first.id })).rejects.toThrow(
      'already exists',
    );
    const back = { ...at, issue_number: first.number, issue_id: then.id };
    await expect(alice.issues.addBlockedByDependency(back)).rejects.toThrow('wait for each other');
    await expect(alice.issues.addBlockedByDependency({ ...place, issue_id: 1 })).rejects.toThrow('Not Found');
    await alice.issues.update({ ...at, issue_number: first.number, state: 'closed' });
    expect((await carol.issues.get(place)).data.issue_dependencies_summary).toMatchObject({
      blocked_by: 0,
      total_blocked_by: 1,
    });
    await alice.issues.removeDependencyBlockedBy({ ...place, issue_id: first.id });
    await expect(alice.issues.removeDependencyBlockedBy({ ...place, issue_id: first.id })).rejects.toThrow(
      'Not Found',
    );
  });
});
