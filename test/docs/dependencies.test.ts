import { describe, expect, test } from 'vitest';

import { readDocument } from './documents.ts';

describe('docs/dependencies.md', () => {
  const rows = [...readDocument('docs/dependencies.md').matchAll(/^\| `([^`]+)` *\| (.+?) *\|$/gm)];
  const { dependencies } = JSON.parse(readDocument('package.json')) as { dependencies: object };

  test('justifies each runtime dependency, and no other', () => {
    expect(rows.map(([, name]) => name).sort()).toEqual(Object.keys(dependencies).sort());
  });

  test.each(rows.map(([, name, reason]) => ({ name, reason })))('$name has a reason', ({ reason }) => {
    expect(reason?.split(' ').length).toBeGreaterThan(2);
  });
});
