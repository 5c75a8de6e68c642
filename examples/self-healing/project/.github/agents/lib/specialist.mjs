import { runAgent } from './agent.mjs';
import { fix } from './fix.mjs';
import { investigate } from './investigate.mjs';

/** Runs a specialist: both kinds work alike, on the code that is theirs. @param {string} name */
export async function runSpecialist(name) {
  await runAgent(name, [
    { name: 'investigate', isFor: (task) => task.declared.includes('proposal'), run: investigate },
    { name: 'fix', isFor: (task) => task.declared.includes('pull-request'), run: fix },
  ]);
}
