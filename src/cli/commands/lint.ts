import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { formatDiagnostics } from '../../workflow/format-diagnostics.ts';
import { isSettingsFile, lintFiles } from '../../workflow/lint-files.ts';
import { readSettings, SETTINGS_PATH, type SettingsFile } from '../../workflow/settings.ts';
import { examples, JSON_OPTION, type CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';

/** `treadle lint`: all that is wrong with workflow files and settings, at once. */
export function addLint(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command('lint')
    .description('check workflow files, .github/treadle.yml and routing.yml; silent where all is well')
    .argument('<files...>', 'the files')
    .option('--roles <file>', 'settings whose roles are known', SETTINGS_PATH)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples('treadle lint .github/treadle/workflows/*.yml', 'treadle lint .github/treadle.yml'),
    )
    .action(async (files: readonly string[], options: { readonly roles: string; readonly json?: true }) => {
      const settings = await readKnownSettings(files.find(isSettingsFile) ?? options.roles);
      const texts = new Map<string, string>();
      for (const file of files) {
        texts.set(relative('.', file).replaceAll('\\', '/') || file, await readText(file));
      }
      const read = [...texts].map(([path, text]) => ({ path, text }));
      const diagnostics = lintFiles(read, settings);
      if (diagnostics.some(({ severity }) => severity === 'error')) finish(EXIT.usage);
      if (options.json === true) terminal.print(JSON.stringify({ version: 1, diagnostics }, null, 2));
      else if (diagnostics.length > 0) {
        const text = formatDiagnostics(diagnostics, (path) => texts.get(path), { color: terminal.color });
        terminal.print(text.trimEnd());
      }
    });
}

/** The settings that say which roles there are and who holds them; null where there are none, or they have errors. */
async function readKnownSettings(path: string): Promise<SettingsFile | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : readSettings({ path, text }).settings;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw new TreadleError('not-found', `${file} cannot be read: ${reason}`, { cause });
  }
}
