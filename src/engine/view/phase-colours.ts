import type { Phase } from './phase.ts';

/** How a node of a drawing is coloured, as CSS colours. */
export interface NodeColours {
  readonly fill: string;
  readonly stroke: string;
  readonly text: string;
  /** Width of the outline in pixels: what is worked on or waited for stands out. */
  readonly outline: 1 | 3;
  readonly isDashed: boolean;
}

/** Colours that hold their contrast on light and dark pages: every fill is light, every text on it dark. */
export const phaseColours: Readonly<Record<Phase, NodeColours>> = {
  queued: colours('#eaeef2', '#8c959f'),
  retrying: colours('#fff8c5', '#9a6700'),
  pending: colours('#fff8c5', '#9a6700'),
  waiting: colours('#fbefff', '#8250df', { outline: 3 }),
  escalated: colours('#ffd8b5', '#bc4c00', { outline: 3 }),
  in_progress: colours('#ddf4ff', '#0969da', { outline: 3 }),
  success: colours('#dafbe1', '#1a7f37'),
  failure: colours('#ffebe9', '#cf222e'),
  cancelled: colours('#eaeef2', '#57606a', { text: '#57606a' }),
  skipped: colours('#ffffff', '#8c959f', { text: '#57606a', isDashed: true }),
};

/** Those of a job of a workflow that is not running. */
export const plannedColours: NodeColours = colours('#f6f8fa', '#57606a');

function colours(fill: string, stroke: string, more: Partial<NodeColours> = {}): NodeColours {
  return { fill, stroke, text: '#24292f', outline: 1, isDashed: false, ...more };
}
