import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

import { TreadleError } from '../base/errors.ts';
import { findAmong, readLintableFiles } from '../runtime/lintable-files.ts';
import { WORKFLOWS_FOLDER } from '../runtime/repository-config.ts';
import type { WorkflowFile } from '../workflow/compile.ts';
import type { Diagnostic } from '../workflow/diagnostic.ts';
import { isSettingsFile, lintFiles } from '../workflow/lint-files.ts';
import { readSettings, SETTINGS_PATH, type SettingsFile } from '../workflow/settings.ts';
import { readTextFile } from './read-text-file.ts';

/** What was found, with the texts it was found in, by the paths from where the command runs. */
export interface Linted {
  readonly diagnostics: readonly Diagnostic[];
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Lints the named files, or with none named all of the repository that one stands in. Calls are looked up in the repository that each
 * file belongs to, and among the built-in workflows.
 *
 * @param roles a file of settings whose roles are known; null for the one that is named, or the repository's
 * @throws {TreadleError} `not-found` for a file that cannot be read, and where there is nothing to lint
 */
export async function lintFilesHere(named: readonly string[], roles: string | null): Promise<Linted> {
  const known = named.find(isSettingsFile) ?? roles;
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const [top, files] of await groupByTop(named)) {
    const around = await readLintableFiles(top);
    const settings = await readKnownSettings(known ?? join(top, SETTINGS_PATH));
    const shownPath = (path: string): string => withSlashes(relative('.', join(top, path)) || path);
    for (const { path, text } of files) texts.set(shownPath(path), text);
    const found = lintFiles(files, settings, findAmong([...around, ...files]));
    diagnostics.push(...found.map((one) => ({ ...one, path: shownPath(one.path) })));
  }
  return { diagnostics, texts };
}

/** The files by the top folder of their repository, with their paths from there. */
async function groupByTop(named: readonly string[]): Promise<ReadonlyMap<string, readonly WorkflowFile[]>> {
  if (named.length === 0) {
    const top = topOf(resolve('.'));
    const files = await readLintableFiles(top);
    if (files.length > 0) return new Map([[top, files]]);
    throw new TreadleError(
      'not-found',
      `there is neither ${SETTINGS_PATH} nor ${WORKFLOWS_FOLDER} in ${top}`,
      {
        remedy: 'Name the files to lint, or write a first workflow: treadle init --workflow bug',
      },
    );
  }
  const groups = new Map<string, WorkflowFile[]>();
  for (const file of new Set(named.map((one) => resolve(one)))) {
    const top = topOf(dirname(file));
    const text = await readTextFile(file, relative('.', file));
    groups.set(top, [...(groups.get(top) ?? []), { path: withSlashes(relative(top, file)), text }]);
  }
  return groups;
}

/** The folder of the repository that a folder is in; where it is in none, the folder itself. */
function topOf(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git')) || existsSync(join(folder, '.github', 'treadle'))) return folder;
    if (dirname(folder) === folder) return start;
  }
}

/** The settings that say which roles there are and who holds them; null where there are none, or they have errors. */
async function readKnownSettings(path: string): Promise<SettingsFile | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : readSettings({ path, text }).settings;
}

function withSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
