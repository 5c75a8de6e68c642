import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { createOrigin, dispatch, EXAMPLE, readIssue, taskFor } from './workbench.ts';

const triage = { agent: 'qa-engineer', task: taskFor('triage') } as const;

describe('the project of the self-healing example', { timeout: 180_000 }, () => {
  test('passes its tests when no bug is planted', async () => {
    const report = await dispatch({ ...triage, origin: await createOrigin(0) });
    expect(report.outcome).toBe('failure');
    expect(report.summary).toMatch(/^all \d+ tests pass: a test that shows the bug is missing/);
  });

  test.each([
    { bug: 1, specialist: 'backend-engineer', seen: 'a booking may begin when another one ends' },
    { bug: 2, specialist: 'backend-engineer', seen: 'missing parts put the promise off: got "2025-03-14"' },
    { bug: 3, specialist: 'web-designer', seen: 'not handed out before it is done and paid: got "pick up"' },
  ] as const)('has a failing test with bug $bug, for the $specialist', async ({ bug, specialist, seen }) => {
    const report = await dispatch({ ...triage, origin: await createOrigin(bug) });
    expect(report).toMatchObject({ outcome: 'success', outputs: { specialist } });
    expect(report.outputs['reproduction']).toContain(seen);
  });

  test.each([1, 2, 3])('bug %i is one changed line, and comes with an issue', async (bug) => {
    const patch = await readFile(join(EXAMPLE, 'bugs', `${bug}.patch`), 'utf8');
    expect(patch.match(/^[-+](?![-+])/gm)).toEqual(['-', '+']);
    const { title, body } = await readIssue(bug);
    expect([typeof title, typeof body]).toEqual(['string', 'string']);
  });
});
