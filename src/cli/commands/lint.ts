import { Option, type Command } from 'commander';

import type { Diagnostic } from '../../workflow/diagnostic.ts';
import { formatAnnotations } from '../../workflow/format-annotations.ts';
import { documentationOf, formatSarif } from '../../workflow/format-sarif.ts';
import { formatDiagnostics } from '../../workflow/format-diagnostics.ts';
import { examples, JSON_OPTION, type CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { lintFilesHere } from '../lint-files-here.ts';

/** `treadle lint`: all that is wrong with workflow files and settings, at once. */
export function addLint(program: Command, { terminal, finish }: CommandContext): void {
  program
    .command('lint')
    .description(
      'check workflow files with what they call, .github/treadle.yml and routing.yml; silent where all is well',
    )
    .argument('[files...]', 'the files; default: all of this repository')
    .option('--roles <file>', "settings whose roles are known; default: the repository's")
    .addOption(
      new Option('--format <format>', 'how').choices(['text', 'json', 'github', 'sarif']).default('text'),
    )
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle lint',
        'treadle lint .github/treadle/workflows/release.yml',
        'treadle lint .github/treadle.yml',
        'treadle lint --format sarif > treadle.sarif',
      ),
    )
    .action(async (files: readonly string[], options: LintOptions) => {
      const { diagnostics, texts } = await lintFilesHere(files, options.roles ?? null);
      if (diagnostics.some(({ severity }) => severity === 'error')) finish(EXIT.usage);
      const report = formatReport(options.json === true ? 'json' : options.format, diagnostics, () =>
        formatDiagnostics(diagnostics, (path) => texts.get(path), { color: terminal.color }),
      );
      if (report !== '') terminal.print(report.trimEnd());
    });
}

interface LintOptions {
  readonly roles?: string;
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
