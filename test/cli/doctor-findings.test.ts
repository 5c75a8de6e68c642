import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { FINDING_CODES, type FindingCode } from '../../src/cli/doctor/codes.ts';
import { diagnose } from '../../src/cli/doctor/diagnose.ts';
import { readTokenKind, type DoctorFacts } from '../../src/cli/doctor/facts.ts';
import { readRemote, serverOf } from '../../src/cli/github/find-repository.ts';
import type { Severity } from '../../src/cli/doctor/finding.ts';
import type { RepositoryFacts } from '../../src/forge/port/settings.ts';
import { findAmong, readLintableFiles } from '../../src/runtime/lintable-files.ts';
import { lintFiles } from '../../src/workflow/lint-files.ts';
import { readSettings } from '../../src/workflow/settings.ts';

const SHA = '0'.repeat(40);
const WAKE = `name: Treadle
on: { workflow_run: { workflows: [Treadle review] } }
jobs:
  wake:
    steps:
      - uses: loom-dev/loom@${SHA} # v1.0.0
        with:
          token: \${{ steps.app.outputs.token }}
`;
const HELLO = `name: Hello
on: { issues: { labels: [hello] } }
jobs: { suggest: { runs-on: product-manager, prompt: Suggest. } }
`;

const seen = <T>(value: T): { readonly kind: 'seen'; readonly value: T } => ({ kind: 'seen', value });
const hidden = (problem: string): { readonly kind: 'hidden'; readonly problem: string } => ({
  kind: 'hidden',
  problem,
});

const REPOSITORY: RepositoryFacts = {
  defaultBranch: 'main',
  archived: false,
  hasIssues: true,
  private: false,
  permission: 'write',
  scopes: null,
  answeredAt: '2026-11-02T08:00:10Z',
};

/** A repository in the hardened set-up, where nothing is to be said. */
const HEALTHY: DoctorFacts = {
  token: { kind: 'app', login: 'loom[bot]' },
  now: '2026-11-02T08:00:00Z',
  repository: seen(REPOSITORY),
  files: new Map([
    ['.github/treadle.yml', 'roles: { ceo: [ada], product-manager: [bea] }\n'],
    ['.github/treadle/workflows/hello.yml', HELLO],
    ['.github/workflows/treadle.yml', WAKE],
    ['.github/workflows/treadle-review.yml', 'name: Treadle review\n'],
  ]),
  builtInWorkflows: new Map([['workflows/ask.yml', HELLO.replace(/on:.*/, 'on: workflow_call')]]),
  workflows: seen([{ path: '.github/workflows/treadle.yml', name: 'Treadle', state: 'active' }]),
  actions: seen({ enabled: true, allowed: 'all', mustBePinned: false }),
  defaultToken: seen({ mayWrite: false, mayOpenPulls: true }),
  paused: seen(null),
  state: {
    branch: 'treadle/state',
    exists: true,
    hasReviewWorkflow: true,
    rules: seen([{ type: 'update', ruleset: 1, bypass: 'always' }]),
  },
  action: { uses: `loom-dev/loom@${SHA}`, text: seen('runs: { using: node24 }\n') },
  members: new Map([
    ['ada', { kind: 'known', permission: seen('write'), isApp: false }],
    ['bea', { kind: 'known', permission: hidden('not asked'), isApp: false }],
  ]),
  teams: new Map(),
};

const repository = (change: Partial<RepositoryFacts>): Partial<DoctorFacts> => ({
  repository: seen({ ...REPOSITORY, ...change }),
});
const files = (...changes: readonly (readonly [string, string | null])[]): Partial<DoctorFacts> => {
  const all = new Map(HEALTHY.files);
  for (const [path, text] of changes) {
    if (text === null) all.delete(path);
    else all.set(path, text);
  }
  return { files: all };
};
const state = (change: Partial<DoctorFacts['state']>): Partial<DoctorFacts> => ({
  state: { ...HEALTHY.state, ...change },
});
const SETTINGS = '.github/treadle.yml';
const WORKFLOW = '.github/treadle/workflows/hello.yml';
const ROUTING = '.github/treadle/routing.yml';
const calling = (uses: string): string => `on: workflow_dispatch\njobs: { c: { uses: ${uses} } }\n`;
const WAKES = '.github/workflows/treadle.yml';

const USING_VARS = HELLO.replace('Suggest.', "'Suggest ${{ vars.WHAT }}.'");
const dispatching = (inputs: string): string => `on: { workflow_dispatch: { inputs: ${inputs} } }\n`;
/** A repository that names `ci.yml` under `after-merge`, with a text or none, and works with a token. */
const afterMerge = (text: string | null, token: string): Partial<DoctorFacts> =>
  files(
    [SETTINGS, 'roles: { ceo: [ada], product-manager: [bea] }\nafter-merge: [ci.yml]\n'],
    ['.github/workflows/ci.yml', text],
    [WAKES, WAKE.replace('steps.app.outputs.token', token)],
  );

const CASES: readonly (readonly [
  name: string,
  code: FindingCode,
  severity: Severity,
  facts: Partial<DoctorFacts>,
])[] = [
  ['a classic token', 'doctor-token-kind', 'note', { token: { kind: 'classic', login: 'ada' } }],
  ['a fine-grained token', 'doctor-token-kind', 'note', { token: { kind: 'fine-grained', login: 'ada' } }],
  [
    'a token of an App for a person',
    'doctor-token-kind',
    'note',
    { token: { kind: 'user-to-app', login: 'ada' } },
  ],
  [
    'the default token',
    'doctor-token-kind',
    'note',
    { token: { kind: 'default', login: 'github-actions[bot]' } },
  ],
  ['an unknown token', 'doctor-token-kind', 'note', { token: { kind: 'unknown', login: null } }],
  [
    'no scope',
    'doctor-token-scopes',
    'error',
    { token: { kind: 'classic', login: 'ada' }, ...repository({ scopes: ['gist'] }) },
  ],
  [
    'public_repo for a private repository',
    'doctor-token-scopes',
    'error',
    { token: { kind: 'classic', login: 'ada' }, ...repository({ scopes: ['public_repo'], private: true }) },
  ],
  [
    'no scope workflow',
    'doctor-token-scopes',
    'note',
    { token: { kind: 'classic', login: 'ada' }, ...repository({ scopes: ['public_repo'] }) },
  ],
  [
    'all scopes',
    'doctor-token-scopes',
    'ok',
    { token: { kind: 'classic', login: 'ada' }, ...repository({ scopes: ['repo', 'workflow'] }) },
  ],
  ['a reader', 'doctor-permission', 'error', repository({ permission: 'read' })],
  ['a silent forge', 'doctor-not-checked', 'note', repository({ permission: null })],
  ['an archive', 'doctor-repository-archived', 'error', repository({ archived: true })],
  ['no issues', 'doctor-issues-disabled', 'error', repository({ hasIssues: false })],
  ['a slow clock', 'doctor-clock-skew', 'warning', repository({ answeredAt: '2026-11-02T09:00:00Z' })],
  [
    'a hidden repository',
    'doctor-not-checked',
    'note',
    { repository: hidden('could not read the repository') },
  ],
  [
    'no Actions',
    'doctor-actions-disabled',
    'error',
    { actions: seen({ enabled: false, allowed: 'all', mustBePinned: false }) },
  ],
  [
    'selected actions',
    'doctor-actions-restricted',
    'warning',
    { actions: seen({ enabled: true, allowed: 'selected', mustBePinned: false }) },
  ],
  [
    'hidden Actions',
    'doctor-not-checked',
    'note',
    { actions: hidden('could not read what Actions may run') },
  ],
  [
    'the default token at work',
    'doctor-default-token',
    'note',
    files([WAKES, WAKE.replace('steps.app.outputs.token', 'github.token')]),
  ],
  [
    'no pull requests by Actions, an App',
    'doctor-pulls-by-actions',
    'note',
    { defaultToken: seen({ mayWrite: false, mayOpenPulls: false }) },
  ],
  [
    'no pull requests by Actions, the default token',
    'doctor-pulls-by-actions',
    'error',
    {
      defaultToken: seen({ mayWrite: false, mayOpenPulls: false }),
      ...files([WAKES, WAKE.replace('steps.app.outputs.token', 'secrets.GITHUB_TOKEN')]),
    },
  ],
  ['nothing that wakes', 'doctor-workflow-missing', 'error', files([WAKES, null])],
  [
    'idleness',
    'doctor-workflow-disabled',
    'error',
    { workflows: seen([{ path: WAKES, name: 'Treadle', state: 'disabled_inactivity' }]) },
  ],
  [
    'a disabled workflow',
    'doctor-workflow-disabled',
    'error',
    { workflows: seen([{ path: WAKES, name: 'Treadle', state: 'disabled_manually' }]) },
  ],
  ['hidden workflows', 'doctor-not-checked', 'note', { workflows: hidden('could not list the workflows') }],
  [
    'no ping on the state branch',
    'doctor-review-workflow-missing',
    'warning',
    state({ hasReviewWorkflow: false }),
  ],
  [
    'no ping on the default branch',
    'doctor-review-workflow-missing',
    'warning',
    files(['.github/workflows/treadle-review.yml', null]),
  ],
  [
    'a tag',
    'doctor-action-unpinned',
    'warning',
    files(['.github/workflows/ci.yml', 'jobs:\n  a:\n    steps:\n      - uses: a/b@v1\n']),
  ],
  [
    'a tag where commits are demanded',
    'doctor-action-unpinned',
    'error',
    {
      actions: seen({ enabled: true, allowed: 'all', mustBePinned: true }),
      ...files(['.github/workflows/ci.yml', 'x:\n  - uses: "a/b@main"\n']),
    },
  ],
  [
    'an old runtime',
    'doctor-action-runtime',
    'error',
    { action: { uses: 'a/b@v1', text: seen('runs: { using: node20 }') } },
  ],
  ['no action', 'doctor-action-runtime', 'error', { action: { uses: 'a/b@v1', text: seen(null) } }],
  ['a broken action', 'doctor-action-runtime', 'error', { action: { uses: 'a/b@v1', text: seen('{') } }],
  [
    'a hidden action',
    'doctor-not-checked',
    'note',
    { action: { uses: 'a/b@v1', text: hidden('could not read action.yml') } },
  ],
  ['no state yet', 'doctor-state-branch-missing', 'note', state({ exists: false, hasReviewWorkflow: false })],
  ['no ruleset', 'doctor-state-branch-unprotected', 'note', state({ rules: seen([]) })],
  [
    'a ruleset against Treadle',
    'doctor-state-branch-blocked',
    'error',
    state({ rules: seen([{ type: 'pull_request', ruleset: 1, bypass: 'never' }]) }),
  ],
  [
    'a ruleset that may be bypassed by nobody knows whom',
    'doctor-state-branch-blocked',
    'warning',
    state({ rules: seen([{ type: 'required_signatures', ruleset: null, bypass: 'unknown' }]) }),
  ],
  ['hidden rules', 'doctor-not-checked', 'note', state({ rules: hidden('could not read the rules') })],
  ['no settings', 'doctor-settings-missing', 'error', files([SETTINGS, null])],
  ['broken settings', 'doctor-settings-invalid', 'error', files([SETTINGS, 'rolls: {}\n'])],
  ['a broken workflow', 'doctor-workflow-invalid', 'error', files([WORKFLOW, 'jobs: {}\n'])],
  [
    'a workflow that calls one that is not there',
    'doctor-workflow-invalid',
    'error',
    files([WORKFLOW, calling('./.github/treadle/workflows/none.yml')]),
  ],
  [
    'a workflow that calls one that comes with Treadle',
    'doctor-workflow-invalid',
    'ok',
    files([WORKFLOW, calling('treadle/ask')]),
  ],
  ['a broken routing table', 'doctor-routing-invalid', 'error', files([ROUTING, 'rules: 1\n'])],
  ['a routing table', 'doctor-routing-invalid', 'ok', files([ROUTING, 'rules: []\n'])],
  [
    'a login that nobody has',
    'doctor-role-unknown-member',
    'error',
    { members: new Map([...HEALTHY.members, ['bea', { kind: 'unknown' }]]) },
  ],
  [
    'a role that nobody holds',
    'doctor-role-held-by-nobody',
    'warning',
    files([SETTINGS, 'roles: { ceo: [ada] }\n']),
  ],
  [
    'nobody who decides',
    'doctor-role-held-by-nobody',
    'error',
    files([SETTINGS, 'roles: { product-manager: [bea] }\n']),
  ],
  [
    'a team',
    'doctor-role-held-by-nobody',
    'ok',
    files([SETTINGS, 'roles: { ceo: ["@loom/lead"], product-manager: [bea] }\n']),
  ],
  ['a team that can be read', 'doctor-team-unreadable', 'ok', { teams: new Map([['loom/lead', true]]) }],
  [
    'a team that this token may not read',
    'doctor-team-unreadable',
    'warning',
    { teams: new Map([['loom/lead', false]]) },
  ],
  [
    'a team, and the default token at work',
    'doctor-team-unreadable',
    'error',
    {
      teams: new Map([['loom/lead', true]]),
      ...files([WAKES, WAKE.replace('steps.app.outputs.token', 'github.token')]),
    },
  ],
  [
    'a CEO who only reads',
    'doctor-approver-without-write',
    'warning',
    { members: new Map([['ada', { kind: 'known', permission: seen('read'), isApp: false }]]) },
  ],
  [
    'a CEO whose permission is hidden',
    'doctor-not-checked',
    'note',
    {
      members: new Map([
        ['ada', { kind: 'known', permission: hidden('could not read the permission of ada'), isApp: false }],
      ]),
    },
  ],
  ...(
    [
      ['that are there', 'ok', 'on: [push, workflow_dispatch]\n'],
      ['with inputs that have defaults', 'ok', dispatching('{ x: { required: true, default: 1 } }')],
      ['with optional inputs', 'ok', dispatching('{ x: { type: string } }')],
      ['with required inputs', 'warning', dispatching('{ x: { required: true } }')],
      ['that nothing dispatches', 'warning', 'on: push\n'],
      ['that cannot be read', 'warning', 'on: ['],
      ['that are missing', 'warning', null],
    ] as const
  ).map(
    ([name, severity, text]) =>
      [
        `workflows after a merge ${name}`,
        'doctor-after-merge-workflow',
        severity,
        afterMerge(text, 'github.token'),
      ] as const,
  ),
  [
    'a workflow after a merge that is disabled',
    'doctor-after-merge-workflow',
    'warning',
    {
      ...afterMerge('on: workflow_dispatch\n', 'github.token'),
      workflows: seen([{ path: '.github/workflows/ci.yml', name: 'CI', state: 'disabled_manually' }]),
    },
  ],
  [
    'a workflow that an App starts by its merge',
    'doctor-after-merge-workflow',
    'note',
    afterMerge('on: push\n', 'steps.app.outputs.token'),
  ],
  [
    'variables without an input',
    'doctor-variables-not-passed',
    'warning',
    files([WORKFLOW, USING_VARS], [WAKES, WAKE.replace('steps.app.outputs.token', 'github.token')]),
  ],
  [
    'variables that come with Treadle, by a token that is not named',
    'doctor-variables-not-passed',
    'warning',
    {
      ...files([WAKES, WAKE.replace(/ *with:\n.*\n/, '')]),
      builtInWorkflows: new Map([['workflows/ask.yml', USING_VARS]]),
    },
  ],
  ['variables that an App may read', 'doctor-variables-not-passed', 'note', files([WORKFLOW, USING_VARS])],
  [
    'variables that are passed',
    'doctor-variables-not-passed',
    'ok',
    files([WORKFLOW, USING_VARS], [WAKES, `${WAKE}          vars: \${{ toJSON(vars) }}\n`]),
  ],
  ['a pause', 'doctor-paused', 'warning', { paused: seen('true') }],
  ['a pause that is off', 'doctor-paused', 'ok', { paused: seen('false') }],
  ['a hidden variable', 'doctor-not-checked', 'note', { paused: hidden('could not read the variable') }],
  [
    'an agent without its workflow',
    'doctor-agent-workflow-missing',
    'error',
    files([
      SETTINGS,
      'roles: { ceo: [ada], product-manager: [bea] }\nagents: { bea: { dispatch: workflow, workflow: bea.yml } }\n',
    ]),
  ],
  [
    'an agent whose end wakes nobody',
    'doctor-agent-workflow-missing',
    'warning',
    files(
      [
        SETTINGS,
        'roles: { ceo: [ada], product-manager: [bea] }\nagents: { bea: { dispatch: workflow, workflow: bea.yml } }\n',
      ],
      ['.github/workflows/bea.yml', 'name: Bea\n'],
    ),
  ],
];

describe('what treadle doctor says', () => {
  test('of a repository in the hardened set-up: that all is well', () => {
    const findings = diagnose(HEALTHY);
    expect(findings.filter(({ severity }) => severity !== 'ok')).toEqual([]);
    expect(findings.length).toBeGreaterThan(12);
  });

  test.each(CASES)('of %s: %s (%s)', (_, code, severity, facts) => {
    const findings = diagnose({ ...HEALTHY, ...facts }).filter((finding) => finding.code === code);
    expect(findings.map((finding) => finding.severity)).toContain(severity);
    for (const { what, remedy, severity: each } of findings) {
      expect(what).toMatch(/^\S.*\S$/);
      if (each === 'warning' || each === 'error') expect(remedy).not.toBeNull();
    }
  });

  test('of files: the errors that treadle lint finds in a checkout, and no others', async () => {
    const folder = '.github/treadle/workflows';
    const inner = `on: { workflow_call: { inputs: { who: { type: string, required: true } } } }
jobs: { a: { runs-on: product-manager, prompt: x } }\n`;
    const middle = calling(`./${folder}/inner.yml`).replace('workflow_dispatch', 'workflow_call');
    for (const settings of ['roles: { ceo: ada, nurse: bea }\n', 'rolls: {}\n', null]) {
      const changed = files(
        [SETTINGS, settings],
        [ROUTING, 'rules: [{ name: a, role: nobody, words: { x: 1 } }]\n'],
        [`${folder}/inner.yml`, inner],
        [`${folder}/middle.yml`, middle],
        [`${folder}/outer.yaml`, calling(`./${folder}/middle.yml`)],
        [`${folder}/nurse.yml`, 'on: workflow_dispatch\njobs: { a: { runs-on: nurse, prompt: x } }\n'],
        [`${folder}/deep/other.yml`, 'on: ['],
        [`${folder}/notes.txt`, 'on: ['],
      );
      const top = await mkdtemp(join(tmpdir(), 'treadle-doctor-'));
      onTestFinished(() => rm(top, { recursive: true }));
      for (const [path, text] of changed.files ?? []) {
        await mkdir(dirname(join(top, path)), { recursive: true });
        await writeFile(join(top, path), text);
      }
      const checkout = await readLintableFiles(top);
      const known = settings === null ? null : readSettings({ path: SETTINGS, text: settings }).settings;
      const linted = lintFiles(checkout, known, findAmong(checkout)).filter(
        ({ severity }) => severity === 'error',
      );
      expect(linted.map(({ path }) => path)).toContain(`${folder}/outer.yaml`);
      const found = diagnose({ ...HEALTHY, ...changed }).filter(
        ({ severity, code }) => severity === 'error' && code.endsWith('-invalid'),
      );
      expect(found.map(({ what }) => what)).toEqual(
        linted.map(({ path, start, message }) => `${path}:${start.line}:${start.column}: ${message}`),
      );
    }
  });

  test('comes worst first', () => {
    const order = diagnose({ ...HEALTHY, ...repository({ archived: true }), ...state({ rules: seen([]) }) });
    expect(order.map(({ severity }) => severity).join(' ')).toMatch(/^(error )+(warning )*(note )+ok( ok)*$/);
  });

  test('every code is said of something', () => {
    const said = new Set(CASES.map(([, code]) => code));
    expect(Object.keys(FINDING_CODES).filter((code) => !said.has(code as FindingCode))).toEqual([]);
  });
});

test.each([
  ['ghp_abc', 'ada', 'classic'],
  [SHA, 'ada', 'classic'],
  ['github_pat_abc', 'ada', 'fine-grained'],
  ['gho_abc', 'ada', 'user-to-app'],
  ['ghu_abc', 'ada', 'user-to-app'],
  ['ghs_abc', 'loom[bot]', 'app'],
  ['ghs_abc', 'github-actions[bot]', 'default'],
  ['ghs_abc', null, 'app'],
  ['secret', null, 'unknown'],
  ['ghr_abc', null, 'unknown'],
] as const)('the token %s of %s is of the kind %s', (token, login, kind) => {
  expect(readTokenKind(token, login)).toBe(kind);
});

test.each([
  ['https://github.com/loom-dev/shop.git', 'https://api.github.com', 'loom-dev/shop'],
  ['https://token@github.com/loom-dev/shop', 'https://api.github.com', 'loom-dev/shop'],
  ['git@github.com:loom-dev/shop.git', 'https://api.github.com', 'loom-dev/shop'],
  ['ssh://git@ssh.github.com:443/loom-dev/shop.git', 'https://api.github.com', 'loom-dev/shop'],
  ['https://git.example.com/loom-dev/shop.js.git/', 'https://git.example.com/api/v3', 'loom-dev/shop.js'],
])('the remote %s is %s, %s', (address, apiUrl, repository) => {
  const place = readRemote(address);
  expect(place?.repository).toBe(repository);
  expect(serverOf(place?.host ?? '', true).apiUrl).toBe(apiUrl);
});

test.each(['/srv/git/shop.git', '../shop', 'https://github.com/shop'])(
  'the remote %s is none of GitHub',
  (address) => {
    expect(readRemote(address)).toBeNull();
  },
);
