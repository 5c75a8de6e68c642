import { Option, type Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { dispatchIndexCodec } from '../../codec/documents.ts';
import { layout } from '../../codec/layout.ts';
import { renderReport } from '../../codec/report-block.ts';
import { dropEmpty, findOutputProblem } from '../../engine/outputs.ts';
import { visibleLine } from '../../engine/view/visible-text.ts';
import type { Account } from '../../forge/port/people.ts';
import { holdsRole } from '../../runtime/authorise.ts';
import { eventId } from '../../runtime/wake.ts';
import { openDocuments } from '../../store/documents.ts';
import type { Store } from '../../store/port.ts';
import { addSpeechOptions, examples, type CommandContext, type SpeechOptions } from '../command-context.ts';
import { findRun, type FoundRun } from '../find-run.ts';
import { speak } from '../speak.ts';
import { definitionOf } from '../../workflow/leg.ts';

interface ReportOptions extends SpeechOptions {
  readonly outcome: 'success' | 'failure' | 'continue';
  readonly output: readonly string[];
  readonly summary: string;
  readonly job?: string;
}

/** `treadle report`: an assignee's answer, said as a comment of theirs on the bead. */
export function addReport(program: Command, context: CommandContext): void {
  const command = program
    .command('report')
    .description('answer a dispatch, as its assignee')
    .argument('<dispatch>', 'the dispatch id, the run (42-1) or the issue (42)')
    .addOption(
      new Option('--outcome <outcome>', 'how it went')
        .choices(['success', 'failure', 'continue'])
        .makeOptionMandatory(),
    )
    .option(
      '--output <key=value>',
      'an output, repeatable',
      (value, earlier: readonly string[]) => [...earlier, value],
      [],
    )
    .option('--summary <text>', 'one line', '')
    .option('--job <job>', 'which job, where the run has several open dispatches');
  addSpeechOptions(command, 'who answers; the assignee')
    .addHelpText(
      'after',
      examples('treadle report 42-1 --outcome success --output root-cause="off by one" --summary "Found it"'),
    )
    .action(async (wanted: string, options: ReportOptions) => {
      await speak(context, 'report', options, async (speech) => {
        const found = await findRun(speech.store, await runOf(speech.store, wanted));
        const { id, issue } = found.state.run;
        const { job, login: assignee } = openTurnOf(found, wanted, options.job ?? null);
        const { outcome, summary } = options;
        const outputs = Object.fromEntries(options.output.map(splitPair));
        if (outcome !== 'failure') checkOutputs(found, job, outputs, outcome === 'success');
        if (speech.speaker !== null) checkReporter(found, job, speech.speaker);
        const login = options.as ?? speech.speaker?.login ?? assignee;
        const body = renderReport({ outcome, job, summary, outputs });
        const comment = await speech.forgeAs(login).comments.create(issue, body);
        const event = eventId(id, 'report_received', ['comment', comment]);
        const isFollowed = (now: FoundRun): boolean => hasEnded(now, job, event);
        await speech.goOn({ run: id, what: 'reported', login, at: issue, isFollowed });
      });
    });
}

/** Whether an event ended a turn of a job. */
function hasEnded({ state }: FoundRun, job: string, event: string): boolean {
  const attempts = state.jobs[job]?.attempts ?? [];
  return attempts.some(({ turns }) => turns.some(({ endedBy }) => endedBy === event));
}

/** Throws `usage` for somebody who was not asked: on GitHub a report of theirs would count for nothing. */
function checkReporter({ state, config }: FoundRun, job: string, speaker: Account): void {
  const document = state.jobs[job];
  const assignee = document?.attempts.at(-1)?.turns.at(-1)?.assignee;
  const role = document?.role ?? null;
  if (assignee?.id === speaker.id || (role !== null && holdsRole(config, role, speaker))) return;
  throw new TreadleError(
    'usage',
    `${speaker.login} was not asked, and does not hold the role ${role ?? ''}, so their report on ${job} would not count`,
    { remedy: `Nothing was reported. ${assignee?.login ?? 'Somebody else'} was asked.` },
  );
}

/** Finds what is wrong before it is said: a malformed report would cost a turn. Throws `usage`. */
function checkOutputs(
  { workflow, state }: FoundRun,
  id: string,
  outputs: Readonly<Record<string, string>>,
  isComplete: boolean,
): void {
  const job = definitionOf(workflow, id);
  const declared = job !== undefined && 'declaredOutputs' in job ? job.declaredOutputs : [];
  const turns = state.jobs[id]?.attempts.at(-1)?.turns ?? [];
  const earlier = turns.map((turn) => turn.outputs);
  const known = Object.fromEntries(
    [...(isComplete ? earlier : []), dropEmpty(outputs)].flatMap((one) => Object.entries(one)),
  );
  const problem = findOutputProblem(declared, known, isComplete);
  if (problem === null) return;
  throw new TreadleError('usage', `${id}: ${problem}`, {
    remedy: 'Nothing was reported. Give it as: --output NAME=VALUE',
  });
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at <= 0) throw new TreadleError('usage', `--output ${pair} is not of the form key=value`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

async function runOf(store: Store, wanted: string): Promise<string> {
  if (/^#?\d{1,15}(-\d+)?$/.test(wanted)) return wanted;
  if (!/^[0-9a-f]{24}$/.test(wanted)) {
    throw new TreadleError(
      'usage',
      `${visibleLine(wanted) || 'an empty text'} names no dispatch, no run and no issue`,
      {
        remedy: 'Name the run like 42-1, its issue like 42, or the dispatch that treadle explain 42-1 tells.',
      },
    );
  }
  const documents = openDocuments(await store.read());
  const index = await documents.read(layout.dispatchIndex(wanted), dispatchIndexCodec);
  if (index === undefined) {
    throw new TreadleError('not-found', `no dispatch ${wanted} is open`, {
      remedy: 'It was answered, cancelled or timed out. See: treadle status',
    });
  }
  return index.run;
}

function openTurnOf(
  { state, workflow }: FoundRun,
  wanted: string,
  job: string | null,
): { readonly job: string; readonly login: string } {
  const id = job === null ? null : (workflow.graph.resolve(job) ?? job);
  const open = Object.values(state.jobs).flatMap((document) => {
    const turn = document.attempts.at(-1)?.turns.at(-1);
    const fits = turn?.outcome === 'open' && (id === null || document.id === id);
    return fits ? [{ job: document.id, login: turn.assignee.login, dispatch: turn.dispatch }] : [];
  });
  const named = open.find(({ dispatch }) => dispatch === wanted);
  if (named !== undefined) return named;
  const [first, other] = open;
  if (first === undefined) throw new TreadleError('not-found', `run ${state.run.id} waits for no report`);
  if (other !== undefined) {
    throw new TreadleError(
      'usage',
      `run ${state.run.id} waits for several reports: ${open.map((one) => one.job).join(', ')}`,
      {
        remedy: 'Say which: --job JOB',
      },
    );
  }
  return first;
}
