import { describe, expect, test } from 'vitest';

import type { ForgeWorld, NewWorld, Person } from './world.ts';
import { commitFile, openPullRequest } from './world.ts';

export function describeReviewsContract(newWorld: NewWorld): void {
  const submit = async (
    world: ForgeWorld,
    person: Person,
    pull: { readonly number: number; readonly head: string },
    verdict: 'approve' | 'request_changes',
  ): Promise<number> => {
    world.later(1);
    const review = await world
      .as(person)
      .pulls.review(pull.number, { verdict, body: `${person} says`, head: pull.head });
    if (review.kind !== 'submitted') throw new Error(review.problem);
    return review.id;
  };

  describe('a glance', () => {
    test('tells who we are, and which pull requests were answered or closed', async () => {
      const world = await newWorld();
      const pulls = [];
      for (const branch of ['asked', 'answered', 'dismissed', 'closed']) {
        pulls.push(await openPullRequest(world, { by: 'ada', branch, path: `${branch}.md` }));
      }
      const [asked, answered, dismissed, closed] = pulls;
      if (answered === undefined || dismissed === undefined || closed === undefined) return;
      const request = await submit(world, 'bert', answered, 'request_changes');
      await submit(world, 'cleo', answered, 'approve');
      const review = await submit(world, 'cleo', dismissed, 'approve');
      await world.rest('ada', 'PUT', `/pulls/${dismissed.number}/reviews/${review}/dismissals`, {
        message: 'No.',
      });
      await world.as('ada').pulls.close(closed.number);
      const forge = world.as('weaver[bot]');
      const numbers = [...pulls.map(({ number }) => number), 4711];
      expect(await forge.glance(numbers)).toEqual({
        viewer: world.account('weaver[bot]'),
        pulls: [
          { number: asked?.number, isOpen: true, head: asked?.head, answers: [] },
          {
            number: answered.number,
            isOpen: true,
            head: answered.head,
            answers: [
              { review: request, state: 'changes_requested', commit: answered.head, mayWrite: true },
              {
                review: expect.any(Number) as unknown,
                state: 'approved',
                commit: answered.head,
                mayWrite: false,
              },
            ],
          },
          { number: dismissed.number, isOpen: true, head: dismissed.head, answers: [] },
          { number: closed.number, isOpen: false, head: closed.head, answers: [] },
        ],
        reviewed: [],
      });
      const closely = await forge.glance([closed.number], [answered.number, 4711]);
      expect(closely.pulls.map(({ number }) => number)).toEqual([answered.number, closed.number]);
      expect(closely.reviewed).toEqual(await forge.pulls.reviewed([answered.number]));
      expect(await forge.glance([])).toEqual({
        viewer: world.account('weaver[bot]'),
        pulls: [],
        reviewed: [],
      });
      expect(await forge.people.viewer()).toEqual(world.account('weaver[bot]'));
    });
  });

  describe('reviews', () => {
    test('a reviewed pull request has its reviews, oldest first, each for its head', async () => {
      const world = await newWorld();
      const pull = await openPullRequest(world, { by: 'ada' });
      const first = await submit(world, 'bert', pull, 'request_changes');
      const firstAt = world.now();
      const head = await commitFile(world, 'topic', 'topic.md', 'better\n');
      const second = await submit(world, 'bert', { ...pull, head }, 'approve');
      const third = await submit(world, 'weaver[bot]', { ...pull, head }, 'approve');
      const [reviewed, ...others] = await world.as('ada').pulls.reviewed([pull.number]);
      expect(others).toEqual([]);
      expect(reviewed).toMatchObject((await world.as('ada').pulls.get(pull.number)) ?? {});
      expect(reviewed?.reviews).toEqual([
        {
          id: first,
          author: world.account('bert'),
          state: 'changes_requested',
          body: 'bert says',
          commit: pull.head,
          submittedAt: firstAt,
          mayWrite: true,
        },
        expect.objectContaining({
          id: second,
          author: world.account('bert'),
          state: 'approved',
          commit: head,
        }),
        expect.objectContaining({ id: third, author: world.account('weaver[bot]'), state: 'approved' }),
      ]);
    });

    test('knows who made the commits', async () => {
      const world = await newWorld();
      const pull = await openPullRequest(world, { by: 'bert' });
      await commitFile(world, 'topic', 'topic.md', 'by ada\n');
      const [reviewed] = await world.as('ada').pulls.reviewed([pull.number]);
      expect(reviewed?.author).toEqual(world.account('bert'));
      expect(reviewed?.commitAuthors.map(({ login }) => login).sort()).toEqual(['ada', 'bert']);
    });

    test('knows all co-authors of a commit, however many it names', async () => {
      const world = await newWorld();
      const pull = await openPullRequest(world, { by: 'bert' });
      const strangers = Array.from({ length: 120 }, (_, n) => `Co-authored-by: S${n} <s${n}@example.com>`);
      const { id, login } = world.account('ada');
      const ada = `Co-authored-by: Ada <${id}+${login}@users.noreply.github.com>`;
      await world.rest('bert', 'PUT', '/contents/more.md', {
        message: ['Write more', '', ...strangers, ada].join('\n'),
        content: Buffer.from('more').toString('base64'),
        branch: 'topic',
      });
      const [reviewed] = await world.as('ada').pulls.reviewed([pull.number]);
      expect(reviewed?.commitAuthors.map((author) => author.login).sort()).toEqual(['ada', 'bert']);
    });

    test.each(['approve', 'request_changes'] as const)(
      'nobody can %s a pull request of their own',
      async (verdict) => {
        const world = await newWorld();
        const pull = await openPullRequest(world, { by: 'bert' });
        expect(
          await world
            .as('bert')
            .pulls.review(pull.number, { verdict, body: 'Mine is good', head: pull.head }),
        ).toMatchObject({
          kind: 'refused',
          problem: expect.stringMatching(/your own pull request/i) as unknown,
        });
        expect((await world.as('ada').pulls.reviewed([pull.number]))[0]?.reviews).toEqual([]);
      },
    );

    test('a dismissed review says so', async () => {
      const world = await newWorld();
      const pull = await openPullRequest(world, { by: 'ada' });
      const id = await submit(world, 'bert', pull, 'approve');
      await world.rest('ada', 'PUT', `/pulls/${pull.number}/reviews/${id}/dismissals`, {
        message: 'No',
        event: 'DISMISS',
      });
      const [reviewed] = await world.as('ada').pulls.reviewed([pull.number]);
      expect(reviewed?.reviews).toMatchObject([{ id, state: 'dismissed' }]);
    });

    test("a stranger's review is there, as a stranger's", async () => {
      const world = await newWorld();
      const pull = await openPullRequest(world, { by: 'ada' });
      await submit(world, 'cleo', pull, 'approve');
      const [reviewed] = await world.as('ada').pulls.reviewed([pull.number]);
      expect(reviewed?.reviews).toMatchObject([{ author: world.account('cleo') }]);
    });

    test('asks for many in one go, and leaves out what is no pull request', async () => {
      const world = await newWorld();
      const { issues, pulls } = world.as('ada');
      const one = await openPullRequest(world, { branch: 'one', path: 'one.md' });
      const other = await openPullRequest(world, { branch: 'other', path: 'other.md' });
      const issue = await issues.create({ title: 'an issue', body: '', labels: [] });
      await pulls.close(other.number);
      const reviewed = await pulls.reviewed([other.number, 4711, issue, one.number, one.number]);
      expect(reviewed.map(({ number, state }) => ({ number, state }))).toEqual([
        { number: other.number, state: 'closed' },
        { number: one.number, state: 'open' },
      ]);
      expect(await pulls.reviewed([])).toEqual([]);
      expect(await pulls.reviewed([4711])).toEqual([]);
    });
  });
}
