import { describe, expect, test } from 'vitest';

import type { ForgeWorld, NewWorld } from './world.ts';
import { commitFile } from './world.ts';

export function describeFilesContract(newWorld: NewWorld): void {
  describe('files', () => {
    test('knows the default branch and heads', async () => {
      const world = await newWorld();
      const { files } = world.as('cleo');
      expect(await files.defaultBranch()).toBe('main');
      expect(await files.head('main')).toBe(world.root);
      expect(await files.head('nowhere')).toBeUndefined();
      expect(await files.head('mai')).toBeUndefined();
    });

    test.each([
      { name: 'a file', path: 'README.md', text: '# Loom\n' },
      { name: 'a file in a folder', path: 'docs/wörter.md', text: 'Schuß und Kette — 织\n' },
      { name: 'an empty file', path: 'docs/empty.md', text: '' },
      { name: 'no file', path: 'docs/none.md', text: undefined },
      { name: 'a folder', path: 'docs', text: undefined },
      { name: 'a path out of the repository', path: '../README.md', text: undefined },
      { name: 'no path', path: '', text: undefined },
    ])('reads $name', async ({ path, text }) => {
      const world = await newWorld();
      expect(await world.as('ada').files.read(path, 'main')).toBe(text);
      expect(await world.as('ada').files.read(path, world.root)).toBe(text);
    });

    test('reads what is on the default branch at once', async () => {
      const world = await newWorld();
      await commitFile(world, 'main', 'docs/long.md', 'long\n'.repeat(150_000));
      const { branch, texts } = await world
        .as('cleo')
        .files.ofDefaultBranch({ files: ['README.md', 'none.md', 'docs'], folder: 'docs' });
      expect(branch).toBe('main');
      expect([...texts.keys()].sort()).toEqual([
        'README.md',
        'docs/empty.md',
        'docs/long.md',
        'docs/wörter.md',
      ]);
      expect(texts.get('README.md')).toBe('# Loom\n');
      expect(texts.get('docs/empty.md')).toBe('');
      expect(texts.get('docs/long.md')).toHaveLength(750_000);
      expect(await world.as('cleo').files.ofDefaultBranch({ files: [], folder: 'nowhere' })).toEqual({
        branch: 'main',
        texts: new Map(),
      });
    });

    test('tells whether a branch contains a commit', async () => {
      const world = await newWorld();
      const { files } = world.as('cleo');
      const ahead = await commitFile(world, 'main', 'README.md', 'changed\n');
      await world.as('ada').files.createBranchWithFile({
        name: 'aside',
        from: world.root,
        path: 'aside.md',
        text: 'aside\n',
        message: 'Aside',
      });
      const aside = (await files.head('aside')) ?? '';
      expect(await files.contains('main', ahead)).toBe(true);
      expect(await files.contains('main', world.root)).toBe(true);
      expect(await files.contains('aside', ahead)).toBe(false);
      expect(await files.contains('main', aside)).toBe(false);
      expect(await files.contains('main', 'f'.repeat(40))).toBe(false);
      expect(await files.contains('nowhere', ahead)).toBe(false);
    });

    test('reads a file as it is on the ref, and nothing on a ref that is not there', async () => {
      const world = await newWorld();
      await commitFile(world, 'main', 'README.md', 'changed\n');
      const { files } = world.as('ada');
      expect(await files.read('README.md', 'main')).toBe('changed\n');
      expect(await files.read('README.md', world.root)).toBe('# Loom\n');
      expect(await files.read('README.md', 'nowhere')).toBeUndefined();
    });

    test('lists the files of a folder, not its folders', async () => {
      const { files } = (await newWorld()).as('ada');
      expect([...(await files.list('docs', 'main'))].sort()).toEqual(['empty.md', 'wörter.md']);
      expect(await files.list('docs/none', 'main')).toEqual([]);
      expect(await files.list('README.md', 'main')).toEqual([]);
    });
  });

  describe('createBranchWithFile', () => {
    const branchOf = (world: ForgeWorld, text = 'Shall it?\n') => ({
      name: 'treadle/decision/one',
      from: world.root,
      path: 'decisions/one.md',
      text,
      message: 'Ask',
    });

    test('makes one commit on the given one', async () => {
      const world = await newWorld();
      const { files } = world.as('bert');
      const head = await files.createBranchWithFile(branchOf(world));
      expect(await files.head('treadle/decision/one')).toBe(head);
      expect(await files.read('decisions/one.md', head)).toBe('Shall it?\n');
      expect(await world.rest('ada', 'GET', `/git/commits/${head}`)).toMatchObject({
        message: 'Ask',
        parents: [{ sha: world.root }],
      });
    });

    test('writes over a file that the commit holds', async () => {
      const world = await newWorld();
      const { files } = world.as('bert');
      const head = await files.createBranchWithFile({ ...branchOf(world), path: 'README.md' });
      expect(await files.read('README.md', head)).toBe('Shall it?\n');
    });

    test('adopts what an earlier try has finished', async () => {
      const world = await newWorld();
      const { files } = world.as('bert');
      const head = await files.createBranchWithFile(branchOf(world));
      expect(await files.createBranchWithFile(branchOf(world))).toBe(head);
    });

    test('finishes a branch that an earlier try has left without its file', async () => {
      const world = await newWorld();
      await world.rest('bert', 'POST', '/git/refs', {
        ref: 'refs/heads/treadle/decision/one',
        sha: world.root,
      });
      const { files } = world.as('bert');
      const head = await files.createBranchWithFile(branchOf(world));
      expect(head).not.toBe(world.root);
      expect(await files.read('decisions/one.md', head)).toBe('Shall it?\n');
    });

    test("finishes it from a newer commit, too, and builds on nobody else's", async () => {
      const world = await newWorld();
      const { files } = world.as('bert');
      const name = 'treadle/decision/one';
      await world.rest('bert', 'POST', '/git/refs', { ref: `refs/heads/${name}`, sha: world.root });
      const further = { ...branchOf(world), name: 'further', path: 'further.md' };
      const newer = await files.createBranchWithFile(further);
      const head = await files.createBranchWithFile({ ...branchOf(world), from: newer });
      expect(await files.read('decisions/one.md', head)).toBe('Shall it?\n');
      expect(await world.rest('ada', 'GET', `/git/commits/${head}`)).toMatchObject({
        parents: [{ sha: newer }],
      });

      const foreign = await files.createBranchWithFile({
        ...further,
        name: 'treadle/decision/two',
        path: 'x.md',
      });
      const asked = { ...branchOf(world), name: 'treadle/decision/two', from: newer };
      await expect(files.createBranchWithFile(asked)).rejects.toMatchObject({ code: 'forge-refused' });
      expect(await files.head('treadle/decision/two')).toBe(foreign);
    });

    test('two at the same time make one branch', async () => {
      const world = await newWorld();
      const heads = await Promise.all(
        (['ada', 'bert'] as const).map((person) =>
          world.as(person).files.createBranchWithFile(branchOf(world)),
        ),
      );
      expect(new Set(heads).size).toBe(1);
    });

    test.each([
      { name: 'a branch of that name with another text', change: { text: 'Otherwise\n' } },
      { name: 'a commit that is not there', change: { name: 'other', from: '1'.repeat(40) } },
      { name: 'a name that no branch can have', change: { name: 'a..b' } },
      { name: 'a path out of the repository', change: { name: 'other', path: '../one.md' } },
    ])('refuses $name', async ({ change }) => {
      const world = await newWorld();
      const { files } = world.as('bert');
      await files.createBranchWithFile(branchOf(world));
      await expect(files.createBranchWithFile({ ...branchOf(world), ...change })).rejects.toMatchObject({
        code: 'forge-refused',
      });
    });

    test('is denied to a stranger', async () => {
      const world = await newWorld();
      await expect(world.as('cleo').files.createBranchWithFile(branchOf(world))).rejects.toMatchObject({
        code: expect.stringMatching(/^forge-(denied|refused)$/) as unknown,
      });
      expect(await world.as('ada').files.head('treadle/decision/one')).toBeUndefined();
    });
  });

  describe('deleteBranch', () => {
    test('deletes a branch, and has nothing to do where there is none', async () => {
      const world = await newWorld();
      const { files } = world.as('bert');
      await files.createBranchWithFile({
        name: 'gone',
        from: world.root,
        path: 'a',
        text: 'a',
        message: 'A',
      });
      await files.deleteBranch('gone');
      expect(await files.head('gone')).toBeUndefined();
      await files.deleteBranch('gone');
    });

    test('says so where a branch may not be deleted', async () => {
      const { files } = (await newWorld()).as('ada');
      await expect(files.deleteBranch('main')).rejects.toMatchObject({ code: 'forge-refused' });
      expect(await files.head('main')).toBeDefined();
    });
  });
}
