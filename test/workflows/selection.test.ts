/** Which workflow works a bead: by labels and triggers, never by words of its title. */
import { describe, expect, test } from 'vitest';

import { selectionFor } from '../../src/runtime/ingest/start.ts';
import { WORKFLOWS_FOLDER, type RepositoryConfig } from '../../src/runtime/repository-config.ts';
import { compileWorkflow } from '../../src/workflow/compile.ts';
import { DEFAULT_HEALING } from '../../src/workflow/healing-setting.ts';
import { BUILT_IN, CALLED, everybody, textOf } from './built-in.ts';

/** A repository with workflows of its own besides the built-in ones. */
function repository(own: Readonly<Record<string, string>> = {}): RepositoryConfig {
  const files = [
    ...[...BUILT_IN, ...CALLED].map((key) => ({ key, path: `workflows/${key}.yml`, text: textOf(key) })),
    ...Object.entries(own).map(([key, text]) => ({ key, path: `${WORKFLOWS_FOLDER}/${key}.yml`, text })),
  ];
  return {
    config: everybody,
    roles: [],
    healing: DEFAULT_HEALING,
    workflows: new Map(
      files.map(({ key, path, text }) => [
        key,
        { key, file: { path, text }, files: [{ path, text }], ...compileWorkflow({ path, text }) },
      ]),
    ),
  };
}

const builtIn = repository();
const job = 'jobs: { a: { runs-on: ceo, prompt: Do it. } }';

function select(labels: readonly string[], found = builtIn, title = 'It is broken') {
  const author = { login: 'ann', id: 1, kind: 'user' } as const;
  return selectionFor(
    {
      ...{
        number: 1,
        title,
        body: '',
        state: 'open',
        labels,
        author,
        closedBy: null,
        closedAt: null,
        isReopened: false,
      },
      ...{ isPull: false, createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' },
    },
    true,
    found,
  );
}

describe('the built-in workflows', () => {
  test.each([
    [['bug'], 'bug'],
    [['Bug', 'P1'], 'bug'],
    [['auto-filed'], 'bug'],
    [['bug', 'ui'], 'bug'],
    [['auto-filed', 'ui', 'feature'], 'bug'],
    [['feature'], 'feature'],
    [['enhancement'], 'feature'],
    [['enhancement', 'bug'], 'bug'],
    [['ui'], 'ui'],
    [['design'], 'ui'],
    [['css', 'enhancement'], 'ui'],
    [['refactoring'], 'self-improvement'],
    [['self-improvement', 'feature'], 'feature'],
    [['code-review', 'css'], 'ui'],
    [['maintainability', 'bug'], 'bug'],
    [['waterfall'], 'waterfall'],
    [['waterfall', 'feature'], 'waterfall'],
    [['waterfall', 'bug'], 'waterfall'],
  ])('labels %j choose %s', (labels, workflow) => {
    expect(select(labels)).toEqual({ kind: 'chosen', workflow, by: 'trigger' });
  });

  test.each([
    'Build failed',
    'Required field',
    'quick start guide',
    'test suite broken',
    'the ui is broken',
    'bug: nothing works',
    '[refactor] the parser',
  ])('the title "%s" chooses nothing by itself, and nothing against a label', (title) => {
    expect(select([], builtIn, title)).toMatchObject({ kind: 'undecided', isAsked: false });
    expect(select(['bug'], builtIn, title)).toMatchObject({ workflow: 'bug' });
    expect(select(['feature'], builtIn, title)).toMatchObject({ workflow: 'feature' });
  });

  test.each(['build', 'required', 'quick', 'suite', 'bugfix', 'debug', 'features', 'gui', 'designer'])(
    'the label "%s" only contains a label that is asked for',
    (label) => {
      expect(select([label])).toMatchObject({ kind: 'undecided', code: 'no-workflow' });
    },
  );
});

test.each(CALLED)('%s, which only others call, works no bead, and is not offered', (key) => {
  expect(select([key])).toMatchObject({ kind: 'undecided', code: 'no-workflow' });
  expect(select([`workflow:${key}`])).toMatchObject({
    code: 'workflow-unusable',
    reason: `the workflow ${key} is only called by others`,
    remedy: `mend it, or choose another one by a label workflow:NAME (${BUILT_IN.join(', ')})`,
  });
});

test('the condition of a trigger sees who wrote the bead, and how urgent it is', () => {
  const text = `on: { issues: { if: "bead.priority == 'P0' && bead.author == 'ann'" } }\n${job}\n`;
  const found = repository({ urgent: text });
  expect(select(['P0'], found)).toEqual({ kind: 'chosen', workflow: 'urgent', by: 'trigger' });
  expect(select(['P1'], found)).toMatchObject({ kind: 'undecided' });
});

describe('a label that names a workflow', () => {
  test.each([
    ['goes before triggers', ['bug', 'workflow:ui'], 'ui'],
    ['may be written in any letter case', ['Workflow:UI'], 'ui'],
    ['may stand twice', ['workflow:ui', 'WORKFLOW:ui'], 'ui'],
  ])('%s', (_, labels, workflow) => {
    expect(select(labels)).toEqual({ kind: 'chosen', workflow, by: 'label' });
  });

  test('finds a workflow that is otherwise only started by hand', () => {
    const found = repository({ release: `on: workflow_dispatch\n${job}` });
    expect(select(['workflow:release', 'bug'], found)).toMatchObject({ workflow: 'release' });
    expect(select(['bug'], found)).toMatchObject({ workflow: 'bug' });
  });

  test.each([
    {
      name: 'a name there is none of',
      labels: ['workflow:featur'],
      code: 'unknown-workflow',
      reason: "there is no workflow 'featur'. Did you mean 'feature'?",
    },
    {
      name: 'two names',
      labels: ['workflow:ui', 'workflow:bug'],
      code: 'several-workflows',
      reason: 'several labels name a workflow: workflow:ui, workflow:bug',
    },
    {
      name: 'one with errors',
      labels: ['workflow:broken'],
      code: 'workflow-unusable',
      reason: expect.stringMatching(/^the workflow broken has errors, .* \(line 2: /) as string,
    },
    {
      name: 'one that others call',
      labels: ['workflow:part'],
      code: 'workflow-unusable',
      reason: 'the workflow part is only called by others',
    },
    {
      name: 'one that must be told more',
      labels: ['workflow:release'],
      code: 'workflow-unusable',
      reason: 'the workflow release needs to be told version, by treadle start',
    },
  ])('$name is said, and nothing is guessed', ({ labels, code, reason }) => {
    const found = repository({
      broken: 'on: workflow_dispatch\njobs: { a: { runs-on: ceo } }\n',
      part: `on: workflow_call\n${job}`,
      release: `on: { workflow_dispatch: { inputs: { version: { required: true } } } }\n${job}`,
    });
    const selection = select([...labels, 'bug'], found);
    expect(selection).toMatchObject({ kind: 'undecided', code, reason, isAsked: true });
  });
});

describe('workflows of the repository', () => {
  test('one of the same name replaces the built-in', () => {
    const found = repository({ bug: `on: { issues: { labels: [defect] } }\n${job}` });
    expect(select(['defect'], found)).toMatchObject({ workflow: 'bug' });
    expect(select(['bug'], found)).toMatchObject({ kind: 'undecided', code: 'no-workflow' });
    expect(found.workflows.get('bug')?.file.path).toBe(`${WORKFLOWS_FOLDER}/bug.yml`);
  });

  test('one that wants what a built-in wants goes first', () => {
    const found = repository({ checkout: `on: { issues: { labels: [bug] } }\n${job}` });
    expect(select(['bug'], found)).toMatchObject({ workflow: 'checkout' });
  });

  test('two that want the same are ambiguous, and the labels that decide are named', () => {
    const on = `on: { issues: { labels: [bug] } }\n${job}`;
    expect(select(['bug'], repository({ one: on, two: on }))).toEqual({
      kind: 'undecided',
      code: 'several-workflows',
      isAsked: true,
      reason: 'several workflows want it: one, two',
      remedy: 'say which by one of the labels workflow:one, workflow:two',
    });
  });

  test('an expression decides between them', () => {
    const on = (condition: string): string => `on: { issues: { labels: [bug], if: "${condition}" } }\n${job}`;
    const found = repository({
      urgent: on("contains(bead.labels, 'P0')"),
      other: on("!contains(bead.labels, 'P0')"),
    });
    expect(select(['bug', 'P0'], found)).toMatchObject({ workflow: 'urgent' });
    expect(select(['bug', 'P2'], found)).toMatchObject({ workflow: 'other' });
  });

  test('one with errors is said where its own name is the label', () => {
    const found = repository({ bug: 'on: issues\njobs: {}\n' });
    expect(select(['bug'], found)).toMatchObject({
      kind: 'undecided',
      code: 'workflow-unusable',
      isAsked: true,
    });
    expect(select(['ui'], found)).toMatchObject({ workflow: 'ui' });
  });
});

test.each([
  ['requires-human-config', ['bug', 'requires-human-config']],
  ['requires-human-config', ['workflow:bug', 'Requires-Human-Config']],
  ['workflow:none', ['bug', 'workflow:none', 'workflow:bug']],
])('%s keeps a bead from every workflow: %j', (label, labels) => {
  expect(select(labels)).toEqual({ kind: 'kept', label });
});

test.each([
  { labels: ['P0'], isAsked: true },
  { labels: ['question'], isAsked: false },
  { labels: [], isAsked: false },
])('what no workflow wants is told where it asks to be worked: $labels', ({ labels, isAsked }) => {
  const selection = select(labels);
  expect(selection).toMatchObject({ kind: 'undecided', code: 'no-workflow', isAsked });
});
