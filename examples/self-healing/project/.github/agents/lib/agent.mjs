import { text } from 'node:stream/consumers';
import { parseTask } from './task.mjs';

/**
 * @typedef {import('./task.mjs').Task} Task
 * @typedef {object} Answer
 * @property {'success' | 'failure' | 'continue'} outcome
 * @property {string} summary one line
 * @property {Readonly<Record<string, string>>} [outputs]
 */

/** @param {string} summary @param {Readonly<Record<string, string>>} [outputs] @returns {Answer} */
export function succeed(summary, outputs = {}) {
  return { outcome: 'success', summary, outputs };
}

/** @param {string} summary @param {Readonly<Record<string, string>>} [outputs] @returns {Answer} */
export function fail(summary, outputs = {}) {
  return { outcome: 'failure', summary, outputs };
}

/** Asks for another turn. @param {string} summary @param {Readonly<Record<string, string>>} outputs @returns {Answer} */
export function goOn(summary, outputs) {
  return { outcome: 'continue', summary, outputs };
}

/**
 * The answer as Treadle reads it: one fenced block of YAML, whose values are JSON. Backticks are escaped, so that
 * nothing in a value can end the fence.
 * @param {Answer} answer
 * @param {readonly string[] | null} declared the outputs that may be reported; null: all
 */
export function renderAnswer(answer, declared) {
  const outputs = Object.entries(answer.outputs ?? {}).filter(
    ([name]) => declared === null || declared.includes(name),
  );
  const encode = (/** @type {unknown} */ value) => JSON.stringify(value).replaceAll('`', '\\u0060');
  return [
    '```treadle',
    `outcome: ${answer.outcome}`,
    `outputs: ${encode(Object.fromEntries(outputs))}`,
    'usage: { tokens: 0, cost-usd: 0 }',
    `summary: ${encode(answer.summary.replace(/\s+/g, ' ').trim().slice(0, 300))}`,
    '```',
    '',
  ].join('\n');
}

/**
 * Runs an agent: reads the task from standard input and prints the answer of the first duty that the task calls for.
 * What goes wrong on the way is an answer too: a failure with its reason.
 * @param {string} name
 * @param {readonly { readonly name: string, readonly isFor: (task: Task) => boolean, readonly run: (task: Task) => Answer | Promise<Answer> }[]} duties
 */
export async function runAgent(name, duties) {
  /** @type {readonly string[] | null} */
  let declared = null;
  /** @type {Answer} */
  let answer;
  try {
    const task = parseTask(await text(process.stdin));
    declared = task.declared;
    const duty = duties.find((candidate) => candidate.isFor(task));
    if (duty === undefined) {
      const known = duties.map((candidate) => candidate.name).join(', ');
      answer = fail(`the ${name} was asked for the job ${task.job.id}, but does only: ${known}`);
    } else {
      answer = await duty.run(task);
    }
  } catch (error) {
    answer = fail(error instanceof Error ? error.message : String(error));
  }
  console.log(`${name}: ${answer.outcome}: ${answer.summary}\n`);
  console.log(renderAnswer(answer, declared));
}
