import * as core from '@actions/core';
import { context } from '@actions/github';

import { TreadleError } from '../base/errors.ts';
import { issueOfEvent, tellsOfFailure } from './event-payload.ts';
import { readInputs } from './inputs.ts';
import { advanceMode } from './modes/advance.ts';
import { lintMode } from './modes/lint.ts';
import { planMode } from './modes/plan.ts';
import { publishMode } from './modes/publish.ts';
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
        await advanceMode(step, inputs, around, tellsOfFailure(context.payload));
        return;
      case 'plan':
        await planMode(step, inputs, around);
        return;
      case 'lint':
        if (!(await lintMode(step, around.workspace, inputs.config)))
          step.fail('there are errors in the workflows or settings');
        return;
      case 'report':
        await reportMode(step, inputs, around, issueOfEvent(context.payload));
        return;
      case 'publish':
        await publishMode(step, inputs, around);
    }
  } catch (error) {
    tellError(step, error);
  }
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
