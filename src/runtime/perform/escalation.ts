import type { Effect } from '../../engine/effect.ts';
import { renderEscalation, renderReminder } from '../../engine/view/escalation.ts';
import { inline, parseMarker, renderMarker } from '../../engine/view/markdown.ts';
import { addMinutes } from '../wake.ts';
import { closeAbandoned, closeDecision, openDecision } from './gate.ts';
import { done, dropped, failed, type Performance, type Performed } from './performance.ts';
import { postComment } from './post-comment.ts';

type Of<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

/** Label of the issues that ask the CEO. */
export const CEO_LABEL = 'treadle:ceo';
/** Label of what must be dealt with first. */
const URGENT_LABEL = 'P0';
/** How much of an answer stands on the CEO bead; all of it is in the state. */
const LONGEST_ANSWER = 8_000;
/** More than clocks differ. */
const CLOCK_DIFFERENCE_MINUTES = 60;

/** Opens the one CEO bead of an escalation and the decision pull request for the answer. */
export async function openEscalation(
  performance: Performance,
  effect: Of<'open_escalation'>,
): Promise<Performed> {
  const { runtime, workflow, config, state } = performance;
  const escalation = state.jobs[effect.job]?.escalation;
  const name = escalationName(state.run.id, effect);
  if (escalation?.id !== effect.escalation) {
    await closeAbandoned(performance, name);
    const bead = await findBead(performance, state.run.createdAt);
    if (bead !== undefined) await runtime.forge.issues.close(bead, 'not_planned');
    return dropped('the escalation was answered meanwhile');
  }
  const texts = renderEscalation(workflow, config, state, effect.job);
  const opened = await openDecision(performance, name, texts.decision);
  if (opened.kind === 'refused') return failed(opened.problem);
  const ceos = (config.roles['ceo'] ?? []).map(({ login }) => login);
  await runtime.forge.pulls.requestReviewers(opened.number, ceos);
  const issue =
    (await findBead(performance, escalation.at)) ??
    (await runtime.forge.issues.create({
      title: texts.title,
      body: `${renderMarker(performance.entry.id)}\n${texts.body}\n\nAnswer by reviewing #${opened.number}, or with a comment here.`,
      labels: [CEO_LABEL, URGENT_LABEL],
    }));
  return done({ issue, pull: opened.number, head: opened.head });
}

/** Closes the CEO bead with the answer, and the decision pull request unless it was merged. */
export async function closeEscalation(
  performance: Performance,
  effect: Of<'close_escalation'>,
): Promise<Performed> {
  const { forge } = performance.runtime;
  const name = escalationName(performance.state.run.id, effect);
  if (effect.pull !== null) await closeDecision(forge, name, effect.pull);
  await postComment(forge, {
    issue: effect.issue,
    marker: performance.entry.id,
    body: inline(effect.answer, LONGEST_ANSWER),
    doubtful: performance.doubtful,
  });
  await forge.issues.close(effect.issue, 'completed');
  return done();
}

function escalationName(
  run: string,
  { job, escalation }: { readonly job: string; readonly escalation: string },
): string {
  return `${run}/${job}-escalation-${escalation.slice(0, 8)}`;
}

/** Tells the holders of the role ceo again that they are asked; a CEO bead that was closed without an answer is opened again. */
export async function remindCeo(performance: Performance, effect: Of<'remind_ceo'>): Promise<Performed> {
  const { runtime, config, state, entry, doubtful } = performance;
  const escalation = state.jobs[effect.job]?.escalation;
  if (escalation?.id !== effect.escalation) return dropped('the escalation was answered meanwhile');
  const { forge } = runtime;
  const bead = await forge.issues.get(effect.issue);
  if (bead?.state === 'closed') await forge.issues.reopen(effect.issue);
  const comment = await postComment(forge, {
    issue: effect.issue,
    marker: entry.id,
    body: renderReminder(config, state, effect.job, effect.number),
    doubtful,
  });
  return done({ comment });
}

/** The bead that an earlier, interrupted try opened. */
async function findBead(performance: Performance, since: string): Promise<number | undefined> {
  if (!performance.doubtful) return undefined;
  const { forge } = performance.runtime;
  const viewer = await forge.people.viewer();
  // The forge's clock may be behind ours.
  const beads = (await forge.issues.labelled(CEO_LABEL, addMinutes(since, -CLOCK_DIFFERENCE_MINUTES)))
    .filter((issue) => issue.author.id === viewer.id && parseMarker(issue.body) === performance.entry.id)
    .map((issue) => issue.number)
    .sort((a, b) => a - b);
  const [first, ...copies] = beads;
  for (const copy of copies) await forge.issues.close(copy, 'not_planned');
  return first;
}
