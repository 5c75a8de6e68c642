// An agent of the scenarios: a program of its own that is told its task on standard input and answers on standard output. What
// it is to do stands in script.json beside it: for each job the answers it gives, one a dispatch, the last one from then on.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const task = JSON.parse(await text(process.stdin));
const script = JSON.parse(readFileSync(new URL('script.json', import.meta.url), 'utf8'));
const answers = script[task.job.id] ?? [{}];
const earlier = task.previousAttempts.reduce((sum, { turns }) => sum + turns, 0);
const step = answers[Math.min(earlier + task.turn, answers.length) - 1];

const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();

/** Says what it did, and why it could not. */
function answer(outcome, outputs = {}, summary = '') {
  console.log(`\`\`\`treadle\n${JSON.stringify({ outcome, outputs, summary })}\n\`\`\``);
}

/** Waits until as many agents as asked for have come here. */
async function gather({ folder, count }) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${task.run.id}`, '');
  const until = Date.now() + 30_000;
  while (readdirSync(folder).length < count && Date.now() < until) await sleep(50);
}

/** Changes a text on a branch of its own and opens a pull request. Returns its number. */
async function change({ file, from, to }) {
  const branch = `fix-${task.issue.number}-${task.attempt}`;
  git('switch', '--quiet', '--create', branch);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const after = from === undefined ? before + to : before.replace(from, to);
  if (after === before) throw new Error(`${file} holds no "${from}"`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, after);
  git('add', file);
  git('commit', '--quiet', '--message', `Change ${file} for #${task.issue.number}`);
  git('push', '--quiet', 'origin', branch);
  const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, TREADLE_BASE_BRANCH } = process.env;
  const pull = {
    title: `Change ${file}`,
    body: `Refs #${task.issue.number}`,
    head: branch,
    base: TREADLE_BASE_BRANCH,
  };
  const answered = await fetch(`${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}/pulls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${GITHUB_TOKEN}` },
    body: JSON.stringify(pull),
  });
  if (!answered.ok) throw new Error(await answered.text());
  return String((await answered.json()).number);
}

for (const key of ['file', 'to']) {
  if (step.change?.[key] !== undefined)
    step.change[key] = step.change[key].replaceAll('{issue}', String(task.issue.number));
}
const outputs = Object.fromEntries(
  Object.entries(step.outputs ?? {}).map(([name, value]) => [
    name,
    value.replace('{feedback}', task.feedback?.text ?? 'nothing'),
  ]),
);
try {
  if (step.gather !== undefined) await gather(step.gather);
  if (step.change !== undefined) outputs['pull-request'] = await change(step.change);
  const missed =
    step.expect !== undefined && !readFileSync(step.expect.file, 'utf8').includes(step.expect.text);
  if (missed) answer('failure', {}, `${step.expect.file} does not hold "${step.expect.text}"`);
  else answer(step.outcome ?? 'success', outputs, step.summary ?? '');
} catch (error) {
  answer('failure', {}, String(error.message).split('\n')[0]);
}
