import { TreadleError } from '../../base/errors.ts';
import type { Effect } from '../../engine/effect.ts';
import { renderDecision, type DecisionFile } from '../../engine/view/decision.ts';
import { renderMarker } from '../../engine/view/markdown.ts';
import { DECISION_BRANCHES } from '../decision-file.ts';
import { done, dropped, failed, type Performance, type Performed } from './performance.ts';

type Of<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

/** Opens the decision pull request of a text gate, or asks for reviews of the pull request of a code gate. */
export async function openGate(performance: Performance, effect: Of<'open_gate'>): Promise<Performed> {
  const { runtime, workflow, state } = performance;
  const gate = state.jobs[effect.job]?.gate;
  if (gate?.attempt !== effect.attempt || gate.answer !== null) {
    await closeAbandoned(performance, gateName(state.run.id, effect));
    return dropped('the gate is no longer open');
  }
  if (gate.kind === 'code') return askForCodeReview(performance, effect.job, gate.pull);
  const decision = renderDecision(workflow, state, effect.job);
  const opened = await openDecision(performance, gateName(state.run.id, effect), decision);
  if (opened.kind === 'refused') return failed(opened.problem);
  await runtime.forge.pulls.requestReviewers(opened.number, reviewersOf(performance, effect.job));
  return done({ pull: opened.number, head: opened.head });
}

/** Opens a pull request with one decision file against the state branch; one that is open already is adopted. */
export async function openDecision(
  { runtime, tip, state, entry }: Performance,
  name: string,
  decision: DecisionFile,
): Promise<
  | { readonly kind: 'opened'; readonly number: number; readonly head: string }
  | { readonly kind: 'refused'; readonly problem: string }
> {
  const { forge, stateBranch } = runtime;
  if (tip === null) return { kind: 'refused', problem: `the branch ${stateBranch} does not exist` };
  const branch = decisionBranch(name);
  await forge.files.createBranchWithFile({
    name: branch,
    from: tip,
    path: decision.path,
    text: decision.text,
    message: `${decision.title}\n\nRun ${state.run.id}.`,
  });
  const body = `${renderMarker(entry.id)}\n${decision.body}`;
  return forge.pulls.open({ branch, base: stateBranch, title: decision.title, body });
}

/** Closes what a wake that died may have opened for a question that nobody asks any more. */
export async function closeAbandoned({ runtime, doubtful }: Performance, name: string): Promise<void> {
  if (doubtful) await closeDecision(runtime.forge, name, null);
}

/** Closes a decision pull request that was not answered, or no longer counts. */
export async function closeGate(
  { runtime, state }: Performance,
  effect: Of<'close_gate'>,
): Promise<Performed> {
  await closeDecision(runtime.forge, gateName(state.run.id, effect), effect.pull);
  return done();
}

/**
 * Removes the branch of a decision, with which the forge closes its pull request unless that is closed or merged. Where the forge
 * refuses that, as a rule of the branch may have it, the branch stays and the pull request alone is closed.
 *
 * @param number the pull request, null where it is not known
 * @see https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-branches-in-your-repository/deleting-and-restoring-branches-in-a-pull-request
 */
export async function closeDecision(
  { files, pulls }: Performance['runtime']['forge'],
  name: string,
  number: number | null,
): Promise<void> {
  const branch = decisionBranch(name);
  try {
    await files.deleteBranch(branch);
  } catch (error) {
    if (!(error instanceof TreadleError) || error.code !== 'forge-refused') throw error;
    const pull = number === null ? await pulls.fromBranch(branch) : await pulls.get(number);
    if (pull?.state === 'open') await pulls.close(pull.number);
  }
}

function gateName(run: string, { job, attempt }: { readonly job: string; readonly attempt: number }): string {
  return `${run}/${job}-${attempt}`;
}

function decisionBranch(name: string): string {
  return `${DECISION_BRANCHES}${name}`;
}

async function askForCodeReview(
  performance: Performance,
  job: string,
  number: number | null,
): Promise<Performed> {
  const { forge } = performance.runtime;
  const pull = number === null ? undefined : await forge.pulls.get(number);
  if (pull === undefined) return failed(`there is no pull request #${number ?? '?'} to review`);
  await forge.pulls.requestReviewers(pull.number, reviewersOf(performance, job));
  return done({ pull: pull.number, head: pull.head.oid });
}

function reviewersOf({ config, state }: Performance, job: string): readonly string[] {
  const role = state.jobs[job]?.role ?? 'ceo';
  return (config.roles[role] ?? []).filter(({ kind }) => kind === 'user').map(({ login }) => login);
}
