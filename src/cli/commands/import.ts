import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { Step } from '../../beads/plan-import.ts';
import { readBeads } from '../../beads/read-beads.ts';
import { invalidFile } from '../../runtime/repository-config.ts';
import type { Diagnostic } from '../../workflow/diagnostic.ts';
import { formatDiagnostics } from '../../workflow/format-diagnostics.ts';
import {
  examples,
  JSON_OPTION,
  REPO_OPTION,
  type CommandContext,
  type RepositoryOptions,
} from '../command-context.ts';
import { performImport, prepareImport, type ImportedBead } from '../import-beads.ts';
import type { Session } from '../local/session.ts';
import { withSession } from '../with-session.ts';
import { addImportLoom } from './import-loom.ts';

interface ImportOptions extends RepositoryOptions {
  readonly dryRun?: true;
  readonly skipInvalid?: true;
}

/** `treadle import`: what other systems kept, as issues and workflows. */
export function addImport(program: Command, context: CommandContext): void {
  const command = program
    .command('import')
    .description('take over what another system kept: beads as issues, or workflows of Loom')
    .addHelpText(
      'after',
      examples('treadle import beads .beads/issues.jsonl --dry-run', 'treadle import loom workflows'),
    );
  command
    .command('beads')
    .description(
      'file the beads of an export of Beads as issues; what was imported before is brought up to date',
    )
    .argument('<file>', 'the export: .beads/issues.jsonl')
    .option('--dry-run', 'only say what would be done')
    .option('--skip-invalid', 'import the other lines where some have errors')
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', examples('treadle import beads .beads/issues.jsonl'))
    .action((file: string, options: ImportOptions) => importBeads(context, file, options));
  addImportLoom(command, context);
}

async function importBeads(
  { terminal }: CommandContext,
  path: string,
  options: ImportOptions,
): Promise<void> {
  const text = await readText(path);
  const { beads, diagnostics } = readBeads({ path, text });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 && options.skipInvalid !== true) throw invalidBeads(path, text, diagnostics);
  if (diagnostics.length > 0 && options.json !== true) {
    terminal.note(formatDiagnostics(diagnostics, () => text, { color: terminal.color }).trimEnd());
  }
  const place = { repo: options.repo, command: 'import' };
  await withSession(terminal, place, async (session) => {
    const forge = importerOf(session);
    const { plan } = await prepareImport(forge, beads);
    if (options.dryRun === true) {
      if (options.json === true) {
        const steps = plan.steps.map(describeStep);
        terminal.print(JSON.stringify({ version: 1, dryRun: true, beads: steps, diagnostics }, null, 2));
      } else for (const step of plan.steps) terminal.print(lineOf(describeStep(step)));
      return;
    }
    const report = await performImport(forge, plan, (done) => {
      if (options.json !== true) terminal.print(lineOf(done));
    });
    if (options.json === true) {
      terminal.print(JSON.stringify({ version: 1, dryRun: false, ...report, diagnostics }, null, 2));
      return;
    }
    for (const refused of report.refused) terminal.note(`note: the forge refused to relate ${refused}`);
    const count = (outcome: ImportedBead['outcome']): number =>
      report.beads.filter((bead) => bead.outcome === outcome).length;
    terminal.note(
      `${count('created')} created, ${count('updated')} updated, ${count('closed')} closed, ${count('skipped')} left as they are; ${report.linked} relations made. No run was started: treadle ready`,
    );
  });
}

/** Imported issues are filed as the first holder of the role ceo, like the beads of `treadle run`. */
function importerOf(session: Session): Session['runtime']['forge'] {
  const [ceo] = session.settings.roles['ceo'] ?? [];
  return ceo === undefined ? session.runtime.forge : session.forgeAs(ceo);
}

function describeStep(step: Step): ImportedBead {
  const { bead } = step;
  switch (step.kind) {
    case 'create':
      return { bead, number: null, outcome: 'created', reason: null };
    case 'update':
      return { bead, number: step.number, outcome: 'updated', reason: null };
    case 'close':
      return { bead, number: step.number, outcome: 'closed', reason: null };
    case 'skip':
      return { bead, number: step.number, outcome: 'skipped', reason: step.reason };
  }
}

function lineOf({ bead, number, outcome, reason }: ImportedBead): string {
  const at = number === null ? '' : ` #${number}`;
  return `${outcome.padEnd(8)} ${bead}${at}${reason === null ? '' : `: ${reason}`}`;
}

function invalidBeads(path: string, text: string, diagnostics: readonly Diagnostic[]): TreadleError {
  const { message, facts } = invalidFile('workflow-invalid', { path, text }, diagnostics);
  return new TreadleError('import-invalid', message, {
    remedy: 'Nothing was imported. Mend the lines, or import the others with --skip-invalid.',
    facts,
  });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TreadleError('not-found', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
