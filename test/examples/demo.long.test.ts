import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { ensureBuilt } from '../cli/built-cli.ts';
import { EXAMPLE, makeFolder } from './workbench.ts';

test('the demo says how to approve where it has no terminal to ask on', async () => {
  await ensureBuilt();
  const folder = await makeFolder();
  const demo = promisify(execFile)(process.execPath, [join(EXAMPLE, 'demo.mjs'), '--dir', folder]);
  demo.child.stdin?.end();
  const { code, stderr } = await demo.then(
    ({ stderr }) => ({ code: 0, stderr }),
    (error: unknown) => error as { readonly code: number; readonly stderr: string },
  );
  expect(code).toBe(3);
  expect(stderr).toContain('demo: there is no terminal to ask for your approval on. To give it: ');
  expect(stderr).toContain(` approve 1-1 --repo ${folder}, or begin anew: npm run demo -- --yes`);
}, 120_000);
