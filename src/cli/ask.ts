import { createInterface } from 'node:readline/promises';

import { renderDecision } from '../engine/view/decision.ts';
import { visibleText } from '../engine/view/visible-text.ts';
import type { FoundRun } from './find-run.ts';
import type { Interruption } from './interruption.ts';
import type { Terminal } from './terminal.ts';

/** Shows what is to be decided and asks. Null where the person leaves it open, or ends their input. Throws `interrupted`. */
export async function askForDecision(
  terminal: Terminal,
  { workflow, state }: FoundRun,
  job: string,
  { signal }: Interruption,
): Promise<{ readonly verdict: 'approve' | 'reject'; readonly reason: string } | null> {
  terminal.note(`\n${terminal.style('bold', `Your decision is needed: ${job}`)}\n`);
  terminal.note(visibleText(renderDecision(workflow, state, job).text));
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // In raw mode the terminal sends Ctrl-C here instead of as a signal.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<null>((resolve) => {
    lines.once('close', () => resolve(null));
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const ask = async (question: string): Promise<string | null> => {
    const answer = await Promise.race([lines.question(question), ended]);
    signal.throwIfAborted();
    return answer?.trim() ?? null;
  };
  try {
    for (;;) {
      const answer = (await ask('Approve? [y]es, [n]o with feedback, [l]ater: '))?.toLowerCase();
      if (answer === undefined || answer === 'l' || answer === 'later') return null;
      if (answer === 'y' || answer === 'yes')
        return { verdict: 'approve', reason: 'Approved at the terminal.' };
      if (answer !== 'n' && answer !== 'no') continue;
      const reason = await ask('What should be different? ');
      if (reason === null) return null;
      if (reason !== '') return { verdict: 'reject', reason };
    }
  } finally {
    lines.close();
  }
}
