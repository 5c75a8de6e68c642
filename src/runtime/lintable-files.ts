import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { WorkflowFile } from '../workflow/compile.ts';
import { ROUTING_PATH } from '../workflow/routing-table.ts';
import { SETTINGS_PATH } from '../workflow/settings.ts';
import { readBuiltInWorkflows } from './package-files.ts';
import { WORKFLOWS_FOLDER } from './repository-config.ts';

/** What `lint` checks in a checkout: the settings, the routing table and the workflows that there are, by their path from its top. */
export async function readLintableFiles(
  folder: string,
  settings: string = SETTINGS_PATH,
): Promise<readonly WorkflowFile[]> {
  const paths = [settings, ROUTING_PATH, ...(await workflowPaths(folder))];
  const texts = await Promise.all(
    paths.map((path) => readFile(join(folder, path), 'utf8').catch(() => null)),
  );
  const present = paths.flatMap((path, index): readonly (readonly [string, string])[] => {
    const text = texts[index];
    return typeof text === 'string' ? [[path, text]] : [];
  });
  return pickLintableFiles(new Map(present), settings);
}

/** The same among files that are known by their path. */
export function pickLintableFiles(
  texts: ReadonlyMap<string, string>,
  settings: string = SETTINGS_PATH,
): readonly WorkflowFile[] {
  const workflows = [...texts.keys()].filter(isWorkflowPath).sort();
  return [settings, ROUTING_PATH, ...workflows].flatMap((path) => {
    const text = texts.get(path);
    return text === undefined ? [] : [{ path, text }];
  });
}

/** Finds what workflows call by its path: among the files, and the workflows that come with Treadle. */
export function findAmong(files: readonly WorkflowFile[]): (path: string) => WorkflowFile | undefined {
  const builtIn = [...readBuiltInWorkflows()].map(([path, text]) => ({ path, text }));
  const all = new Map([...builtIn, ...files].map((file) => [file.path, file]));
  return (path) => all.get(path);
}

async function workflowPaths(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, WORKFLOWS_FOLDER)).catch((): string[] => []);
  return names.map((name) => `${WORKFLOWS_FOLDER}/${name}`).filter(isWorkflowPath);
}

function isWorkflowPath(path: string): boolean {
  const name = path.slice(WORKFLOWS_FOLDER.length + 1);
  return path.startsWith(`${WORKFLOWS_FOLDER}/`) && !name.includes('/') && /\.ya?ml$/.test(name);
}
