import { describe, expect, test } from 'vitest';

import { lintFiles } from '../../src/workflow/lint-files.ts';
import { isRoutingFile, readRoutingTable, ROUTING_PATH } from '../../src/workflow/routing-table.ts';

describe('a routing table', () => {
  const read = (text: string) => readRoutingTable({ path: ROUTING_PATH, text }, ['gardener']);

  test('treadle lint tells all that is wrong with it at once', () => {
    const text = `minimum: 1
minimum-score: 0
rules:
  - role: gardner
    words: { tree: high, '...': 1 }
  - labels: [x]
  - { role: ceo, name: nothing }
  - { role: ceo, labels: [{}], words: [tree] }
  - tree
`;
    expect(
      lintFiles([{ path: ROUTING_PATH, text }], null, () => undefined).map(
        ({ start, code, message }) => `${start.line}:${start.column} ${code} ${message}`,
      ),
    ).toEqual([
      "1:1 unknown-key Unknown key 'minimum'.",
      "2:16 wrong-limit 'minimum-score' is a whole number from 1 to 100",
      "4:11 unknown-role There is no role 'gardner'.",
      "5:20 wrong-limit 'tree' is a whole number from 1 to 100",
      '5:26 invalid-value A word holds a letter or a digit',
      "6:5 missing-key A rule needs a 'role'",
      "7:5 missing-key A rule needs 'labels' or 'words': it would never match",
      "8:5 missing-key A rule needs 'labels' or 'words': it would never match",
      "8:27 wrong-type 'labels' is a list of texts",
      "8:39 wrong-type 'words' is a mapping of words to what they score",
      '9:5 wrong-type A rule must be a mapping',
    ]);
    expect(read(text).diagnostics[2]?.message).toBe("There is no role 'gardner'. Did you mean 'gardener'?");
  });

  test.each([
    ['', 'missing-key'],
    ['[]', 'wrong-type'],
    ['minimum-score: 3', 'missing-key'],
    ['rules: many', 'wrong-type'],
    ['rules: []\nrules: []', 'duplicate-key'],
    ['rules: [', 'invalid-yaml'],
    [`rules:\n${'  - { role: ceo, labels: x }\n'.repeat(101)}`, 'wrong-limit'],
    [
      `rules:\n  - role: ceo\n    words:\n${Array.from({ length: 501 }, (_, n) => `      w${n}: 1\n`).join('')}`,
      'wrong-limit',
    ],
  ])('%j is refused: %s', (text, code) => {
    const { table: none, diagnostics } = read(text);
    expect(none).toBeNull();
    expect(diagnostics.map((one) => one.code)).toContain(code);
  });

  test.each([
    [ROUTING_PATH, true],
    ['routing.yaml', true],
    ['.github/treadle/workflows/routing.yml', false],
    ['rerouting.yml', false],
  ])('%s is one: %s', (path, expected) => {
    expect(isRoutingFile(path)).toBe(expected);
  });
});
