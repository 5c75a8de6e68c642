import type { Draft } from './draft.ts';
import type { OutsiderRefused } from './event.ts';
import type { Outcome } from './outcome.ts';
import { applied, ignored } from './outcome.ts';

/** The login under which every workflow of a repository acts with its default token. */
const ANY_WORKFLOW = 'github-actions[bot]';

/** Tells somebody once, politely, that their word does not count in this run. */
export function refuseOutsider(draft: Draft, event: OutsiderRefused): Outcome {
  if (draft.run.overrides.includes(event.id)) return ignored('they were told so already');
  draft.patchRun({ overrides: [...draft.run.overrides, event.id] });
  const place = event.issue === undefined ? {} : { issue: event.issue };
  draft.emit({ type: 'reply', to: event.actor.login, text: refusalFor(event), ...place });
  return applied('run', `${event.word} of ${event.actor.login} refused`);
}

function refusalFor({ actor, word }: OutsiderRefused): string {
  if (actor.login === ANY_WORKFLOW) {
    return (
      `A ${word} by ${actor.login} does not count: every workflow of this repository writes under that name. ` +
      'An agent needs an account of its own, or the token of its own App, or dispatch by workflow.'
    );
  }
  const who =
    word === 'override'
      ? 'only holders of the role ceo who can write to the repository may overrule (whoever is asked for an approval reviews its pull request)'
      : 'only those who hold the role of a job that was dispatched may report on it';
  return (
    `Thank you, ${actor.login}, but in this run ${who}, so this does not count. ` +
    'Who holds which role is said in .github/treadle.yml. This is said once; comments are welcome all the same.'
  );
}
