import { escapeInline } from '../engine/view/markdown.ts';
import type { Selection } from './select-workflow.ts';

/**
 * What is to be said on an issue about the workflow that was selected for it, as Markdown; null where nothing is. Who was told of a
 * problem before is told that it is over.
 *
 * @param run the run that was started; null where none was
 */
export function renderNotice(selection: Selection, run: string | null, wasTold: boolean): string | null {
  switch (selection.kind) {
    case 'chosen':
      if (run === null || !wasTold) return null;
      return `Settled: run ${escapeInline(run)} of ${escapeInline(selection.workflow)} was started.\n`;
    case 'kept':
      return wasTold ? `Settled: ${escapeInline(selection.label)} keeps every workflow away.\n` : null;
    case 'undecided':
      if (!selection.isAsked && !wasTold) return null;
      return [
        `**Nothing was started.** ${escapeInline(sentence(selection.reason))}`,
        '',
        `What to do: ${escapeInline(sentence(selection.remedy))} This comment is brought up to date when that changes.`,
        '',
      ].join('\n');
  }
}

/** The text with a capital at its beginning and a stop at its end. */
function sentence(text: string): string {
  const begun = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}
