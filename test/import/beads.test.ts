import { describe, expect, it } from 'vitest';

import { planImport, type KnownIssue } from '../../src/beads/plan-import.ts';
import { priorityOf } from '../../src/beads/priority.ts';
import { readBeads } from '../../src/beads/read-beads.ts';
import { mergeLabels, parseImported, renderBead } from '../../src/beads/render-bead.ts';
import { judgeBeads, type BeadFacts } from '../../src/beads/judge-bead.ts';
import type { Undecided } from '../../src/beads/select-workflow.ts';
import { formatDiagnostics } from '../../src/workflow/format-diagnostics.ts';

const at = '2025-10-16T12:00:00Z';
const EPIC = { id: 'bd-1', title: 'Epic', status: 'open', priority: 1, issue_type: 'epic', created_at: at };
const PART = {
  id: 'bd-1.1',
  title: 'Part',
  description: 'Do it.',
  design: 'Like this.',
  acceptance_criteria: 'It works.',
  notes: 'Careful with ``` fences.',
  status: 'in_progress',
  priority: 0,
  issue_type: 'bug',
  labels: ['parser'],
  assignee: 'ann',
  external_ref: 'gh-9',
  dependencies: [
    { issue_id: 'bd-1.1', depends_on_id: 'bd-1', type: 'parent-child', created_at: at },
    { issue_id: 'bd-1.1', depends_on_id: 'bd-2', type: 'blocks' },
    { issue_id: 'bd-1.1', depends_on_id: 'bd-9', type: 'discovered-from' },
  ],
  comments: [{ id: 1, author: 'ann', text: 'Hm.', created_at: at }],
};
const DONE = {
  id: 'bd-2',
  title: 'Done',
  status: 'closed',
  priority: 4,
  closed_at: at,
  close_reason: 'Fixed',
};

function fileOf(...lines: readonly unknown[]): { readonly path: string; readonly text: string } {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  return { path: 'issues.jsonl', text };
}

/** The forge after a plan was carried out. */
function carryOut(steps: ReturnType<typeof planImport>['steps']): readonly KnownIssue[] {
  return steps.flatMap((step, index) =>
    step.kind === 'create'
      ? [{ ...step.text, number: index + 1, isOpen: !step.text.isClosed, isReopened: false }]
      : [],
  );
}

describe('an export of Beads', () => {
  it('becomes issues that hold all of it', async () => {
    const { beads, diagnostics } = readBeads(fileOf(EPIC, PART, DONE));
    expect(diagnostics).toEqual([]);
    const shown = beads.map((bead) => {
      const { title, labels, body, isClosed } = renderBead(bead);
      return `${title} [${labels.join(', ')}]${isClosed ? ' closed' : ''}\n\n${body}\n`;
    });
    await expect(shown.join('\n========\n')).toMatchFileSnapshot('golden/beads.md');
  });

  it('is planned once: what was imported and did not change is left alone', () => {
    const { beads } = readBeads(fileOf(EPIC, PART, DONE));
    const { steps, links } = planImport(beads, []);
    expect(steps.map(({ kind }) => kind)).toEqual(['create', 'create', 'create']);
    expect(links).toEqual([
      { kind: 'sub-issue', parent: 'bd-1', child: 'bd-1.1' },
      { kind: 'blocked-by', bead: 'bd-1.1', blocker: 'bd-2' },
    ]);
    const issues = carryOut(steps);
    expect(planImport(beads, issues).steps.map(({ kind }) => kind)).toEqual(['skip', 'skip', 'skip']);
  });

  it('follows what changed in the file, and keeps what people changed on the forge', () => {
    const before = planImport(readBeads(fileOf(EPIC, PART, DONE)).beads, []);
    const [epic, part, done] = carryOut(before.steps);
    if (epic === undefined || part === undefined || done === undefined) throw new Error('not created');
    const changed = readBeads(
      fileOf(
        { ...EPIC, title: 'New' },
        { ...PART, priority: 2, status: 'closed' },
        { ...DONE, status: 'open' },
      ),
    ).beads;
    const issues: readonly KnownIssue[] = [
      { ...epic, body: epic.body.replace('type: epic', 'type: saga') },
      { ...part, labels: [...part.labels, 'mine'], body: part.body.replaceAll('\n', '\r\n') },
      { ...done, isOpen: true, isReopened: true },
    ];
    const { steps } = planImport(changed, issues);
    expect(steps).toMatchObject([
      { kind: 'skip', reason: 'its text was changed on the forge since: that is kept' },
      { kind: 'update', number: 2, close: true, labels: ['bug', 'parser', 'mine', 'P2'] },
      { kind: 'update', number: 3, close: false },
    ]);
    // Cut off after it was filed and before it was closed.
    const cut = planImport(readBeads(fileOf(DONE)).beads, [{ ...done, isOpen: true }]);
    expect(cut.steps).toMatchObject([{ kind: 'close', number: 3 }]);
    const reopened = planImport(readBeads(fileOf(DONE)).beads, [{ ...done, isOpen: true, isReopened: true }]);
    expect(reopened.steps).toMatchObject([{ kind: 'skip' }]);
  });

  it('tells every bad line, and loses none of the others', async () => {
    const file = fileOf(
      '{ "id": "bd-1", ',
      '[]',
      '',
      { title: 'No id' },
      { id: 'bd 2', title: 'Blank' },
      { id: 'bd-3', title: ' ' },
      { id: 'bd-4', title: 'x'.repeat(257) },
      { id: 'bd-5', title: 'Priority', priority: 7 },
      { id: 'bd-6', title: 'Labels', labels: 'one' },
      { id: 'bd-7', title: 'Dependency', dependencies: [{}] },
      { id: 'bd-8', title: 'Good', dependencies: [{ depends_on_id: 'bd-99', type: 'blocks' }] },
      { id: 'bd-8', title: 'Twice' },
      { id: 'bd-9', title: 'Gone', status: 'tombstone' },
      { _type: 'memory', key: 'k' },
      { id: 'bd-10', title: 7 },
      { id: 'bd-11', title: 'Later', dependencies: [{ depends_on_id: 'bd-8', type: 'waits-for' }] },
    );
    const { beads, diagnostics } = readBeads(file);
    expect(beads.map(({ id }) => id)).toEqual(['bd-8', 'bd-11']);
    const told = formatDiagnostics(diagnostics, () => file.text, { color: false });
    await expect(told).toMatchFileSnapshot('golden/beads-diagnostics.txt');
  });

  it('is known by its marker in the first line only', () => {
    expect(parseImported('Hello\n<!-- treadle:bead/bd-1 -->\n')).toBeNull();
    expect(parseImported('<!-- treadle:bead/bd-1 -->\nHello')).toEqual({
      id: 'bd-1',
      source: '',
      isUntouched: false,
    });
    expect(mergeLabels(['p1', 'Bug', 'mine'], ['P0', 'bug'])).toEqual(['Bug', 'mine', 'P0']);
  });
});

describe('what can be worked', () => {
  const undecided = (code: Undecided) =>
    ({ kind: 'undecided', code, isAsked: true, reason: 'why', remedy: 'what to do' }) as const;
  const bead = (number: number, facts: Partial<BeadFacts> = {}): BeadFacts => ({
    ...{ number, title: `Bead ${number}`, labels: [], createdAt: `2026-01-01T00:00:0${number}Z` },
    ...{ decidesOn: null, activeRun: null, blockers: [], subIssues: [] },
    selection: { kind: 'chosen', workflow: 'bug', by: 'trigger' },
    ...facts,
  });
  const run = { id: '3-1', isEscalated: false, waitsFor: 'fix is with ann' };

  it('goes by priority, then by age', () => {
    const beads = [bead(3), bead(1), bead(2, { labels: ['p0', 'P3'] }), bead(4, { labels: ['P1'] })];
    expect(judgeBeads(beads).map(({ number }) => number)).toEqual([2, 4, 1, 3]);
    expect(priorityOf(['P4', 'p3', 'P10'])).toBe(3);
    expect(priorityOf(['bug'])).toBeNull();
  });

  it.each([
    ['decision', { decidesOn: '1-1' }],
    ['run-active', { activeRun: run }],
    ['escalated', { activeRun: { ...run, isEscalated: true } }],
    ['blocked', { blockers: ['#2'], subIssues: ['#3'] }],
    ['epic', { subIssues: ['#3', 'a/b#4'] }],
    ['deferred', { labels: ['Deferred'] }],
    ['kept', { selection: { kind: 'kept', label: 'requires-human-config' } }],
    ['no-workflow', { selection: undecided('no-workflow') }],
    ['several-workflows', { selection: undecided('several-workflows') }],
  ] as const)('%s hinders', (code, facts) => {
    expect(judgeBeads([bead(1, facts)])).toMatchObject([{ ready: false, code }]);
  });
});
