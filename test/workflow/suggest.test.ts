import { describe, expect, it, test } from 'vitest';

import { compileWorkflow } from '../../src/workflow/compile.ts';
import { createSuggest, listNames, suggestion } from '../../src/workflow/finding.ts';

describe('a suggestion', () => {
  it.each([
    ['buidl', " Did you mean 'build'?"],
    ['Build', " Did you mean 'build'?"],
    ['biuld', " Did you mean 'build'?"],
    ['tset', " Did you mean 'test'?"],
    ['release', ''],
  ])('for %s', (name, expected) => {
    expect(suggestion(name, ['build', 'test'])).toBe(expected);
  });

  it('is not looked for where a name is longer than any slip', () => {
    const long = 'k'.repeat(100);
    expect(suggestion(`${long.slice(1)}x`, [long])).toContain('Did you mean');
    expect(suggestion(`${long}x`, [long])).toBe('');
  });
});

describe('suggestions for a whole file', () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `job-${index}`);

  it('compare no more names than allowed, and those of one suggestion', () => {
    let compared = 0;
    function* known(): Iterable<string> {
      for (const name of names) {
        compared += 1;
        yield name;
      }
    }
    const suggest = createSuggest(10_000);
    const hints = names.map((name) => suggest(`${name}x`, known()));
    expect(compared).toBe(10_000);
    expect(hints.filter((hint) => hint !== '')).toHaveLength(10);
    expect(hints[0]).toBe(" Did you mean 'job-0'?");
  });

  test('are given to the first of thousands of names that are not among thousands', () => {
    const count = 2_000;
    const jobs = Array.from(
      { length: count },
      (_, index) => `  job-${index}: { runs-on: ceo, prompt: x, needs: jbo-${index} }`,
    );
    const { diagnostics } = compileWorkflow({
      path: 'a.yml',
      text: `on: workflow_dispatch\njobs:\n${jobs.join('\n')}\n`,
    });
    const unknown = diagnostics.filter(({ code }) => code === 'unknown-need');
    expect(unknown).toHaveLength(count);
    const hints = unknown.filter(({ message }) => message.includes('Did you mean'));
    expect(hints.length).toBeGreaterThan(100);
    expect(hints.length).toBeLessThan(200);
    expect(hints).toEqual(unknown.slice(0, hints.length));
  });
});

test('a message lists the first of many names', () => {
  expect(listNames(['a', 'b'])).toBe('a, b');
  const names = Array.from({ length: 60 }, (_, index) => `n${index}`);
  expect(listNames(names)).toBe(`${names.slice(0, 50).join(', ')} and 10 more`);
});
