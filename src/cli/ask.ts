import { createInterface } from 'node:readline/promises';

import { renderDecision } from '../engine/view/decision.ts';
import { visibleText } from '../engine/view/visible-text.ts';
import type { FoundRun } from './find-run.ts';
import type { Terminal } from './terminal.ts';

/** Shows what is to be decided and asks. Null where the person leaves it open. */
export async function askForDecision(
  terminal: Terminal,
  { workflow, state }: FoundRun,
  job: string,
): Promise<{ readonly verdict: 'approve' | 'reject'; readonly reason: string } | null> {
  terminal.note(`\n${terminal.style('bold', `Your decision is needed: ${job}`)}\n`);
  terminal.note(visibleText(renderDecision(workflow, state, job).text));
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (;;) {
      const answer = (await lines.question('Approve? [y]es, [n]o with feedback, [l]ater: '))
        .trim()
        .toLowerCase();
      if (answer === 'y' || answer === 'yes')
        return { verdict: 'approve', reason: 'Approved at the terminal.' };
      if (answer === 'l' || answer === 'later') return null;
      if (answer !== 'n' && answer !== 'no') continue;
      const reason = (await lines.question('What should be different? ')).trim();
      if (reason !== '') return { verdict: 'reject', reason };
    }
  } finally {
    lines.close();
  }
}
