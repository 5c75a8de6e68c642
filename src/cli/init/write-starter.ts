import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import { readBuiltInWorkflows, readWorkflowTemplates } from '../../runtime/package-files.ts';
import { WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import type { CommandContext } from '../command-context.ts';
import { findPlace } from '../local/place.ts';
import { findStarter, workflowStarters, type WorkflowStarter } from './workflow-starters.ts';

interface StarterRequest {
  readonly repo: string;
  /** The name; true where none was given, and what there is is listed. */
  readonly workflow: string | true;
  readonly dryRun?: true;
  readonly json?: true;
}

/**
 * `treadle init --workflow`: writes a starter into the repository, and no more: neither commits nor needs GitHub.
 *
 * @throws {TreadleError} `usage` for a name that there is not, `files-differ` where there is a workflow of that name already
 */
export async function writeStarter(request: StarterRequest, { terminal }: CommandContext): Promise<void> {
  const { workflow: name, json } = request;
  const starters = workflowStarters(readWorkflowTemplates(), readBuiltInWorkflows());
  if (name === true) {
    const list = starters.map(({ name: one, about }) => ({ name: one, about }));
    if (json === true) terminal.print(JSON.stringify({ version: 1, starters: list }, null, 2));
    else terminal.print(describeStarters(starters));
    return;
  }
  const starter = findStarter(starters, name);
  const { folder } = await findPlace(request.repo);
  const path = `${WORKFLOWS_FOLDER}/${starter.name}.yml`;
  await checkFree(folder, [path, path.replace(/yml$/, 'yaml')]);
  if (request.dryRun !== true) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), starter.text, { flag: 'wx' });
  }
  if (json === true) {
    terminal.print(JSON.stringify({ version: 1, path, written: request.dryRun !== true }, null, 2));
    return;
  }
  terminal.print(`${request.dryRun === true ? 'would write' : 'wrote'} ${path}: ${starter.about}`);
  terminal.note(`Check it with: treadle lint ${path}\nSee it with:   treadle graph ${starter.name}`);
}

function describeStarters(starters: readonly WorkflowStarter[]): string {
  const width = Math.max(...starters.map(({ name }) => name.length));
  return starters.map(({ name, about }) => `${name.padEnd(width)}  ${about}`).join('\n');
}

async function checkFree(folder: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const isThere = await access(join(folder, path)).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    throw new TreadleError('files-differ', `there is a workflow ${path} already`, {
      remedy: 'Nothing was changed. Move it out of the way, or rename it, and run the command again.',
      facts: { files: [path] },
    });
  }
}
