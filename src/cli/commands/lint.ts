import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { Option, type Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { Diagnostic } from '../../workflow/diagnostic.ts';
import { formatAnnotations } from '../../workflow/format-annotations.ts';
import { documentationOf, formatSarif } from '../../workflow/format-sarif.ts';
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
    .addOption(
      new Option('--format <format>', 'how').choices(['text', 'json', 'github', 'sarif']).default('text'),
    )
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle lint .github/treadle/workflows/*.yml',
        'treadle lint .github/treadle.yml',
        'treadle lint .github/treadle/workflows/*.yml --format sarif > treadle.sarif',
      ),
    )
    .action(async (files: readonly string[], options: LintOptions) => {
      const settings = await readKnownSettings(files.find(isSettingsFile) ?? options.roles);
      const texts = new Map<string, string>();
      for (const file of files) {
        texts.set(relative('.', file).replaceAll('\\', '/') || file, await readText(file));
      }
      const read = [...texts].map(([path, text]) => ({ path, text }));
      const diagnostics = lintFiles(read, settings);
      if (diagnostics.some(({ severity }) => severity === 'error')) finish(EXIT.usage);
      const report = formatReport(options.json === true ? 'json' : options.format, diagnostics, () =>
        formatDiagnostics(diagnostics, (path) => texts.get(path), { color: terminal.color }),
      );
      if (report !== '') terminal.print(report.trimEnd());
    });
}

interface LintOptions {
  readonly roles: string;
  readonly format: Format;
  readonly json?: true;
}

type Format = 'text' | 'json' | 'github' | 'sarif';

/** The diagnostics in a format; those for people and for the runner are empty where there is none. */
function formatReport(format: Format, diagnostics: readonly Diagnostic[], asText: () => string): string {
  switch (format) {
    case 'text':
      return asText();
    case 'github':
      return formatAnnotations(diagnostics);
    case 'sarif':
      return JSON.stringify(formatSarif(diagnostics), null, 2);
    case 'json': {
      const linked = diagnostics.map((one) => ({ ...one, docs: documentationOf(one.code) }));
      return JSON.stringify({ version: 1, diagnostics: linked }, null, 2);
    }
  }
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
