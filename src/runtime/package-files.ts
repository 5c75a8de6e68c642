import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { invariant } from '../base/errors.ts';

/** The package's own workflows, by path. */
export function readBuiltInWorkflows(): ReadonlyMap<string, string> {
  return new Map(readYamlFiles('workflows').map(([name, text]) => [`workflows/${name}`, text]));
}

/** The workflows that `treadle init --workflow` can begin with, by the name of the file without its extension. */
export function readWorkflowTemplates(): ReadonlyMap<string, string> {
  const files = readYamlFiles(join('templates', 'workflows'));
  return new Map(files.map(([name, text]) => [name.replace(/\.ya?ml$/, ''), text]));
}

function readYamlFiles(path: string): readonly (readonly [string, string])[] {
  const folder = join(packageRoot(), path);
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return files.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
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
