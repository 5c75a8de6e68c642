import { styleText } from 'node:util';

import type { GraphLine, SpanStyle } from '../engine/view/graph-text.ts';

type Format = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<SpanStyle, Format | null>> = {
  plain: null,
  strong: 'bold',
  dim: 'dim',
  edge: 'dim',
  queued: 'dim',
  retrying: 'yellow',
  pending: 'yellow',
  waiting: 'magenta',
  escalated: 'red',
  in_progress: 'cyan',
  success: 'green',
  failure: 'red',
  cancelled: 'yellow',
  skipped: 'dim',
};

/** Where a command prints. Text for people goes through here; colours only where a terminal shows them. */
export interface Terminal {
  /** Standard output is for results: JSON there is never mixed with anything else. */
  print(text: string): void;
  /** Progress and remarks, on standard error. */
  note(text: string): void;
  style(format: Format, text: string): string;
  readonly color: boolean;
  /** Whether somebody can be asked. */
  readonly interactive: boolean;
}

export function openTerminal(): Terminal {
  const color = process.stderr.isTTY && process.env['NO_COLOR'] === undefined;
  return {
    print: (text) => void process.stdout.write(`${text}\n`),
    note: (text) => void process.stderr.write(`${text}\n`),
    style: (format, text) => (color ? styleText(format, text, { validateStream: false }) : text),
    color,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
  };
}

/** A line of a graph in the terminal's colours. */
export function paintLine(terminal: Terminal, line: GraphLine): string {
  return line
    .map(({ text, style }) => {
      const format = STYLES[style];
      return format === null ? text : terminal.style(format, text);
    })
    .join('')
    .trimEnd();
}
