import { done, dropped, type Performance, type Performed } from './performance.ts';

/** Opens the bead again while its run goes on. Opening twice is opening once. */
export async function reopenIssue({ runtime, state }: Performance): Promise<Performed> {
  if (state.run.status === 'completed') return dropped('the run is over');
  await runtime.forge.issues.reopen(state.run.issue);
  return done();
}
