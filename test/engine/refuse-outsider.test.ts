import { describe, expect, test } from 'vitest';

import { beginStory } from './story.ts';

const ONE = 'jobs:\n  look: { runs-on: web-designer, prompt: Look. }\n';
const cleo = { kind: 'user', login: 'cleo', id: 90 } as const;
const anyWorkflow = { kind: 'app', login: 'github-actions[bot]', id: 91 } as const;

describe('a command that cannot be followed as it is written', () => {
  test('is answered once, where it was given, with what there is', () => {
    const story = beginStory(ONE);
    story.start();
    const event = { type: 'command_unread', problem: '`/treadle aprove` is not known.', issue: 77 } as const;
    const first = story.happen(event, cleo, 'unread');
    const replies = first.kind === 'applied' ? first.state.run.outbox.map(({ effect }) => effect) : [];
    expect(replies).toContainEqual({
      type: 'reply',
      to: 'cleo',
      text: expect.stringMatching(
        /^cleo, nothing was done: `\/treadle aprove` is not known\. .*edits are not read.*\/treadle goto JOB WHY/,
      ) as unknown,
      issue: 77,
    });
    expect(story.happen(event, cleo, 'unread')).toMatchObject({ kind: 'ignored' });
  });
});

describe('an outsider', () => {
  test.each([
    { name: 'who reports', actor: cleo, word: 'report', text: /may report on it/ },
    {
      name: 'who overrules',
      actor: cleo,
      word: 'override',
      text: /role ceo who can write to the repository may overrule/,
    },
    { name: 'that is any workflow', actor: anyWorkflow, word: 'report', text: /every workflow/ },
  ] as const)('$name is told so, once', ({ actor, word, text }) => {
    const story = beginStory(ONE);
    story.start();
    const first = story.happen({ type: 'outsider_refused', word }, actor, 'refusal');
    const replies = first.kind === 'applied' ? first.state.run.outbox.map(({ effect }) => effect) : [];
    expect(replies).toContainEqual({
      type: 'reply',
      to: actor.login,
      text: expect.stringMatching(text) as unknown,
    });
    expect(story.happen({ type: 'outsider_refused', word }, actor, 'refusal')).toMatchObject({
      kind: 'ignored',
    });
  });
});
