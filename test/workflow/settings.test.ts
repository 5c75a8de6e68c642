import { describe, expect, test } from 'vitest';

import { readSettings } from '../../src/workflow/settings.ts';

const path = '.github/treadle.yml';

/** `line:col code message` of every diagnostic. */
function findings(text: string): readonly string[] {
  return readSettings({ path, text }).diagnostics.map(
    ({ start, code, message }) => `${start.line}:${start.column} ${code} ${message}`,
  );
}

describe('settings that are right', () => {
  test('everything said', () => {
    const { settings, diagnostics } = readSettings({
      path,
      text: `roles:
  ceo: casey
  qa-engineer: [quinn-bot, 'build[bot]', blake-bot]
agents:
  quinn-bot: { dispatch: command, command: [node, qa.mjs, 7] }
  casey: { dispatch: comment }
  'build[bot]': { dispatch: assign }
  blake-bot: { dispatch: workflow, workflow: .github/workflows/agent.yml, ref: main, inputs: { model: 7 } }
base-branch: release/2
state-branch: bots/state
protected-paths: ['infra/**']
lease-minutes: 2
limits: { hops: 30, tokens-per-run: none, cost-usd-per-run: 1.5 }
self-healing: { workflows: ci.yml, throttle-minutes: 5, beads-per-hour: 3 }
escalation-reminder-hours: 8
after-merge: [.github/workflows/ci.yml, deploy.yaml, ci.yml]
`,
    });
    expect(diagnostics).toEqual([]);
    expect(settings).toEqual({
      roles: { ceo: ['casey'], 'qa-engineer': ['quinn-bot', 'build[bot]', 'blake-bot'] },
      agents: {
        'quinn-bot': { dispatch: 'command', command: ['node', 'qa.mjs', '7'] },
        casey: { dispatch: 'comment' },
        'build[bot]': { dispatch: 'assign' },
        'blake-bot': { dispatch: 'workflow', workflow: 'agent.yml', ref: 'main', inputs: { model: '7' } },
      },
      teams: {},
      approvingApps: [],
      baseBranch: 'release/2',
      stateBranch: 'bots/state',
      protectedPaths: ['infra/**'],
      leaseMinutes: 2,
      limits: {
        dispatchesPerHourPerRun: 300,
        dispatchesPerHour: 1000,
        hops: 30,
        tokensPerRun: null,
        costUsdPerRun: 1.5,
      },
      escalationReminderHours: 8,
      afterMerge: ['ci.yml', 'deploy.yaml'],
      healing: { watches: true, workflows: ['ci.yml'], throttleMinutes: 5, beadsPerHour: 3 },
    });
  });

  test.each([
    ['empty', ''],
    ['a comment', '# nothing yet\n'],
    ['null', 'null\n'],
  ])('%s: the defaults hold', (_name, text) => {
    const { settings } = readSettings({ path, text });
    expect(settings).toMatchObject({
      roles: {},
      agents: {},
      baseBranch: null,
      stateBranch: 'treadle/state',
      leaseMinutes: 5,
    });
    expect(settings?.protectedPaths).toContain('.github/**');
  });

  test.each([
    ['true', true],
    ['false', false],
  ])('self-healing may be %s', (said, watches) => {
    const { settings } = readSettings({ path, text: `self-healing: ${said}\n` });
    expect(settings?.healing).toEqual({ watches, workflows: null, throttleMinutes: 2, beadsPerHour: 10 });
  });

  test('roles may be held by teams, and Apps may be let approve', () => {
    const { settings, diagnostics } = readSettings({
      path,
      text: `roles:
  ceo: [casey, "@looms/heads", "reviewer[bot]"]
  qa-engineer: "@looms/testers"
agents:
  quinn: { dispatch: comment }
approving-apps: ["reviewer[bot]"]
`,
    });
    expect(diagnostics).toEqual([]);
    expect(settings).toMatchObject({
      roles: { ceo: ['casey', 'reviewer[bot]'], 'qa-engineer': [] },
      teams: { ceo: ['looms/heads'], 'qa-engineer': ['looms/testers'] },
      approvingApps: ['reviewer[bot]'],
    });
  });

  test('agent configuration is protected unless something else is said', () => {
    expect(readSettings({ path, text: '' }).settings?.protectedPaths).toEqual(
      expect.arrayContaining(['**/{AGENTS,CLAUDE,GEMINI}.md', '**/CODEOWNERS']),
    );
  });
});

describe('settings that are wrong', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'an App that is none',
      'roles: { ceo: [casey] }\napproving-apps: [casey]\n',
      ["2:18 bad-login 'casey' is no App: the login of an App ends with [bot]"],
    ],
    [
      'an App without a role',
      "roles: { ceo: ['casey[bot]'] }\napproving-apps: ['case[bot]']\n",
      [
        "2:18 agent-without-role 'case[bot]' holds no role, so its reviews would never count. Did you mean 'casey[bot]'?",
      ],
    ],
    ['a list', '- a\n', ['1:1 wrong-type The settings must be a mapping']],
    ['a text', 'hello\n', ['1:1 wrong-type The settings must be a mapping']],
    ['not YAML', 'roles: [a\n', [expect.stringContaining('invalid-yaml') as string]],
    ['a misspelt key', 'rolls: {}\n', ["1:1 unknown-key Unknown key 'rolls'. Did you mean 'roles'?"]],
    ['a key twice', 'roles: {}\nroles: {}\n', ["2:1 duplicate-key 'roles' stands here twice"]],
    ['roles as a list', 'roles: [ceo]\n', ["1:8 wrong-type 'roles' must be a mapping"]],
    [
      'a role in capitals',
      'roles: { CEO: casey }\n',
      ["1:10 bad-role-name A role is named in small letters, digits and hyphens, unlike 'CEO'"],
    ],
    [
      'a role with the name of the machine',
      'roles: { treadle: casey }\n',
      ["1:10 bad-role-name 'treadle' is no role: it stands for where Treadle runs commands"],
    ],
    [
      'a login that cannot be one',
      "roles: { ceo: ['a b', '-x'] }\n",
      ["1:16 bad-login 'a b' is no login of the forge", "1:23 bad-login '-x' is no login of the forge"],
    ],
    [
      'a single login that cannot be one',
      "roles: { ceo: 'a/b' }\n",
      ["1:15 bad-login 'a/b' is no login of the forge"],
    ],
    [
      'a member that is a mapping',
      'roles: { ceo: [{ login: casey }] }\n',
      ["1:16 wrong-type The role 'ceo' is a list of texts"],
    ],
    ['a role without members', 'roles: { ceo: }\n', ["1:15 wrong-type The role 'ceo' is a list of texts"]],
    ['agents as a text', 'agents: x\n', ["1:9 wrong-type 'agents' must be a mapping"]],
    [
      'an agent without a role',
      'roles: { ceo: quinn }\nagents: { quin: { dispatch: comment } }\n',
      [
        "2:11 agent-without-role 'quin' holds no role, so it would never be dispatched. Did you mean 'quinn'?",
      ],
    ],
    [
      'an agent that is a text',
      'roles: { ceo: q }\nagents: { q: command }\n',
      ["2:14 wrong-type The agent 'q' must be a mapping"],
    ],
    [
      'no dispatch',
      'roles: { ceo: q }\nagents: { q: {} }\n',
      ["2:11 bad-dispatch 'dispatch' of 'q' must be comment, command, workflow or assign."],
    ],
    [
      'a misspelt dispatch',
      'roles: { ceo: q }\nagents: { q: { dispatch: comand } }\n',
      [
        "2:26 bad-dispatch 'dispatch' of 'q' must be comment, command, workflow or assign. Did you mean 'command'?",
      ],
    ],
    [
      'after-merge that is no list of files',
      'after-merge: [ci.yml, ../ci.yml, ci]\n',
      [
        "1:23 bad-workflow-name 'after-merge' takes names of files in .github/workflows, for instance ci.yml, unlike '../ci.yml'",
        "1:34 bad-workflow-name 'after-merge' takes names of files in .github/workflows, for instance ci.yml, unlike 'ci'",
      ],
    ],
    [
      'a single after-merge that is no file',
      'after-merge: ci\n',
      [
        "1:14 bad-workflow-name 'after-merge' takes names of files in .github/workflows, for instance ci.yml, unlike 'ci'",
      ],
    ],
    [
      'after-merge of a mapping, and too many',
      `after-merge: { ci: yes }\n`,
      ["1:14 wrong-type 'after-merge' is a list of texts"],
    ],
    [
      'too many workflows',
      `after-merge: [${Array.from({ length: 21 }, (_, index) => `w${index}.yml`).join(', ')}]\n`,
      ["1:14 wrong-limit 'after-merge' takes at most 20 workflows"],
    ],
    [
      'a misspelt after-merge',
      'after-merges: ci.yml\n',
      ["1:1 unknown-key Unknown key 'after-merges'. Did you mean 'after-merge'?"],
    ],
    [
      'no workflow',
      'roles: { ceo: q }\nagents: { q: { dispatch: workflow } }\n',
      [
        "2:11 missing-workflow 'q' needs a 'workflow': the name of its file in .github/workflows, for instance agent.yml",
      ],
    ],
    [
      'a workflow outside of its folder',
      'roles: { ceo: q }\nagents: { q: { dispatch: workflow, workflow: ../agent.yml } }\n',
      [
        "2:46 missing-workflow 'q' needs a 'workflow': the name of its file in .github/workflows, for instance agent.yml",
      ],
    ],
    [
      'a ref that can be none',
      'roles: { ceo: q }\nagents: { q: { dispatch: workflow, workflow: a.yml, ref: a..b } }\n',
      ['2:58 bad-branch A branch or tag is expected here'],
    ],
    [
      'inputs that are no mapping',
      'roles: { ceo: q }\nagents: { q: { dispatch: workflow, workflow: a.yml, inputs: [a] } }\n',
      ["2:61 wrong-type 'inputs' must be a mapping"],
    ],
    [
      "an input that is Treadle's own",
      'roles: { ceo: q }\nagents: { q: { dispatch: workflow, workflow: a.yml, inputs: { run: 1 } } }\n',
      ["2:63 reserved-input The input 'run' is Treadle's own: it tells the workflow its task"],
    ],
    [
      'an input that is a list',
      'roles: { ceo: q }\nagents: { q: { dispatch: workflow, workflow: a.yml, inputs: { model: [] } } }\n',
      ["2:70 wrong-type The input 'model' is a text, a number or true or false"],
    ],
    [
      'more inputs than GitHub takes',
      `roles: { ceo: q }\nagents: { q: { dispatch: workflow, workflow: a.yml, inputs: {${Array.from({ length: 19 }, (_, n) => ` a${n}: x`).join(',')} } } }\n`,
      [
        '2:61 wrong-limit GitHub takes 25 inputs of 65535 characters together: 18 of them, of 63535 characters, are yours',
      ],
    ],
    [
      'longer inputs than GitHub takes',
      `roles: { ceo: q }\nagents: { q: { dispatch: workflow, workflow: a.yml, inputs: { a: ${'x'.repeat(64_000)} } } }\n`,
      [
        '2:61 wrong-limit GitHub takes 25 inputs of 65535 characters together: 18 of them, of 63535 characters, are yours',
      ],
    ],
    [
      'a workflow for an assignee',
      'roles: { ceo: q }\nagents: { q: { dispatch: assign, workflow: a.yml } }\n',
      ["2:34 unknown-key 'workflow' goes with 'dispatch: workflow'"],
    ],
    [
      'no command',
      'roles: { ceo: q }\nagents: { q: { dispatch: command } }\n',
      ["2:11 missing-command 'q' needs a 'command': a list of the program and its arguments"],
    ],
    [
      'an empty command',
      'roles: { ceo: q }\nagents: { q: { dispatch: command, command: [] } }\n',
      ["2:44 missing-command 'q' needs a 'command': a list of the program and its arguments"],
    ],
    [
      'a command of mappings',
      'roles: { ceo: q }\nagents: { q: { dispatch: command, command: [{}] } }\n',
      ["2:45 wrong-type 'command' of 'q' is a list of texts"],
    ],
    [
      'a command for a comment',
      'roles: { ceo: q }\nagents: { q: { dispatch: comment, command: x } }\n',
      ["2:35 unknown-key 'command' goes with 'dispatch: command'"],
    ],
    [
      'an unknown key of an agent',
      'roles: { ceo: q }\nagents: { q: { dispatch: comment, model: x } }\n',
      ["2:35 unknown-key Unknown key 'model'."],
    ],
    [
      'a lease without end',
      'lease-minutes: 0\n',
      ["1:16 wrong-limit 'lease-minutes' is a number from 1 to 60"],
    ],
    [
      'a lease that is a text',
      'lease-minutes: five\n',
      ["1:16 wrong-limit 'lease-minutes' is a number from 1 to 60"],
    ],
    [
      'self-healing that is a text',
      'self-healing: yes please\n',
      ["1:15 wrong-type 'self-healing' is false, or a mapping"],
    ],
    [
      'an unknown key of self-healing',
      'self-healing: { workflow: ci.yml }\n',
      ["1:17 unknown-key Unknown key 'workflow' of 'self-healing'. Did you mean 'workflows'?"],
    ],
    [
      'limits of self-healing that are none',
      'self-healing: { throttle-minutes: -1, beads-per-hour: many }\n',
      [
        "1:35 wrong-limit 'throttle-minutes' is a number from 0 to 1440",
        "1:55 wrong-limit 'beads-per-hour' is a number from 1 to 100",
      ],
    ],
    ['a branch that is none', 'base-branch: a..b\n', ['1:14 bad-branch A branch name is expected here']],
    ['a branch with a blank', "state-branch: 'a b'\n", ['1:15 bad-branch A branch name is expected here']],
    ['a branch that is a list', 'base-branch: [main]\n', ['1:14 bad-branch A branch name is expected here']],
  ])('%s', (_name, text, expected) => {
    expect(findings(text)).toEqual(expected);
    expect(readSettings({ path, text }).settings).toBeNull();
  });

  test('all at once, in the order of the file', () => {
    const lines = findings('lease-minutes: 99\nroles: { Ceo: [casey] }\nbase: main\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['1:16', '2:10', '3:1']);
  });
});
