/**
 * The proposal that a person approves: readable Markdown that holds the patch as it will be applied.
 *
 * @param {object} found
 * @param {import('./task.mjs').Task} found.task
 * @param {readonly import('./run-tests.mjs').Failure[]} found.failures
 * @param {import('./search.mjs').Search} found.search
 * @param {import('./search.mjs').Fix} found.fix
 * @param {readonly import('./suspects.mjs').Suspect[]} found.suspects
 * @returns {{ 'root-cause': string, proposal: string }}
 */
export function renderProposal({ task, failures, search, fix, suspects }) {
  const failing = failures.map((failure) => `\`${failure.file}\` › ${failure.test}`).join(', ');
  const change =
    fix.to === '' ? `\`${fix.from}\` is too much` : `\`${fix.from}\` stands where \`${fix.to}\` belongs`;
  const cause = `\`${fix.file}:${fix.line}\`: ${change}, in \`${fix.before}\`. What fails by it: ${failing}.`;
  return {
    'root-cause': cause,
    proposal: [
      `Change one line of \`${fix.file}\` for "${quote(task.issue.title)}" (#${task.issue.number}).`,
      '',
      '**Patch.**',
      '',
      '```diff',
      fix.patch.replace(/\n$/, ''),
      '```',
      '',
      `**Validation.** With this patch the whole suite passes: ${fix.tests} of ${fix.tests} tests. ` +
        `It was found as number ${fix.number} of ${search.possible} small changes in ${suspects.length} suspect lines; each was tried by running the tests.`,
      ...renderAnswer(task, search, fix),
      '',
    ].join('\n'),
  };
}

/**
 * What the feedback led to.
 * @param {import('./task.mjs').Task} task
 * @param {import('./search.mjs').Search} search
 * @param {import('./search.mjs').Fix} fix
 */
function renderAnswer(task, search, fix) {
  if (task.feedback === null) return [];
  const others = search.fixes.filter((other) => other !== fix);
  const left = search.possible - search.tried;
  const extent = left === 0 ? 'all there are' : `${left} are untried`;
  return [
    '',
    `**In answer to ${quote(task.feedback.from)}.** ${search.tried} small changes were tried, ${extent}. ` +
      (others.length === 0
        ? 'Of these, only this one makes all tests pass.'
        : 'These make all tests pass as well (to have one, answer "take fix N"):'),
    ...others.map((other) => {
      const number = search.fixes.indexOf(other) + 1;
      return `- fix ${number}: \`${other.file}:${other.line}\`: \`${other.after}\``;
    }),
  ];
}

/**
 * The patch that a proposal holds, or null.
 * @param {string} proposal
 */
export function extractPatch(proposal) {
  const patch = /^```diff\r?\n([\s\S]*?)^```\s*$/m.exec(proposal)?.[1];
  return patch === undefined ? null : patch.replaceAll('\r\n', '\n');
}

/** Text of others, on one line and without Markdown. @param {string} text */
function quote(text) {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[`*_[\]<>@#\\]/g, '')
    .trim();
}
