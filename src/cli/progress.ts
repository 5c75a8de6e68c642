import { jobPhase, phaseGlyph } from '../engine/view/phase.ts';
import type { RunState } from '../engine/state/run.ts';
import type { Notice } from '../runtime/ports.ts';
import type { Workflow } from '../workflow/model.ts';
import type { Terminal } from './terminal.ts';

/** Shows on a terminal what a wake does, as it does it: each transition with the graph as it stands after it. */
export function showProgress(terminal: Terminal): (notice: Notice) => void {
  return (notice) => {
    switch (notice.type) {
      case 'transition':
        terminal.note(`${terminal.style('dim', notice.oid.slice(0, 8))} ${notice.subject}`);
        terminal.note(`         ${strip(terminal, notice.workflow, notice.state)}`);
        return;
      case 'problem':
        terminal.note(terminal.style('yellow', `note: ${notice.message}`));
        return;
      case 'conflict':
        terminal.note(terminal.style('dim', 'somebody else was first: deciding again'));
        return;
      case 'performing':
        return;
    }
  };
}

/** The graph in one line: a glyph and the id of every job. */
function strip(terminal: Terminal, workflow: Workflow, state: RunState): string {
  return [...workflow.jobs.keys()]
    .map((job) => {
      const phase = jobPhase(state, job);
      const text = `${phaseGlyph(phase)} ${job}`;
      if (phase === 'success') return terminal.style('green', text);
      if (phase === 'failure' || phase === 'escalated') return terminal.style('red', text);
      if (phase === 'in_progress') return terminal.style('cyan', text);
      return phase === 'waiting' ? terminal.style('magenta', text) : terminal.style('dim', text);
    })
    .join('  ');
}
