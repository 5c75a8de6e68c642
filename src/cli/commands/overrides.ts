import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { Member } from '../../engine/config.ts';
import type { Account } from '../../forge/port/people.ts';
import { actorOf, reasonNotToOverrule } from '../../runtime/authorise.ts';
import { eventId } from '../../runtime/wake.ts';
import { findHolder } from '../answer.ts';
import { checkRepin } from '../check-repin.ts';
import { checkOverride, refuseCompleted } from '../check-override.ts';
import { addSpeechOptions, examples, type CommandContext, type SpeechOptions } from '../command-context.ts';
import { findJob, findRun, type FoundRun } from '../find-run.ts';
import { readPermission } from '../github/read-permission.ts';
import { speak } from '../speak.ts';
import type { Speakers } from '../speech.ts';

interface OverrideOptions extends SpeechOptions {
  readonly reason: string;
}

interface Override {
  readonly name: 'retry' | 'goto' | 'skip' | 'reassign' | 'repin' | 'pause' | 'resume' | 'cancel' | 'close';
  readonly description: string;
  /** The word after the run, for those that need one. */
  readonly target: 'job' | 'role' | 'workflow' | null;
}

const OVERRIDES: readonly Override[] = [
  {
    name: 'retry',
    description: 'try the escalated job again with a fresh budget; the reason goes to whoever does it',
    target: null,
  },
  { name: 'goto', description: 'go on at a job, whatever came before it', target: 'job' },
  { name: 'skip', description: 'skip a job; what needs it goes on', target: 'job' },
  { name: 'reassign', description: 'give the escalated job to another role', target: 'role' },
  {
    name: 'repin',
    description: 'go on by a workflow as the default branch has it now; what is done stays done',
    target: 'workflow',
  },
  { name: 'pause', description: 'start nothing new in a run', target: null },
  { name: 'resume', description: 'go on with a paused run', target: null },
  { name: 'cancel', description: 'cancel a run', target: null },
  { name: 'close', description: 'close a run and its bead', target: null },
];

const EXAMPLES = { job: 'fix', role: 'backend-engineer', workflow: 'bug' } as const;

/** The CEO's word at any time: said as a comment of theirs on the bead, exactly as on GitHub. */
export function addOverrides(program: Command, context: CommandContext): void {
  for (const override of OVERRIDES) {
    const command = program
      .command(override.name)
      .description(`${override.description} (role ceo)`)
      .argument('<run>', 'the run (42-1) or its issue (42)');
    if (override.target !== null) command.argument(`<${override.target}>`);
    command.requiredOption('--reason <text>', 'why; it is kept');
    addSpeechOptions(command, 'whose word it is; the first holder of the role ceo')
      .addHelpText(
        'after',
        examples(
          `treadle ${override.name} 42-1${override.target === null ? '' : ` ${EXAMPLES[override.target]}`} --reason "..."`,
        ),
      )
      .action((...args: unknown[]) => {
        const [run, target] = args as [string, string];
        const options = command.opts<OverrideOptions>();
        return overrideCommand(context, override, run, override.target === null ? null : target, options);
      });
  }
}

async function overrideCommand(
  context: CommandContext,
  override: Override,
  wanted: string,
  target: string | null,
  options: OverrideOptions,
): Promise<void> {
  if (options.reason.trim() === '') throw new TreadleError('usage', '--reason is empty: say why');
  await speak(context, override.name, options, async (speech) => {
    const found = await findRun(speech.store, wanted);
    const { id } = found.state.run;
    refuseCompleted(found, override.name);
    if (override.target === 'job' && target !== null) findJob(found, target);
    if (override.target === 'role' && target !== null && (found.config.roles[target] ?? []).length === 0) {
      throw new TreadleError('not-found', `nobody holds the role ${target}`, {
        remedy: `Roles that somebody holds: ${Object.keys(found.config.roles).join(', ')}`,
      });
    }
    const ceo = findCeo(found, options.as ?? null, speech);
    if (speech.speaker !== null) await checkOverruler(speech, found, speech.speaker);
    const words = ['/treadle', override.name, ...(target === null ? [] : [target]), options.reason.trim()];
    const saying = { words: words.join(' '), actor: actorOf(ceo), at: speech.clock.now() };
    if (override.name !== 'repin') checkOverride(found, saying);
    else if (target !== null) await checkRepin(speech.forgeAs(ceo.login), target);
    const at = placeFor(found);
    const comment = await speech.forgeAs(ceo.login).comments.create(at, saying.words);
    await speech.goOn({
      run: id,
      what: 'said',
      login: ceo.login,
      at,
      isFollowed: (now) =>
        now.state.run.overrides.includes(eventId(id, 'override_issued', ['comment', comment])),
    });
  });
}

/** Whose word it is. Throws where it would not count. */
function findCeo({ config }: FoundRun, as: string | null, { speaker, forgeAs }: Speakers): Member {
  const holders = config.roles['ceo'] ?? [];
  const login = as ?? speaker?.login ?? holders[0]?.login;
  if (login === undefined) throw new TreadleError('not-found', 'nobody holds the role ceo');
  const ceo = findHolder(holders, login, speaker);
  if (ceo === undefined) {
    throw new TreadleError('usage', `${login} does not hold the role ceo, so their word would not count`, {
      remedy:
        holders.length === 0
          ? 'Nobody does.'
          : `These do: ${holders.map((holder) => holder.login).join(', ')}`,
    });
  }
  forgeAs(login);
  return { ...ceo, login };
}

/** Throws `forge-denied` for a holder of the role whose word would not count, since they may not write. */
async function checkOverruler({ forgeAs }: Speakers, { config }: FoundRun, speaker: Account): Promise<void> {
  const permission = await readPermission(forgeAs(speaker.login), speaker.login);
  const reason = reasonNotToOverrule(config, speaker, permission);
  if (reason === null) return;
  throw new TreadleError('forge-denied', `${reason}, so that their word would not count`, {
    remedy: 'Nothing was said.',
  });
}

/** A word about an escalation belongs on its CEO bead; everything else on the bead. */
function placeFor({ state }: FoundRun): number {
  const escalated = Object.values(state.jobs).find(
    (job) => job.escalation !== null && job.escalation.issue !== null,
  );
  return escalated?.escalation?.issue ?? state.run.issue;
}
