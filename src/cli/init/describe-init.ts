import { SETTINGS_PATH } from '../../workflow/settings.ts';
import type { FileStep } from './plan-init.ts';
import type { InitPlan, InitResult } from './run-init.ts';

const WORDS: Readonly<Record<FileStep['action'], string>> = {
  write: 'write',
  same: 'in place',
  keep: 'keep yours',
  replace: 'write over',
  refuse: 'differs',
  remove: 'remove',
};

/** What a plan will do, a line each, for people. Pure. */
export function describePlan({ branch, remote, steps, state }: InitPlan): string {
  const width = Math.max(...Object.values(WORDS).map((word) => word.length));
  const files = steps.map(({ path, action }) => `  ${WORDS[action].padEnd(width)}  ${path}`);
  const published = remote === null ? 'kept here, not pushed' : `pushed to ${remote}`;
  return [
    `on ${branch} (committed, and ${published}):`,
    ...(files.length === 0 ? ['  nothing'] : files),
    ...(state === null ? [] : [`on ${state.branch} (the same):`, `  ${'put'.padEnd(width)}  ${state.path}`]),
  ].join('\n');
}

/** What was done, and what a person has left to do. Pure. */
export function describeResult(
  plan: InitPlan,
  { commit, push, state }: InitResult,
  notes: readonly string[],
): string {
  const short = (oid: string): string => oid.slice(0, 10);
  const { branch, remote } = plan;
  const where = push?.pushed === true && remote !== null ? `, pushed to ${remote}` : '';
  const lines = [
    commit === null
      ? `${branch}: nothing to commit${where}`
      : `${branch}: committed as ${short(commit)}${where}`,
  ];
  if (state !== null && plan.state !== null) {
    const done = { created: 'made', updated: 'brought up to date', present: 'in place already' };
    lines.push(`${plan.state.branch}: ${done[state.action]} (${short(state.commit)})`);
  }
  return [...lines, ...notes.map((note) => `note: ${note}`)].join('\n');
}

/** What a person has left to do after a plan was carried out. Pure. */
export function notesOf(
  plan: InitPlan,
  result: InitResult,
  facts: { readonly defaultBranch: string | null; readonly removing: boolean; readonly stateBranch: string },
): readonly string[] {
  const { branch, remote, steps } = plan;
  const { defaultBranch, removing, stateBranch } = facts;
  const notes: string[] = [];
  if (result.push?.pushed === false) notes.push(result.push.note);
  if (defaultBranch !== null && defaultBranch !== branch) {
    notes.push(`workflows count as they are on ${defaultBranch}: bring ${branch} there`);
  }
  if (removing) {
    notes.push(
      `${stateBranch} was kept, with all history; to delete it: ${remote === null ? `git branch -D ${stateBranch}` : `git push ${remote} --delete ${stateBranch}`}`,
    );
    for (const { path, action } of steps)
      if (action === 'keep') notes.push(`${path} was changed, so it stays`);
    return notes;
  }
  if (
    steps.some(
      ({ path, action, text }) => path === SETTINGS_PATH && action === 'write' && text.includes('ceo: []'),
    )
  )
    notes.push(`nobody holds a role yet: fill in roles in ${SETTINGS_PATH}`);
  notes.push('see what is still missing: treadle doctor');
  return notes;
}
