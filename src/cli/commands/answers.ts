import type { Command } from 'commander';

import { TreadleError } from '../../base/errors.ts';
import { answerGate, isAnswered } from '../answer.ts';
import { addSpeechOptions, examples, type CommandContext, type SpeechOptions } from '../command-context.ts';
import { refuseCompleted } from '../check-override.ts';
import { findRun } from '../find-run.ts';
import { speak } from '../speak.ts';

interface AnswerOptions extends SpeechOptions {
  readonly job?: string;
  readonly reason?: string;
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
      .option('--job <job>', 'which gate or escalated job, where several wait');
    const why = verdict === 'approve' ? 'Looks right' : 'Please keep the old name';
    addSpeechOptions(command, 'whose answer it is; the first holder of the role').addHelpText(
      'after',
      examples(
        `treadle ${verdict} 42-1 --reason "${why}"`,
        `treadle ${verdict} 42-1 --reason "${why}" --github --wait`,
      ),
    );
    const reason = '--reason <text>';
    if (verdict === 'approve') command.option(reason, 'why', 'Approved on the command line.');
    else command.requiredOption(reason, 'what should be different');
    command.action((run: string, options: AnswerOptions) => answerCommand(context, verdict, run, options));
  }
}

async function answerCommand(
  context: CommandContext,
  verdict: 'approve' | 'reject',
  wanted: string,
  options: AnswerOptions,
): Promise<void> {
  if (options.reason?.trim() === '') throw new TreadleError('usage', '--reason is empty: say why');
  await speak(context, verdict, options, async (speech) => {
    const found = await findRun(speech.store, wanted);
    refuseCompleted(found, verdict);
    const answered = await answerGate(speech, found, {
      verdict,
      job: options.job ?? null,
      reason: options.reason ?? '',
      as: options.as ?? null,
    });
    await speech.goOn({
      run: found.state.run.id,
      what: verdict === 'approve' ? 'approved' : 'rejected',
      login: answered.login,
      at: answered.pull,
      isFollowed: (now) => isAnswered(now, answered),
    });
  });
}
