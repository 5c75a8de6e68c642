import { planWake } from '../../runtime/plan.ts';
import type { ActionInputs } from '../inputs.ts';
import { openRuntime } from '../open-runtime.ts';
import type { Step } from '../step.ts';
import { renderPlan } from '../step-summary.ts';
import type { Surroundings } from '../surroundings.ts';

/** What a wake would do now; publishes and performs nothing. */
export async function planMode(step: Step, inputs: ActionInputs, around: Surroundings): Promise<void> {
  const { runtime, intake } = await openRuntime(step, inputs, around, () => undefined);
  const plan = await planWake(runtime, intake);
  for (const { subject } of plan.transitions) step.say(`would commit: ${subject}`);
  for (const { run, effect } of plan.effects) step.say(`would perform: ${run}: ${effect.type}`);
  if (plan.transitions.length === 0 && plan.effects.length === 0) step.say('nothing to do');
  for (const remark of plan.remarks) step.warn(remark);
  step.output('advanced', 'false');
  step.output('transitions', String(plan.transitions.length));
  step.output('effects', JSON.stringify(plan.effects));
  await step.summarise(renderPlan(plan));
}
