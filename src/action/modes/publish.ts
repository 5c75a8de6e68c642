import { lstat, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { TreadleError } from '../../base/errors.ts';
import { parseReport, renderReport, type ParsedReport } from '../../codec/report-block.ts';
import type { Forge } from '../../forge/port/forge.ts';
import { settingsOf, WORKFLOWS_FOLDER } from '../../runtime/repository-config.ts';
import { publishWork, type Published, type Work, type WorkRules } from '../../runtime/work/publish-work.ts';
import { SETTINGS_PATH } from '../../workflow/settings.ts';
import type { ActionInputs } from '../inputs.ts';
import type { Step } from '../step.ts';
import type { Surroundings } from '../surroundings.ts';
import { adapters } from '../wire.ts';

/** What the job of an agent leaves in the folder, and where the answer to report is put. */
const ANSWER = 'answer.md';
const BUNDLE = 'changes.bundle';
const ANSWER_TO_REPORT = 'treadle-answer.md';

const MOST_ANSWER_BYTES = 2 * 1024 * 1024;
const MOST_BUNDLE_BYTES = 20 * 1024 * 1024;
/** The output in which an agent reports its pull request. */
const PULL_OUTPUT = 'pull-request';

/**
 * Publishes what an agent left in a job that may write nothing, and puts its answer, with the number of the pull request, where the
 * report is made of it. Whatever keeps it from that becomes the answer: a failure with the reason.
 *
 * @throws {TreadleError} `input-invalid` without a bead, run or job
 */
export async function publishMode(step: Step, inputs: ActionInputs, around: Surroundings): Promise<void> {
  const { issue, job, outcome } = inputs.report;
  const { run, folder } = inputs.work;
  if (issue === null || job === null || run === null || folder === null) {
    throw new TreadleError('input-invalid', 'mode publish needs the inputs issue, run, job and work', {
      remedy: 'Pass them on from the inputs of the workflow, as the templates of treadle init do.',
    });
  }
  for (const [name, text] of Object.entries({ run, job })) {
    if (/^\w[\w-]*(?:\.[\w-]+)*$/.test(text) && text.length <= 100 && !text.endsWith('.lock')) continue;
    throw new TreadleError('input-invalid', `the input ${name} cannot be used: it is no id`, {
      remedy: 'Pass it on from the inputs of the workflow.',
    });
  }
  const answerTo = join(around.tempFolder, ANSWER_TO_REPORT);
  // What ends this step early must not pass for an agent that said nothing.
  await writeFile(
    answerTo,
    failure('What the agent left could not be published: see the log of the workflow run.'),
  );
  const answer = (await readLeft(resolve(folder, ANSWER), MOST_ANSWER_BYTES)) ?? '';
  const parsed = parseReport(answer);
  const isOver = parsed.kind === 'none' || (parsed.kind === 'report' && parsed.report.outcome === 'failure');
  if (isOver || outcome === 'failure') {
    step.say('nothing is published: the agent did not succeed');
    await writeFile(answerTo, answer);
    return;
  }
  const summary = parsed.kind === 'report' ? parsed.report.summary : '';
  const published = await publish(step, inputs, around, {
    work: { issue, run, job, summary },
    bundle: resolve(folder, BUNDLE),
  });
  step.say(describe(published));
  if (published.kind !== 'refused') step.output('pull-request', String(published.pull ?? ''));
  await writeFile(answerTo, answerWith(answer, parsed, published));
}

async function publish(
  step: Step,
  { token, config }: ActionInputs,
  { apiUrl, serverUrl, repository: name, tempFolder }: Surroundings,
  left: { readonly work: Omit<Work, 'bundle'>; readonly bundle: string },
): Promise<Published> {
  const stat = await lstat(left.bundle).catch(() => null);
  if (stat !== null && (!stat.isFile() || stat.size > MOST_BUNDLE_BYTES)) {
    return {
      kind: 'refused',
      reason: `What it changed is larger than ${MOST_BUNDLE_BYTES} bytes, or no file.`,
    };
  }
  const forge = adapters.forge(apiUrl, name, token, step.say);
  const rules = await readRules(forge, config);
  const url = `${serverUrl}/${name}.git`;
  const repository = await adapters.work({ folder: tempFolder, url, token });
  try {
    return await publishWork(
      forge,
      repository,
      { ...left.work, bundle: stat === null ? null : left.bundle },
      rules,
    );
  } finally {
    await repository.remove();
  }
}

/** The settings of the default branch say where work goes and what is protected: the settings themselves always are. */
async function readRules(forge: Forge, path: string): Promise<WorkRules> {
  const { branch, texts } = await forge.files.ofDefaultBranch({ files: [path], folder: WORKFLOWS_FOLDER });
  const settings = settingsOf({ path, text: texts.get(path) ?? '' });
  const protectedPaths =
    path === SETTINGS_PATH ? settings.protectedPaths : [...settings.protectedPaths, path];
  return { baseBranch: settings.baseBranch ?? branch, protectedPaths };
}

/** A file of the folder; null where there is none, or one that is too large or no plain file. */
async function readLeft(path: string, mostBytes: number): Promise<string | null> {
  const stat = await lstat(path).catch(() => null);
  return stat !== null && stat.isFile() && stat.size <= mostBytes ? readFile(path, 'utf8') : null;
}

function describe(published: Published): string {
  switch (published.kind) {
    case 'published':
      return `published as #${published.pull}`;
    case 'unchanged':
      return published.pull === null ? 'nothing was changed' : `nothing was changed since #${published.pull}`;
    case 'refused':
      return `refused: ${published.reason}`;
  }
}

/** The answer to report. An answer that cannot be read stays as it is: its author is told what is wrong with it. */
function answerWith(answer: string, parsed: ParsedReport, published: Published): string {
  if (published.kind === 'refused')
    return failure(`What the agent left was not published. ${published.reason}`);
  if (parsed.kind !== 'report') return answer;
  const { report } = parsed;
  const said = report.outputs[PULL_OUTPUT];
  if (said === undefined) return answer;
  if (published.pull !== null) {
    return renderReport({ ...report, outputs: { ...report.outputs, [PULL_OUTPUT]: String(published.pull) } });
  }
  return report.outcome === 'continue' || /^#?\d+$/.test(said)
    ? answer
    : failure('The agent reports a pull request of its own, and left nothing that was changed.');
}

function failure(summary: string): string {
  return renderReport({ outcome: 'failure', outputs: {}, summary: summary.slice(0, 4_000), job: null });
}
