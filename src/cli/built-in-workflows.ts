import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's own workflows, by path; from source and from the build alike. */
export function readBuiltInWorkflows(): ReadonlyMap<string, string> {
  const folder = join(packageRoot(), 'workflows');
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return new Map(files.sort().map((name) => [`workflows/${name}`, readFileSync(join(folder, name), 'utf8')]));
}

/** The package's version. */
export function readVersion(): string {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function packageRoot(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  return here.includes(join('build', 'src', 'cli')) ? join(here, '..', '..', '..') : join(here, '..', '..');
}
