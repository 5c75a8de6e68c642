import type { DiagnosticCode } from '../../src/workflow/codes.ts';
import { file, jobs, TASK, textOf, type Example } from './example.ts';

/** For each code a file in which it is found; the compiler says when one is missing. */
const examples: Readonly<Record<DiagnosticCode, Example>> = {
  'invalid-yaml': file('on: workflow_dispatch', 'jobs:', '  a: { runs-on: ceo ]'),
  'file-too-large': file(`# ${'x'.repeat(1024 * 1024)}`),
  'too-deep': file(`on: ${'['.repeat(60)}${']'.repeat(60)}`),
  'merge-key': jobs('a:', '  <<: { runs-on: ceo }', '  prompt: Do it'),
  'duplicate-key': jobs('a:', '  runs-on: ceo', '  prompt: Do it', '  Prompt: Do that'),
  'unknown-key': jobs('a:', '  runs-on: ceo', '  promt: Do it'),
  'missing-key': file('jobs:', `  ${TASK}`),
  'wrong-type': jobs('a:', '  runs-on: [ceo]', '  prompt: Do it'),
  'invalid-value': jobs(
    TASK,
    'b: { runs-on: ceo, prompt: Do it }',
    'c: { type: merge, needs: [a, b], wait: first }',
  ),
  'wrong-limit': jobs('a: { runs-on: ceo, prompt: Do it, max-attempts: 0 }'),
  'not-yet-supported': jobs('a: { uses: ./.github/treadle/workflows/b.yml, secrets: inherit }'),
  'unsupported-key': jobs('a: { runs-on: ceo, prompt: Do it, container: node }'),
  'unknown-event': file('on: isues', `jobs: { ${TASK} }`),
  'event-without-effect': file('on: [workflow_dispatch, push]', `jobs: { ${TASK} }`),
  'bad-call': jobs('a: { uses: acme/shop/.github/workflows/x.yml@v1 }'),
  'input-without-type': file(
    'on: { workflow_call: { inputs: { version: { required: true } } } }',
    `jobs: { ${TASK} }`,
  ),
  'options-without-choice': file(
    'on: { workflow_dispatch: { inputs: { size: { options: [small, large] } } } }',
    `jobs: { ${TASK} }`,
  ),
  'concurrency-deadlock': file(
    'on: workflow_dispatch',
    'concurrency: releases',
    'jobs: { a: { runs-on: ceo, prompt: Do it, concurrency: releases } }',
  ),
  'concurrency-conflict': file(
    'on: workflow_dispatch',
    'concurrency:',
    '  group: ${{ bead.number }}',
    '  queue: max',
    '  cancel-in-progress: true',
    `jobs: { ${TASK} }`,
  ),
  'unknown-node-type': jobs('a: { type: aproval, runs-on: ceo }'),
  'bad-job-id': jobs('1a: { runs-on: ceo, prompt: Do it }'),
  'duplicate-job-id': jobs(TASK, 'A: { runs-on: ceo, prompt: Do that }'),
  'bad-output-name': jobs('a: { runs-on: ceo, prompt: Do it, outputs: { 2nd: { required: true } } }'),
  'key-not-allowed': jobs('a: { type: approval, runs-on: ceo, max-turns: 3 }'),
  'prompt-missing': jobs('a: { runs-on: ceo }'),
  'runs-on-missing': jobs('a: { prompt: Do it }'),
  'approval-without-approver': jobs('a: { type: approval, prompt: May I? }'),
  'bad-matrix': jobs('a: { runs-on: ceo, prompt: Do it, strategy: { matrix: { n: [] } } }'),
  'race-fails-fast': jobs(
    'a: { runs-on: ceo, prompt: Do it, strategy: { matrix: { n: [1, 2] } } }',
    'b: { type: merge, needs: a, wait: any }',
  ),
  'merge-without-branches': jobs(TASK, 'b: { type: merge, needs: a }'),
  'decision-without-outputs': jobs('a: { type: decision }'),
  'decision-declares-output': jobs('a: { type: decision, outputs: { way: { enum: [left, right] } } }'),
  'steps-declare-output': jobs(
    'a:',
    '  runs-on: treadle',
    '  steps: [{ run: make }]',
    '  outputs: { way: { required: true } }',
  ),
  'steps-runs-on': jobs('a: { runs-on: ubuntu-latest, steps: [{ run: make }] }'),
  'steps-on-pull-request': jobs(
    'fix: { runs-on: ceo, prompt: Fix it, outputs: { pull: { required: true } } }',
    'test:',
    '  needs: fix',
    '  runs-on: treadle',
    "  pull-request: '${{ needs.fix.outputs.pull }}'",
    '  steps: [{ run: make test }]',
  ),
  'steps-empty': jobs('a: { runs-on: treadle, steps: [] }'),
  'bad-step-id': jobs('a: { runs-on: treadle, steps: [{ id: 1st, run: make }] }'),
  'duplicate-step-id': jobs(
    'a: { runs-on: treadle, steps: [{ id: build, run: make }, { id: Build, run: make all }] }',
  ),
  'unknown-shell': jobs('a: { runs-on: treadle, steps: [{ shell: bsh, run: make }] }'),
  'untrusted-in-run': jobs(
    'a:',
    '  runs-on: treadle',
    '  steps:',
    '    - run: echo "${{ github.event.issue.title }}"',
  ),
  'untrusted-folder': jobs(
    'a: { runs-on: ceo, prompt: Where?, outputs: { where: { required: true } } }',
    'b:',
    '  needs: a',
    '  runs-on: treadle',
    "  steps: [{ working-directory: '${{ needs.a.outputs.where }}', run: make }]",
  ),
  'output-not-declared': jobs('a: { runs-on: ceo, prompt: Do it, outputs: { way: left } }'),
  'two-commits': jobs(
    'a: { type: commit, runs-on: engineering-manager, pull-request: 1 }',
    'b: { type: commit, runs-on: engineering-manager, pull-request: 2 }',
    'c: { type: verify, needs: [a, b], runs-on: qa-engineer }',
  ),
  'commit-without-verify': jobs('a: { type: commit, runs-on: engineering-manager, pull-request: 1 }'),
  'unknown-role': jobs('a: { runs-on: backend-enginer, prompt: Do it }'),
  'commit-role': jobs(
    'a: { type: commit, runs-on: ceo, pull-request: 1 }',
    'b: { type: verify, needs: a, runs-on: qa-engineer }',
  ),
  'verify-role': jobs('a: { type: verify, runs-on: ceo }'),
  'runs-on-without-enum': jobs(
    'a: { runs-on: ceo, prompt: Who?, outputs: { who: { required: true } } }',
    'b: { needs: a, runs-on: "${{ needs.a.outputs.who }}", prompt: Do it }',
  ),
  'enum-not-role': jobs(
    'a: { runs-on: ceo, prompt: Who?, outputs: { who: { enum: [ceo, cto] } } }',
    'b: { needs: a, runs-on: "${{ needs.a.outputs.who }}", prompt: Do it }',
  ),
  'runs-on-unchecked': jobs('a: { runs-on: "${{ bead.title }}", prompt: Do it }'),
  'unknown-need': jobs(
    'fix: { runs-on: ceo, prompt: Do it }',
    'b: { needs: fx, runs-on: ceo, prompt: Do it }',
  ),
  'duplicate-need': jobs(TASK, 'b: { needs: [a, a], runs-on: ceo, prompt: Do it }'),
  'need-cycle': jobs(
    TASK,
    'b: { needs: [a, c], runs-on: ceo, prompt: Do it }',
    'c: { needs: b, runs-on: ceo, prompt: Do it }',
  ),
  'no-start': jobs(
    'a: { needs: b, runs-on: ceo, prompt: Do it }',
    'b: { needs: a, runs-on: ceo, prompt: Do it }',
  ),
  'unreachable-job': jobs(
    'a: { if: false, runs-on: ceo, prompt: Do it }',
    'b: { needs: a, runs-on: ceo, prompt: Do it }',
  ),
  'unknown-target': jobs('a: { runs-on: ceo, prompt: Do it, on-failure: esclate }'),
  'target-not-ancestor': jobs(TASK, 'b: { runs-on: ceo, prompt: Do it, on-failure: a }'),
  'target-self': jobs('a: { runs-on: ceo, prompt: Do it, on-failure: a }'),
  'expression-syntax': jobs('a: { runs-on: ceo, prompt: "${{ bead.number == }}" }'),
  'expression-unavailable': jobs('a: { runs-on: ceo, prompt: "${{ secrets.TOKEN }}" }'),
  'expression-not-allowed': jobs(
    'a:',
    '  runs-on: ceo',
    '  prompt: Do it',
    "  env: { '${{ bead.title }}': x }",
  ),
  'call-fails': jobs('a: { runs-on: ceo, prompt: "${{ format(\'{0} of {1}\', bead.number) }}" }'),
  'comparison-never-equal': jobs(
    TASK,
    "b: { needs: a, if: always() && needs.a.result == 'failed', runs-on: ceo, prompt: Do it }",
  ),
  'if-always-true': jobs('a: { if: "${{ false }} ", runs-on: ceo, prompt: Do it }'),
  'if-constant': jobs('a: { if: 1 == 2, runs-on: ceo, prompt: Do it }'),
  'reference-unknown-job': jobs(TASK, 'b: { needs: a, if: "needs.c.result", runs-on: ceo, prompt: Do it }'),
  'reference-not-needed': jobs(TASK, 'b: { runs-on: ceo, prompt: "${{ needs.a.result }}" }'),
  'reference-not-ancestor': jobs(TASK, 'b: { if: "needs.a.result", runs-on: ceo, prompt: Do it }'),
  'reference-unknown-output': jobs(
    'a: { runs-on: ceo, prompt: Do it, outputs: { cause: {} } }',
    'b: { needs: a, runs-on: ceo, prompt: "${{ needs.a.outputs.couse }}" }',
  ),
  'reference-unknown-property': jobs(
    TASK,
    'b: { needs: a, runs-on: ceo, prompt: "${{ needs.a.conclusion }}" }',
  ),
  'reference-unknown-step': jobs(
    'a:',
    '  runs-on: treadle',
    '  steps: [{ id: build, run: make }]',
    "  outputs: { way: '${{ steps.biuld.outputs.way }}' }",
  ),
  'reference-unknown-matrix': jobs(
    'a:',
    '  runs-on: ceo',
    '  prompt: "${{ matrix.prat }}"',
    '  strategy: { matrix: { part: [api, web] } }',
  ),
  'reference-empty': jobs('a: { runs-on: ceo, prompt: "${{ github.evnt.issue.title }}" }'),
  'reference-unknown-input': jobs('a: { runs-on: ceo, prompt: "${{ inputs.version }}" }'),
};

/** The text of the file in which a code is found. */
export function exampleOf(code: DiagnosticCode): string {
  return textOf(examples[code]);
}

/** A code of `.github/treadle.yml`, what it means, a file in which it is found, and that file mended. Codes that workflows have too are left out. */
export interface SettingsCode {
  readonly code: string;
  readonly meaning: string;
  readonly example: string;
  readonly mended: string;
}

export const settingsCodes: readonly SettingsCode[] = [
  {
    code: 'bad-role-name',
    meaning:
      'A role whose name has other characters than small letters, digits and hyphens, or is `treadle`.',
    example: 'roles: { QA Engineer: [casey] }\n',
    mended: 'roles: { qa-engineer: [casey] }\n',
  },
  {
    code: 'bad-login',
    meaning: 'A holder of a role that cannot be a login of the forge.',
    example: 'roles: { ceo: [casey@example.com] }\n',
    mended: 'roles: { ceo: [casey] }\n',
  },
  {
    code: 'agent-without-role',
    meaning: 'An agent that holds no role, so that it would never be dispatched.',
    example: 'roles: { ceo: [blake-bot] }\nagents: { blake-bt: { dispatch: comment } }\n',
    mended: 'roles: { ceo: [blake-bot] }\nagents: { blake-bot: { dispatch: comment } }\n',
  },
  {
    code: 'bad-dispatch',
    meaning: 'A way of dispatch that does not exist.',
    example: 'roles: { ceo: [casey] }\nagents: { casey: { dispatch: comand } }\n',
    mended: 'roles: { ceo: [casey] }\nagents: { casey: { dispatch: command, command: [node, agent.mjs] } }\n',
  },
  {
    code: 'missing-command',
    meaning: 'An agent that is dispatched by command and has none.',
    example: 'roles: { ceo: [casey] }\nagents: { casey: { dispatch: command } }\n',
    mended: 'roles: { ceo: [casey] }\nagents: { casey: { dispatch: command, command: [node, agent.mjs] } }\n',
  },
  {
    code: 'missing-workflow',
    meaning: 'An agent that is dispatched by workflow and names none, or none in `.github/workflows`.',
    example: 'roles: { ceo: [casey] }\nagents: { casey: { dispatch: workflow } }\n',
    mended: 'roles: { ceo: [casey] }\nagents: { casey: { dispatch: workflow, workflow: agent.yml } }\n',
  },
  {
    code: 'reserved-input',
    meaning: "An input of an agent's workflow that has the name of one of Treadle's own.",
    example:
      'roles: { ceo: [casey] }\nagents:\n  casey: { dispatch: workflow, workflow: agent.yml, inputs: { run: 1 } }\n',
    mended:
      'roles: { ceo: [casey] }\nagents:\n  casey: { dispatch: workflow, workflow: agent.yml, inputs: { model: large } }\n',
  },
  {
    code: 'bad-workflow-name',
    meaning: 'What cannot be the name of a file in `.github/workflows`.',
    example: 'after-merge: [build/ci.yml]\n',
    mended: 'after-merge: [ci.yml]\n',
  },
  {
    code: 'bad-branch',
    meaning: 'What cannot be the name of a branch.',
    example: 'base-branch: main..next\n',
    mended: 'base-branch: main\n',
  },
];
