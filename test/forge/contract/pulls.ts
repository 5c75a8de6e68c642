import { describe, expect, test } from 'vitest';

import type { NewWorld } from './world.ts';
import { commitFile, openPullRequest } from './world.ts';

export function describePullsContract(newWorld: NewWorld): void {
  describe('pulls', () => {
    test('opens, reads and closes', async () => {
      const world = await newWorld();
      const { pulls } = world.as('bert');
      const { number, head } = await openPullRequest(world, { by: 'bert' });
      const pull = {
        number,
        title: 'Take topic',
        body: 'Please.',
        state: 'open',
        merged: false,
        mergeCommit: null,
        draft: false,
        head: { branch: 'topic', oid: head },
        base: 'main',
        author: world.account('bert'),
      };
      expect(await pulls.get(number)).toEqual(pull);
      expect(await pulls.fromBranch('topic')).toEqual(pull);
      await pulls.close(number);
      await pulls.close(number);
      expect(await pulls.get(number)).toEqual({ ...pull, state: 'closed' });
    });

    test('there is none of an unknown number, of an issue, or from another branch', async () => {
      const world = await newWorld();
      const { issues, pulls } = world.as('ada');
      await openPullRequest(world);
      const issue = await issues.create({ title: 'an issue', body: '', labels: [] });
      expect(await pulls.get(issue)).toBeUndefined();
      expect(await pulls.get(4711)).toBeUndefined();
      expect(await pulls.fromBranch('main')).toBeUndefined();
      expect(await pulls.fromBranch('nowhere')).toBeUndefined();
    });

    test('adopts the open one from that branch', async () => {
      const world = await newWorld();
      const { number, head } = await openPullRequest(world);
      const again = await world
        .as('bert')
        .pulls.open({ branch: 'topic', base: 'main', title: 'Again', body: '' });
      expect(again).toEqual({ kind: 'opened', number, head });
    });

    test('opens anew where the former one is closed, and finds the newest', async () => {
      const world = await newWorld();
      const { pulls } = world.as('ada');
      const { number, head } = await openPullRequest(world);
      await pulls.close(number);
      const again = await pulls.open({ branch: 'topic', base: 'main', title: 'Again', body: '' });
      expect(again).toMatchObject({ kind: 'opened', head });
      expect(await pulls.fromBranch('topic')).toMatchObject({ title: 'Again', state: 'open' });
    });

    test.each([
      { name: 'a branch that is not there', branch: 'nowhere', base: 'main' },
      { name: 'a base that is not there', branch: 'topic', base: 'nowhere' },
      { name: 'a branch that changes nothing', branch: 'same', base: 'main' },
    ])('refuses $name, and says why', async ({ branch, base }) => {
      const world = await newWorld();
      const { files, pulls } = world.as('ada');
      await files.createBranchWithFile({
        name: 'topic',
        from: world.root,
        path: 'a',
        text: 'a',
        message: 'A',
      });
      await world.rest('ada', 'POST', '/git/refs', { ref: 'refs/heads/same', sha: world.root });
      expect(await pulls.open({ branch, base, title: 'No', body: '' })).toMatchObject({
        kind: 'refused',
        problem: expect.stringMatching(/./) as unknown,
      });
    });

    test('its head moves with its branch', async () => {
      const world = await newWorld();
      const { number, head } = await openPullRequest(world);
      const moved = await commitFile(world, 'topic', 'topic.md', 'more\n');
      expect(moved).not.toBe(head);
      expect(await world.as('ada').pulls.get(number)).toMatchObject({
        head: { branch: 'topic', oid: moved },
      });
    });

    test('names every path that it changes, more than a page of them', async () => {
      const world = await newWorld();
      const { number } = await openPullRequest(world);
      const tree = Array.from({ length: 105 }, (_, index) => ({
        path: `many/${String(index).padStart(3, '0')}.md`,
        mode: '100644',
        type: 'blob',
        content: `${index}\n`,
      }));
      const made = await world.rest('ada', 'POST', '/git/trees', { base_tree: world.root, tree });
      const commit = await world.rest('ada', 'POST', '/git/commits', {
        message: 'Many',
        tree: (made as { sha: string }).sha,
        parents: [world.root],
      });
      await world.rest('ada', 'PATCH', '/git/refs/heads/topic', {
        sha: (commit as { sha: string }).sha,
        force: true,
      });
      expect(await world.as('ada').pulls.changedPaths(number)).toEqual(tree.map(({ path }) => path));
    });

    test('names both paths of what was renamed, and those of plain changes', async () => {
      const world = await newWorld();
      const { number } = await openPullRequest(world);
      const content = Array.from({ length: 40 }, (_, index) => `line ${index}\n`).join('');
      const write = async (base: string, ...tree: readonly object[]): Promise<string> => {
        const made = await world.rest('ada', 'POST', '/git/trees', { base_tree: base, tree });
        const { sha } = made as { sha: string };
        const commit = { message: 'Step', tree: sha, parents: [base] };
        return ((await world.rest('ada', 'POST', '/git/commits', commit)) as { sha: string }).sha;
      };
      const file = { mode: '100644', type: 'blob' } as const;
      const before = await write(world.root, { ...file, path: 'old.md', content });
      const after = await write(
        before,
        { ...file, path: 'old.md', sha: null },
        { ...file, path: 'new.md', content },
        { ...file, path: 'other.md', content: 'x\n' },
      );
      await world.rest('ada', 'PATCH', '/git/refs/heads/main', { sha: before });
      await world.rest('ada', 'PATCH', '/git/refs/heads/topic', { sha: after, force: true });
      expect(await world.as('ada').pulls.changedPaths(number)).toEqual(['new.md', 'old.md', 'other.md']);
    });

    test('asks for the reviews that may be asked for', async () => {
      const world = await newWorld();
      const { number } = await openPullRequest(world, { by: 'ada' });
      const { pulls } = world.as('ada');
      await pulls.requestReviewers(number, []);
      await pulls.requestReviewers(number, ['ada', 'cleo', 'bert', 'nobody-at-all']);
      expect(await world.rest('ada', 'GET', `/pulls/${number}/requested_reviewers`)).toMatchObject({
        users: [{ login: 'bert' }],
      });
      await pulls.requestReviewers(number, ['bert']);
    });
  });
}
