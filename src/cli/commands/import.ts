import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { Bead } from '../../beads/bead.ts';
import type { ImportPlan, Step } from '../../beads/plan-import.ts';
import { readBeads } from '../../beads/read-beads.ts';
import type { Forge } from '../../forge/port/forge.ts';
import { mayApprove } from '../../runtime/authorise.ts';
import { invalidFile } from '../../runtime/repository-config.ts';
import type { Diagnostic } from '../../workflow/diagnostic.ts';
import { formatDiagnostics } from '../../workflow/format-diagnostics.ts';
import {
  examples,
  GITHUB_OPTION,
  isOnGitHub,
  placeWords,
  JSON_OPTION,
  REPO_OPTION,
  REPOSITORY_OPTION,
  type CommandContext,
  type PlaceOptions,
} from '../command-context.ts';
import { withRemote, type Remote } from '../github/open-remote.ts';
import { readPermission } from '../github/read-permission.ts';
import { findSpeaker } from '../github/remote-speech.ts';
import { performImport, prepareImport, type ImportedBead } from '../import-beads.ts';
import type { Session } from '../local/session.ts';
import { readTextFile } from '../read-text-file.ts';
import type { Terminal } from '../terminal.ts';
import { withSession } from '../with-session.ts';
import { addImportLoom } from './import-loom.ts';

interface ImportOptions extends PlaceOptions {
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
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples(
        'treadle import beads .beads/issues.jsonl',
        'treadle import beads .beads/issues.jsonl --github --dry-run',
      ),
    )
    .action((file: string, options: ImportOptions) => importBeads(context, file, options));
  addImportLoom(command, context);
}

async function importBeads(
  { terminal }: CommandContext,
  path: string,
  options: ImportOptions,
): Promise<void> {
  const text = await readTextFile(path);
  const { beads, diagnostics } = readBeads({ path, text });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 && options.skipInvalid !== true) throw invalidBeads(path, text, diagnostics);
  if (diagnostics.length > 0 && options.json !== true) {
    terminal.note(formatDiagnostics(diagnostics, () => text, { color: terminal.color }).trimEnd());
  }
  const perform = (forge: Forge, pace: ImportPace): Promise<void> =>
    importInto(terminal, forge, beads, { ...options, diagnostics, pace, place: placeWords(options) });
  if (isOnGitHub(options)) {
    await withRemote(
      terminal,
      options,
      async (remote) => {
        await checkImporter(remote);
        await perform(remote.forge, 'github');
      },
      { longestWaitMs: LONGEST_WAIT_MS },
    );
    return;
  }
  const place = { repo: options.repo, command: 'import' };
  await withSession(terminal, place, (session) => perform(importerOf(session), 'none'));
}

type ImportPace = 'github' | 'none';

/** A little more than the longest window of GitHub's limits: an import waits until there is room again. */
const LONGEST_WAIT_MS = 70 * 60_000;

interface Importing extends ImportOptions {
  readonly diagnostics: readonly Diagnostic[];
  readonly pace: ImportPace;
  /** The options that lead to the same place. */
  readonly place: string;
}

async function importInto(
  terminal: Terminal,
  forge: Forge,
  beads: readonly Bead[],
  { json, dryRun, diagnostics, pace, place }: Importing,
): Promise<void> {
  const { plan } = await prepareImport(forge, beads);
  if (dryRun === true) {
    if (json === true) {
      const steps = plan.steps.map(describeStep);
      terminal.print(JSON.stringify({ version: 1, dryRun: true, beads: steps, diagnostics }, null, 2));
    } else for (const step of plan.steps) terminal.print(lineOf(describeStep(step)));
  }
  const minutes = pace === 'github' ? minutesOf(plan) : 0;
  if (minutes > 1) {
    terminal.note(
      `GitHub takes some 20 new issues a minute, and 500 changes an hour: this takes about ${minutes} minutes. It can be ended and begun again at any time.`,
    );
  }
  if (dryRun === true) return;
  let done = 0;
  const report = await performImport(forge, plan, (bead) => {
    done += 1;
    if (json !== true) terminal.print(lineOf(bead));
    if (done % PROGRESS_EVERY === 0) terminal.note(`${done} of ${plan.steps.length}`);
  }).catch((error: unknown) => {
    throw resumable(error);
  });
  if (json === true) {
    terminal.print(JSON.stringify({ version: 1, dryRun: false, ...report, diagnostics }, null, 2));
    return;
  }
  for (const refused of report.refused) terminal.note(`note: the forge refused to relate ${refused}`);
  const count = (outcome: ImportedBead['outcome']): number =>
    report.beads.filter((bead) => bead.outcome === outcome).length;
  terminal.note(
    `${count('created')} created, ${count('updated')} updated, ${count('closed')} closed, ${count('skipped')} left as they are; ${report.linked} relations made. No run was started: treadle ready${place}`,
  );
}

const PROGRESS_EVERY = 25;

/** How long a plan takes at GitHub's pace, about: three seconds an issue, one for every other change, and 500 changes an hour. */
function minutesOf({ steps, links }: ImportPlan): number {
  const changes = steps.map((step) => {
    if (step.kind === 'create')
      return { count: step.text.isClosed ? 2 : 1, seconds: step.text.isClosed ? 4 : 3 };
    return step.kind === 'skip' ? { count: 0, seconds: 0 } : { count: 1, seconds: 1 };
  });
  const count = changes.reduce((sum, one) => sum + one.count, links.length);
  const seconds = changes.reduce((sum, one) => sum + one.seconds, links.length);
  return Math.ceil(Math.max(seconds / 60, (Math.ceil(count / 500) - 1) * 60));
}

/** An import that the forge cut off goes on where it was. */
function resumable(error: unknown): unknown {
  if (!(error instanceof TreadleError) || !error.code.startsWith('forge-')) return error;
  const { code, message, remedy = '', facts } = error;
  const again = 'Then run the same command again: what was imported is found, and not imported twice.';
  return new TreadleError(code, message, { remedy: `${remedy}\n${again}`.trim(), facts, cause: error });
}

/** What somebody imported is found again only if they may write. Throws `forge-denied` before anything is imported. */
async function checkImporter(remote: Remote): Promise<void> {
  const { forge } = remote;
  const { login } = await findSpeaker(remote);
  if (mayApprove(await readPermission(forge, login))) return;
  throw new TreadleError(
    'forge-denied',
    `${login} may not write to ${forge.repository}, so that an import by them would not be found again`,
    {
      remedy: 'Nothing was imported. Give the token of an account that may write.',
    },
  );
}

/** Imported issues are filed as the first holder of the role ceo, like the beads of `treadle run`. */
function importerOf(session: Session): Forge {
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
