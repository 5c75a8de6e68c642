import { reportBlock, type Host, type World } from '../world.ts';

/** What is told to whoever counts a wake. */
export interface StepOptions {
  /** How many steps the wake makes; 1 unless told. */
  readonly steps?: number;
  readonly isToldOfFailure?: boolean;
}

export type Step = (name: string, options?: StepOptions) => Promise<void>;

/** Moves runs by all that can happen to them; after each happening `step` wakes once. */
export async function playSteps(world: World, host: Host, step: Step): Promise<void> {
  await playGate(world, step);
  await playEscalation(world, step);
  await playCode(world, step);
  await playLegs(world, step);
  await playElsewhere(world, host, step);
  await playSelection(world, step);
  await playFailedRun(world, host, step);
}

async function playGate(world: World, step: Step): Promise<void> {
  const bead = await world.fileBead();
  await step('a run starts');
  await world.report('blake', bead, {});
  await step('a report opens a gate');
  await world.review('ada', (await world.history.job(`${bead}-1`, 'approve')).gate?.pull ?? 0, 'approve');
  await step('an approval dispatches');
  await world.report('blake', bead, {});
  await step('a run ends');
}

async function playEscalation(world: World, step: Step): Promise<void> {
  const bead = await world.fileBead('Another');
  await step('another run starts');
  await world.report('blake', bead, { outcome: 'failure', summary: 'No.' });
  await step('a failure escalates');
  world.clock.later(61 * 60);
  await step('the CEO is reminded');
  await world.comment('ada', bead, '/treadle retry It was a bad day');
  await step('an override ends an escalation');
  await world.comment('ada', bead, '/treadle cancel Enough');
  await step('a run is cancelled');
}

async function playCode(world: World, step: Step): Promise<void> {
  const bead = await world.fileBead('Code', ['code']);
  await step('a run for code starts');
  const pull = await world.openPull('blake', 'fix', { 'src/switch.txt': 'on\n' });
  await world.report('blake', bead, { outputs: { 'pull-request': String(pull) } });
  await step('a report asks for a review of code');
  await world.review('ada', pull, 'approve');
  await step('an approval of code dispatches');
  await world.report('emma', bead, {});
  await step('the manager agrees: it is merged, and the next job dispatched', { steps: 2 });
  await world.report('quinn', bead, {});
  await step('a verification ends a run');
}

async function playLegs(world: World, step: Step): Promise<void> {
  const bead = await world.fileBead('Legs', ['legs']);
  await step('a matrix starts its six legs');
  await world.report('blake', bead, { job: 'each.0' });
  await step('a leg ends');
  await world.comment('ada', bead, '/treadle cancel Enough');
  await step('five legs are cancelled');
}

async function playElsewhere(world: World, host: Host, step: Step): Promise<void> {
  const bead = await world.fileBead('Elsewhere', ['elsewhere']);
  await step('a workflow is dispatched');
  const turn = (await world.history.job(`${bead}-1`, 'look')).attempts.at(-1)?.turns.at(-1);
  world.clock.later(60);
  await host.admin('POST', `/workflow-runs/${turn?.remote?.workflowRun}/complete`, {
    conclusion: 'success',
    artifacts: [{ name: 'treadle-report', files: { 'report.md': reportBlock({}) } }],
  });
  await step('what it left is read');
}

async function playSelection(world: World, step: Step): Promise<void> {
  const bead = await world.fileBead('Torn', ['bug', 'code']);
  await step('a bead for two workflows is told');
  world.clock.later(1);
  await world.as('ada').issues.addLabels(bead, ['workflow:fix']);
  await step('a label decides, and its run starts');
  await world.report('blake', bead, {});
  await step('it goes on');
}

async function playFailedRun(world: World, host: Host, step: Step): Promise<void> {
  const fail = async (): Promise<void> => {
    const started = await world.as('ada').workflows.start({ workflow: 'ci.yml', ref: 'main', inputs: {} });
    if (started.kind === 'refused') throw new Error(started.problem);
    world.clock.later(1);
    await host.admin('POST', `/workflow-runs/${started.run}/complete`, { conclusion: 'failure' });
  };
  await fail();
  await step('a failed run becomes a bead, whose run starts', { steps: 2, isToldOfFailure: true });
  await fail();
  await step('it fails again', { isToldOfFailure: true });
}
