import * as core from '@actions/core';
import { context } from '@actions/github';

import { TreadleError } from '../base/errors.ts';
import { readInputs } from './inputs.ts';
import { advanceMode } from './modes/advance.ts';
import { lintMode } from './modes/lint.ts';
import { planMode } from './modes/plan.ts';
import { reportMode } from './modes/report.ts';
import { runnerStep, type Step } from './step.ts';
import { readSurroundings } from './surroundings.ts';

/** Executes one step. Errors are caught here, once, and become the step's failure with what to do about it. */
export async function runAction(): Promise<void> {
  const step = runnerStep;
  try {
    const inputs = readInputs((name) => core.getInput(name));
    if (inputs.token !== '') core.setSecret(inputs.token);
    const around = readSurroundings(process.env);
    step.say(`woken by ${around.event} in ${around.repository}, mode ${inputs.mode}`);
    switch (inputs.mode) {
      case 'advance':
        await advanceMode(step, inputs, around, tellsOfFailure());
        return;
      case 'plan':
        await planMode(step, inputs, around);
        return;
      case 'lint':
        if (!(await lintMode(step, around.workspace, inputs.config)))
          step.fail('there are errors in the workflows or settings');
        return;
      case 'report':
        await reportMode(step, inputs, around, issueOfEvent());
    }
  } catch (error) {
    tellError(step, error);
  }
}

/** The event's payload is a hint and no more: here, which bead an agent means that says none. */
function issueOfEvent(): number | null {
  const number: unknown = context.payload.issue?.number;
  return typeof number === 'number' ? number : null;
}

/** A workflow run that failed on the default branch woke us: only then failures are looked for. */
function tellsOfFailure(): boolean {
  const { workflow_run: run, repository } = context.payload as {
    readonly workflow_run?: {
      readonly conclusion?: unknown;
      readonly head_branch?: unknown;
      readonly head_repository?: { readonly id?: unknown } | null;
    };
    readonly repository?: { readonly default_branch?: unknown; readonly id?: unknown };
  };
  // A branch of that name in a fork is none of ours.
  const isOwn = run?.head_repository?.id === repository?.id;
  return isOwn && run?.conclusion === 'failure' && run.head_branch === repository?.default_branch;
}

/** What went wrong and what to do; a stack only for what can only be our own mistake. */
function tellError(step: Step, error: unknown): void {
  if (error instanceof TreadleError && error.code !== 'bug') {
    const remedy = error.remedy === undefined ? '' : `\n${error.remedy}`;
    step.fail(`[${error.code}] ${error.message}${remedy}`);
    return;
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  step.fail(
    `This is a defect of Treadle. Nothing was lost. Please report it, with what follows:\n${message}`,
  );
}
