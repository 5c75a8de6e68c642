import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { formatAddress, type Address } from '../../src/codec/address.ts';
import type { RecordedEvent } from '../../src/codec/commit-message.ts';
import { layout } from '../../src/codec/layout.ts';
import type { Effect } from '../../src/engine/effect.ts';
import { fenceWith, proseOf, ROOT } from './documents.ts';

const PAGE = 'docs/architecture.md';

/** Events that exist; the compiler says when one is missing. Those that nothing makes yet are not documented. */
const events: Record<RecordedEvent['type'], 'made' | 'not yet'> = {
  run_started: 'made',
  report_received: 'made',
  report_malformed: 'made',
  agent_crashed: 'made',
  steps_finished: 'made',
  workflow_run_changed: 'made',
  review_submitted: 'made',
  approval_voided: 'made',
  deadline_passed: 'made',
  override_issued: 'made',
  pull_request_enqueued: 'made',
  pull_request_merged: 'made',
  checks_changed: 'made',
  merge_refused: 'made',
  merge_lost: 'made',
  queue_advanced: 'made',
  group_moved: 'made',
  sub_run_completed: 'made',
  caller_changed: 'made',
  outsider_refused: 'made',
  command_unread: 'made',
  issue_closed: 'made',
  issue_edited: 'made',
  effects_recorded: 'made',
  effects_claimed: 'made',
  facts_read: 'made',
  notices_recorded: 'made',
  initialised: 'made',
  failures_seen: 'made',
  beads_written: 'made',
  state_restored: 'made',
  runs_retired: 'not yet',
};

const effects: Record<Effect['type'], true> = {
  dispatch: true,
  cancel_dispatch: true,
  run_steps: true,
  cancel_steps: true,
  open_gate: true,
  close_gate: true,
  open_escalation: true,
  close_escalation: true,
  remind_ceo: true,
  merge_pull: true,
  leave_merge_queue: true,
  start_workflow: true,
  reply: true,
  update_status: true,
  reopen_issue: true,
  close_issue: true,
};

/** Where documents are; null for folders. The compiler says when one is missing. */
const places: Record<keyof typeof layout, Address | null> = {
  root: layout.root,
  meter: layout.meter,
  cursor: layout.cursor,
  sinces: null,
  groups: null,
  sinceIndex: ['index', 'since', { entry: '<time>.json' }],
  configs: null,
  definitions: null,
  blobs: null,
  runs: null,
  runFolder: null,
  run: layout.run('<run>'),
  jobs: null,
  legs: ['runs', { entry: '<run>' }, 'jobs', { entry: '<job>.legs' }, { entry: '<index>.json' }],
  queues: null,
  job: layout.job('<run>', '<job>'),
  blob: layout.blob('<run>', '<sha256>'),
  definition: layout.definition('<sha256>'),
  config: layout.config('<sha256>'),
  queue: ['queues', 'commit', { entry: '<base>.json' }],
  group: ['groups', { entry: '<sha256>.json' }],
  inbox: null,
  inboxEvent: layout.inboxEvent('<event>'),
  deadlines: null,
  deadlineHour: null,
  deadline: [...layout.deadlineHour('<hour>'), { entry: '<entry>.json' }],
  issueIndex: ['index', 'issue', { entry: '<issue>.json' }],
  notices: null,
  notice: ['index', 'notice', { entry: '<issue>.json' }],
  pulls: null,
  pullIndex: ['index', 'pull', { entry: '<pull>.<run>.<job>.json' }],
  dispatchIndex: layout.dispatchIndex('<dispatch>'),
  answers: null,
  answerIndex: layout.answerIndex('<dispatch>'),
  checks: null,
  checksIndex: ['index', 'checks', { entry: '<run>.<job>.json' }],
  outboxes: null,
  outboxIndex: layout.outboxIndex('<run>'),
  finishedRuns: null,
  finishedIndex: layout.finishedIndex('<run>'),
  fingerprintIndex: ['index', 'fingerprint', { entry: '<sha256>.json' }],
  healing: layout.healing,
  metrics: null,
  monthlyMetrics: layout.monthlyMetrics('<yyyy-mm>'),
  decision: layout.decision('decisions/<run>/<job>-<attempt>.md'),
};

function rowsOf(heading: string): readonly string[] {
  const [, section = ''] = proseOf(PAGE).split(`\n### ${heading}\n`);
  const [table = ''] = section.split(/\n##/);
  return [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name);
}

describe('docs/architecture.md', () => {
  test('names every event that is made', () => {
    const made = Object.entries(events).flatMap(([name, state]) => (state === 'made' ? [name] : []));
    expect(rowsOf('Events')).toEqual(made);
  });

  test('names every effect', () => {
    expect(rowsOf('Effects')).toEqual(Object.keys(effects));
  });

  test.each(readdirSync(join(ROOT, 'src')))('names the layer %s', (layer) => {
    expect(proseOf(PAGE)).toContain(`\`src/${layer}\``);
  });

  const documented = fenceWith(PAGE, 'treadle.json').text;

  test.each(
    Object.entries(places).flatMap(([name, address]) => (address === null ? [] : [{ name, address }])),
  )('names the place of $name', ({ address }) => {
    expect(documented.split('\n').map((line) => line.split(/ {2,}/)[0])).toContain(formatAddress(address));
  });
});
