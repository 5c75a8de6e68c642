import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { convertLoom } from '../../loom/convert-loom.ts';
import { WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import type { Diagnostic } from '../../workflow/diagnostic.ts';
import { formatDiagnostics } from '../../workflow/format-diagnostics.ts';
import { examples, JSON_OPTION, type CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';

interface LoomOptions {
  readonly out: string;
  readonly force?: true;
  readonly json?: true;
}

/** `treadle import loom`: workflows of Loom as workflows of ours. */
export function addImportLoom(command: Command, context: CommandContext): void {
  command
    .command('loom')
    .description("convert Loom's workflow files; what cannot be carried over is told by file and line")
    .argument('<dir>', 'the folder with its *.yaml, or one file')
    .option('--out <dir>', 'where to write', WORKFLOWS_FOLDER)
    .option('--force', 'replace files that are there')
    .option(...JSON_OPTION)
    .addHelpText('after', examples('treadle import loom ../loom/workflows/defaults --out converted'))
    .action((dir: string, options: LoomOptions) => importLoom(context, dir, options));
}

async function importLoom(
  { terminal, finish }: CommandContext,
  dir: string,
  options: LoomOptions,
): Promise<void> {
  const texts = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  const written: string[] = [];
  for (const path of await findFiles(dir)) {
    const text = await readFile(path, 'utf8');
    texts.set(path, text);
    const converted = convertLoom({ path, text });
    diagnostics.push(...converted.diagnostics);
    if (converted.workflow === null) continue;
    const target = join(options.out, converted.workflow.name);
    await mkdir(options.out, { recursive: true });
    await writeNew(target, converted.workflow.text, options.force === true);
    written.push(target);
  }
  if (diagnostics.some(({ severity }) => severity === 'error')) finish(EXIT.usage);
  if (options.json === true) {
    terminal.print(JSON.stringify({ version: 1, written, diagnostics }, null, 2));
    return;
  }
  if (diagnostics.length > 0) {
    const color = { color: terminal.color };
    terminal.note(formatDiagnostics(diagnostics, (path) => texts.get(path), color).trimEnd());
  }
  for (const path of written) terminal.print(path);
  if (written.length > 0) terminal.note(`Read them, then check them: treadle lint ${written.join(' ')}`);
}

async function findFiles(dir: string): Promise<readonly string[]> {
  const found = await stat(dir).catch(() => null);
  if (found === null) {
    throw new TreadleError('not-found', `there is no ${dir}`, {
      remedy: 'Give the path of a workflow of Loom, or of a folder of them.',
    });
  }
  if (!found.isDirectory()) return [dir];
  const names = (await readdir(dir)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length === 0) throw new TreadleError('not-found', `${dir} holds no *.yaml`);
  return names.map((name) => join(dir, name));
}

async function writeNew(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new TreadleError('usage', `${path} is there already`, {
      remedy: 'Nothing was changed in it. Replace it with --force, or write elsewhere with --out DIR.',
    });
  }
}
