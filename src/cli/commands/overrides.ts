import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import type { Member } from '../../engine/config.ts';
import { actorOf } from '../../runtime/authorise.ts';
import { checkOverride, refuseCompleted } from '../check-override.ts';
import {
  examples,
  JSON_OPTION,
  REPO_OPTION,
  type CommandContext,
  type RepositoryOptions,
} from '../command-context.ts';
import { findJob, findRun, type FoundRun } from '../find-run.ts';
import { goOn } from '../go-on.ts';
import { withSession } from '../with-session.ts';

interface OverrideOptions extends RepositoryOptions {
  readonly reason: string;
  readonly as?: string;
  readonly advance: boolean;
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
    command
      .requiredOption('--reason <text>', 'why; it is kept')
      .option('--as <login>', 'whose word it is; the first holder of the role ceo unless told')
      .option('--no-advance', 'only say it; leave the rest to the next wake')
      .option(...REPO_OPTION)
      .option(...JSON_OPTION)
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
  { terminal, finish }: CommandContext,
  override: Override,
  wanted: string,
  target: string | null,
  options: OverrideOptions,
): Promise<void> {
  if (options.reason.trim() === '') throw new TreadleError('usage', '--reason is empty: say why');
  await withSession(terminal, { repo: options.repo, command: override.name }, async (session) => {
    const found = await findRun(session.runtime.store, wanted);
    const { id } = found.state.run;
    refuseCompleted(found, override.name);
    if (override.target === 'job' && target !== null) findJob(found, target);
    if (override.target === 'role' && target !== null && (found.config.roles[target] ?? []).length === 0) {
      throw new TreadleError('not-found', `nobody holds the role ${target}`, {
        remedy: `Roles that somebody holds: ${Object.keys(found.config.roles).join(', ')}`,
      });
    }
    const ceo = findCeo(found, options.as ?? null);
    const words = ['/treadle', override.name, ...(target === null ? [] : [target]), options.reason.trim()];
    const saying = { words: words.join(' '), actor: actorOf(ceo), at: session.runtime.clock.now() };
    if (override.name !== 'repin') checkOverride(found, saying);
    await session.forgeAs(ceo.login).comments.create(placeFor(found), saying.words);
    await goOn({ terminal, finish }, session, { run: id, said: 'said', ...options });
  });
}

/** Whose word it is. Throws where it would not count. */
function findCeo({ config }: FoundRun, login: string | null): Member {
  const holders = config.roles['ceo'] ?? [];
  const ceo = login === null ? holders[0] : holders.find((holder) => holder.login === login);
  if (ceo !== undefined) return ceo;
  if (login === null) throw new TreadleError('not-found', 'nobody holds the role ceo');
  throw new TreadleError('usage', `${login} does not hold the role ceo, so their word would not count`, {
    remedy: `These do: ${holders.map((holder) => holder.login).join(', ')}`,
  });
}

/** A word about an escalation belongs on its CEO bead; everything else on the bead. */
function placeFor({ state }: FoundRun): number {
  const escalated = Object.values(state.jobs).find(
    (job) => job.escalation !== null && job.escalation.issue !== null,
  );
  return escalated?.escalation?.issue ?? state.run.issue;
}
