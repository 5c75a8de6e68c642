import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

import { anchorsOf, DOCUMENTS, proseOf, ROOT } from './documents.ts';

interface Link {
  readonly from: string;
  readonly target: string;
  /** From the root, without the anchor. */
  readonly path: string;
  readonly anchor: string;
}

function linksOf(document: string): readonly Link[] {
  return [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#');
      const path = file === '' ? document : normalize(join(dirname(document), file));
      return { from: document, target, path, anchor };
    });
}

const links = DOCUMENTS.flatMap(linksOf);

describe('links between documents', () => {
  test.each(links)('$from: $target', ({ path, anchor }) => {
    expect(existsSync(join(ROOT, path)), `${path} is not there`).toBe(true);
    if (anchor !== '') expect(anchorsOf(path)).toContain(anchor);
  });

  test('every document is reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const document of reached) {
      for (const { path } of links.filter((link) => link.from === document)) {
        for (const other of DOCUMENTS) if (other === path || other.startsWith(`${path}/`)) reached.add(other);
      }
    }
    expect([...reached].sort()).toEqual([...DOCUMENTS].sort());
  });
});
