import { expect, test } from 'vitest';

import { findCheckWorkflows } from '../../src/cli/init/find-check-workflows.ts';

const FILES: Readonly<Record<string, string>> = {
  '.github/workflows/ci.yml': 'name: CI\non: { push: { branches: [main] }, pull_request: }\n',
  '.github/workflows/lint.yml': 'on: [pull_request]\n',
  '.github/workflows/queue.yml': 'name: Queue checks\non: merge_group\n',
  '.github/workflows/release.yml': 'name: Release\non: { release: { types: [published] } }\n',
  '.github/workflows/stale.yml': 'name: Stale\non:\n  schedule: [{ cron: "0 1 * * *" }]\n',
  '.github/workflows/broken.yml': 'on: [push\n',
  '.github/workflows/text.yml': 'push\n',
  '.github/workflows/other.yml': 'name: Treadle\non: push\n',
  '.github/workflows/treadle.yml': 'name: Treadle\non: push\n',
  '.github/workflows/treadle-review.yml': 'name: Treadle review\non: pull_request\n',
};

test('workflows that check commits are found by their names, or by their paths', () => {
  expect(findCheckWorkflows([...Object.keys(FILES), 'gone.yml'], (path) => FILES[path] ?? null)).toEqual([
    'CI',
    '.github/workflows/lint.yml',
    'Queue checks',
  ]);
});
