import { expect, test } from 'vitest';

import { describeStart } from '../../src/runtime/commands/describe-start.ts';

test.each([
  ['ENOENT', 'nodee', "no program 'nodee' is on the PATH"],
  [
    'ENOENT',
    './tools/fix',
    "'./tools/fix' is not there, or the program that its first line names is not; only what is committed is in the clone",
  ],
  [
    'EACCES',
    './tools/fix',
    "'./tools/fix' may not be executed; to allow it: git update-index --chmod=+x, and commit",
  ],
  ['EMFILE', 'node', 'spawn node EMFILE'],
])('%s of %s is told with what to do', (code, program, told) => {
  const error = Object.assign(new Error(`spawn ${program} ${code}`), { code });
  expect(describeStart(error, program)).toBe(told);
});
