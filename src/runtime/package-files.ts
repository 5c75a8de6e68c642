import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { invariant } from '../base/errors.ts';

/** The package's own workflows, by path. */
export function readBuiltInWorkflows(): ReadonlyMap<string, string> {
  const folder = join(packageRoot(), 'workflows');
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return new Map(files.sort().map((name) => [`workflows/${name}`, readFileSync(join(folder, name), 'utf8')]));
}

/** A file that `treadle init` writes into repositories, before it is filled in. */
export function readTemplate(path: string): string {
  return readFileSync(join(packageRoot(), 'templates', path), 'utf8');
}

/** The package's version. */
export function readVersion(): string {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The folder of the package: the nearest one above this file, be it source, build or bundle, that holds workflows. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'workflows', 'bug.yml'))) {
    const above = dirname(folder);
    invariant(above !== folder, 'the package lies in a folder that holds its workflows');
    folder = above;
  }
  return folder;
}
