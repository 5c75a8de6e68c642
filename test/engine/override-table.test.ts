/** Every override against every state: what it does, or why it does not, and that the run comes to its end all the same. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import type { OverrideAction } from '../../src/engine/event.ts';
import { bringToEnd, OTHER, STANDINGS, type Standing } from './every-state.ts';
import { checkInvariants, checkStep } from './invariants.ts';
import type { Story } from './story.ts';

const GOLDEN = new URL('golden/overrides.txt', import.meta.url);

const OVERRIDES: Readonly<Record<string, (job: string) => OverrideAction>> = {
  approve: (job) => ({ action: 'approve', job }),
  reject: (job) => ({ action: 'reject', job }),
  retry: (job) => ({ action: 'retry', job }),
  goto: (job) => ({ action: 'goto', job }),
  skip: (job) => ({ action: 'skip', job }),
  reassign: (job) => ({ action: 'reassign', job, role: 'qa-engineer' }),
  pause: () => ({ action: 'pause' }),
  resume: () => ({ action: 'resume' }),
  cancel: () => ({ action: 'cancel' }),
  close: () => ({ action: 'close' }),
  repin: () => ({ action: 'repin', definition: OTHER }),
};

/** What an override came to: its summary, the lines that changed, what is wished for. Checks what holds of every transition. */
function tell(story: Story, override: OverrideAction): string {
  const before = story.state();
  const lines = story.lines();
  story.override(override, 'so be it');
  checkStep(before, story.state(), story.context().workflow);
  checkInvariants(story.context().workflow, story.state(), override.action !== 'repin');
  const changed = Object.entries(story.lines()).filter(([job, line]) => lines[job] !== line);
  const run = story.state().run;
  const said = [
    story.said(),
    changed.map(([job, line]) => `${job} ${line}`).join(', '),
    story.effects().join(', '),
    story.last.kind === 'applied'
      ? story.last.inbox.map(({ type, run: to }) => `${type} for ${to}`).join(', ')
      : '',
    run.conclusion === before.run.conclusion ? '' : `the run ends: ${run.conclusion ?? ''}`,
  ];
  return said.filter((part) => part !== '').join(' | ');
}

const described = ({ name, job, begin }: Standing): string =>
  [
    `${name} (${job}: ${begin().lines()[job] ?? 'none'})`,
    ...Object.entries(OVERRIDES).map(([word, of]) => `  ${word.padEnd(9)}${tell(begin(), of(job))}`),
  ].join('\n');

test('each does what is written down, or says why not', () => {
  const told = `${STANDINGS.map(described).join('\n\n')}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, told);
  expect(told).toBe(readFileSync(GOLDEN, 'utf8'));
});

describe.each(STANDINGS)('$name', ({ job, begin }) => {
  test.each(Object.entries(OVERRIDES))(
    '%s: the same twice is no harm, and the run comes to its end',
    (_, of) => {
      const story = begin();
      story.override(of(job), 'so be it');
      const { lastEvent } = story;
      const known = story.state();
      expect(story.apply(lastEvent)).toMatchObject({ kind: 'ignored' });
      expect(story.state()).toBe(known);
      expect(known.run.overrides).toContain(lastEvent.id);
      story.override(of(job), 'once more');
      bringToEnd(story);
      checkInvariants(story.context().workflow, story.state(), false);
    },
  );
});
