import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { answerGate } from '../answer.ts';
import {
  examples,
  JSON_OPTION,
  REPO_OPTION,
  type CommandContext,
  type RepositoryOptions,
} from '../command-context.ts';
import { refuseCompleted } from '../check-override.ts';
import { findRun } from '../find-run.ts';
import { goOn } from '../go-on.ts';
import { withSession } from '../with-session.ts';

interface AnswerOptions extends RepositoryOptions {
  readonly job?: string;
  readonly reason?: string;
  readonly as?: string;
  readonly advance: boolean;
}

/** `treadle approve` and `treadle reject`: the review of a decision pull request, from the command line. */
export function addAnswers(program: Command, context: CommandContext): void {
  for (const verdict of ['approve', 'reject'] as const) {
    const command = program
      .command(verdict)
      .description(
        verdict === 'approve'
          ? 'approve what a run waits for, and drive it on'
          : 'reject what a run waits for, saying what should be different, and drive it on',
      )
      .argument('<run>', 'the run (42-1) or its issue (42)')
      .option('--job <job>', 'which gate or escalated job, where several wait')
      .option('--as <login>', 'whose answer it is; the first holder of the role unless told')
      .option('--no-advance', 'only answer; leave the rest to the next wake')
      .option(...REPO_OPTION)
      .option(...JSON_OPTION)
      .addHelpText(
        'after',
        examples(
          `treadle ${verdict} 42-1 --reason "${verdict === 'approve' ? 'Looks right' : 'Please keep the old name'}"`,
        ),
      );
    const reason = '--reason <text>';
    if (verdict === 'approve') command.option(reason, 'why', 'Approved on the command line.');
    else command.requiredOption(reason, 'what should be different');
    command.action((run: string, options: AnswerOptions) => answerCommand(context, verdict, run, options));
  }
}

async function answerCommand(
  { terminal, finish }: CommandContext,
  verdict: 'approve' | 'reject',
  wanted: string,
  options: AnswerOptions,
): Promise<void> {
  if (options.reason?.trim() === '') throw new TreadleError('usage', '--reason is empty: say why');
  await withSession(terminal, { repo: options.repo, command: verdict }, async (session) => {
    const found = await findRun(session.runtime.store, wanted);
    const { id } = found.state.run;
    refuseCompleted(found, verdict);
    await answerGate(session, found, {
      verdict,
      job: options.job ?? null,
      reason: options.reason ?? '',
      as: options.as ?? null,
    });
    const said = verdict === 'approve' ? 'approved' : 'rejected';
    await goOn({ terminal, finish }, session, { run: id, said, ...options });
  });
}
