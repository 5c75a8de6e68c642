import { parse } from 'yaml';

import { findAction } from '../init/action-reference.ts';
import { WAKE_WORKFLOW_PATH } from '../init/starter-files.ts';
import type { DoctorFacts } from './facts.ts';
import { notChecked, ok, type Finding } from './finding.ts';
import { findWakeStep, usesDefaultToken } from './wake-step.ts';

/** The oldest Node that GitHub runs actions on: https://github.blog/changelog/ (node20 removed on 2026-09-16). */
const OLDEST_NODE = 24;

/** Whether Actions can wake Treadle, and what its workflow may do. */
export function checkActions(facts: DoctorFacts): readonly Finding[] {
  return [
    ...checkPolicies(facts),
    ...checkWakeWorkflow(facts),
    ...checkPins(facts),
    ...checkRuntime(facts),
    ...checkPaused(facts),
  ];
}

function checkPolicies({ actions, defaultToken, files, action }: DoctorFacts): readonly Finding[] {
  const findings: Finding[] = [];
  if (actions.kind === 'hidden') findings.push(notChecked(actions.problem));
  else if (!actions.value.enabled) {
    findings.push({
      code: 'doctor-actions-disabled',
      severity: 'error',
      what: 'Actions are switched off in this repository: nothing wakes Treadle.',
      remedy: 'Allow them: Settings → Actions → General.',
    });
  } else if (actions.value.allowed !== 'all' && action?.uses.startsWith('./') !== true) {
    findings.push({
      code: 'doctor-actions-restricted',
      severity: 'warning',
      what: `Only ${actions.value.allowed === 'selected' ? 'selected' : "the owner's own"} actions may run here.`,
      remedy: `Allow ${action?.uses ?? 'the Action'} as well: Settings → Actions → General.`,
    });
  } else findings.push(ok('doctor-actions-disabled', 'Actions may run.'));
  const usesDefault = usesDefaultToken(findWakeStep(files.get(WAKE_WORKFLOW_PATH) ?? ''));
  if (usesDefault) {
    findings.push({
      code: 'doctor-default-token',
      severity: 'note',
      what: 'Treadle acts by the default token: its comments wake no workflow, its pull requests and merges start no checks by themselves, and it may not merge changes of workflow files.',
      remedy: 'Where that matters, give it the token of an App: docs/github-setup.md.',
    });
  }
  if (defaultToken.kind === 'hidden') findings.push(notChecked(defaultToken.problem));
  else if (defaultToken.value.mayOpenPulls)
    findings.push(ok('doctor-pulls-by-actions', 'Actions may create and approve pull requests.'));
  else {
    findings.push({
      code: 'doctor-pulls-by-actions',
      severity: usesDefault ? 'error' : 'note',
      what: `Actions may not create pull requests${usesDefault ? ', so no decision can be asked for' : '; the App of yours may'}.`,
      remedy: usesDefault
        ? 'Allow it: Settings → Actions → General → Allow GitHub Actions to create and approve pull requests.'
        : null,
    });
  }
  return findings;
}

function checkWakeWorkflow({ files, workflows }: DoctorFacts): readonly Finding[] {
  if (!files.has(WAKE_WORKFLOW_PATH)) {
    return [
      {
        code: 'doctor-workflow-missing',
        severity: 'error',
        what: `${WAKE_WORKFLOW_PATH} is not on the default branch: nothing wakes Treadle.`,
        remedy: 'Run treadle init, and bring what it writes to the default branch.',
      },
    ];
  }
  if (workflows.kind === 'hidden') return [notChecked(workflows.problem)];
  const known = workflows.value.find(({ path }) => path === WAKE_WORKFLOW_PATH);
  if (known === undefined || known.state === 'active')
    return [ok('doctor-workflow-disabled', `${WAKE_WORKFLOW_PATH} is enabled.`)];
  const idle = known.state === 'disabled_inactivity';
  return [
    {
      code: 'doctor-workflow-disabled',
      severity: 'error',
      what: `${WAKE_WORKFLOW_PATH} is disabled (${known.state})${idle ? ': GitHub does that to schedules after 60 days without activity' : ''}.`,
      remedy: 'Enable it: gh workflow enable treadle.yml',
    },
  ];
}

/** https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions */
function checkPins({ files, actions }: DoctorFacts): readonly Finding[] {
  const required = actions.kind === 'seen' && actions.value.mustBePinned;
  const unpinned = [...files].flatMap(([path, text]) =>
    path.startsWith('.github/workflows/')
      ? [...text.matchAll(/^\s*(?:- )?uses: *["']?([^\s"'#]+)/gm)]
          .map(([, uses = '']) => uses)
          .filter((uses) => !/^\.\/|^docker:\/\/.*@sha256:|@[0-9a-f]{40}$/.test(uses))
          .map((uses) => `${uses} (${path.slice('.github/workflows/'.length)})`)
      : [],
  );
  if (unpinned.length === 0) return [ok('doctor-action-unpinned', 'Every action is pinned to a commit.')];
  return [
    {
      code: 'doctor-action-unpinned',
      severity: required ? 'error' : 'warning',
      what: `Not pinned to a commit${required ? ', which this repository demands' : ''}: ${unpinned.join(', ')}.`,
      remedy: 'Write the full commit instead of a tag or branch, which whoever owns the action may move.',
    },
  ];
}

function checkRuntime({ action, files }: DoctorFacts): readonly Finding[] {
  if (action === null) {
    const named = findAction(files.get(WAKE_WORKFLOW_PATH) ?? '');
    return named === null ? [] : [notChecked(`the runtime of ${named}`)];
  }
  const { uses, text } = action;
  if (text.kind === 'hidden') return [notChecked(text.problem)];
  const using = text.value === null ? null : readUsing(text.value);
  const [, version] = /^node(\d+)$/.exec(using ?? '') ?? [];
  if (using === null || (version !== undefined && Number(version) < OLDEST_NODE)) {
    return [
      {
        code: 'doctor-action-runtime',
        severity: 'error',
        what:
          using === null
            ? `${uses} is no action: it has no action.yml that says what it runs.`
            : `${uses} runs on ${using}, which GitHub has no more.`,
        remedy: 'Use a current release: treadle init --force --action OWNER/treadle@TAG',
      },
    ];
  }
  return [ok('doctor-action-runtime', `The Action runs on ${using}.`)];
}

function readUsing(text: string): string | null {
  try {
    const { runs } = parse(text) as { readonly runs?: { readonly using?: unknown } };
    return typeof runs?.using === 'string' ? runs.using : null;
  } catch {
    return null;
  }
}

function checkPaused({ paused }: DoctorFacts): readonly Finding[] {
  if (paused.kind === 'hidden') return [notChecked(paused.problem)];
  if (!['', '0', 'no', 'off', 'false'].includes((paused.value ?? '').trim().toLowerCase())) {
    return [
      {
        code: 'doctor-paused',
        severity: 'warning',
        what: 'The variable TREADLE_PAUSED is set: nothing is dispatched.',
        remedy: 'To go on: gh variable delete TREADLE_PAUSED',
      },
    ];
  }
  return [ok('doctor-paused', 'Dispatch is not halted.')];
}
