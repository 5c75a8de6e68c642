import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { ROOT } from '../cli/built-cli.ts';

const run = promisify(execFile);
const VERSION = '24.21.0';

let found: Promise<string> | null = null;

/** The Node that GitHub's runner executes the Action with: this one if it is of that version, else one from the registry. */
export function node24(): Promise<string> {
  return (found ??= process.version.startsWith('v24.') ? Promise.resolve(process.execPath) : install());
}

async function install(): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(ROOT, 'build', `node-${VERSION}`);
  const node = join(folder, 'node_modules', name, 'bin', 'node');
  if (existsSync(node)) return node;
  // Installed aside and moved: whoever looks sees all of it or nothing.
  const aside = `${folder}.${process.pid}`;
  await mkdir(aside, { recursive: true });
  const args = ['install', '--prefix', aside, '--no-save', '--no-audit', '--no-fund', `${name}@${VERSION}`];
  await run('npm', args).catch((cause: unknown) => {
    throw new Error(
      `Node ${VERSION} is needed, as GitHub runs the Action with it, and ${name} cannot be installed`,
      {
        cause,
      },
    );
  });
  await rename(aside, folder).catch(async (error: unknown) => {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(node)) throw error;
  });
  return node;
}
