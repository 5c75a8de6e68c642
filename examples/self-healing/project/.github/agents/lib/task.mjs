/**
 * What Treadle tells an agent: the one place that knows the shape of `treadle.task/v1`.
 *
 * @typedef {Readonly<Record<string, string>>} Outputs
 * @typedef {object} Task
 * @property {string} baseBranch
 * @property {{ number: number, title: string, body: string }} issue
 * @property {{ id: string, type: string }} job
 * @property {number} attempt
 * @property {number} turn
 * @property {number} maxTurns
 * @property {readonly string[]} declared names of the outputs that may be reported
 * @property {readonly string[]} specialists the roles that the output `specialist` may name
 * @property {(job: string, output: string) => string | null} need what an earlier job reported
 * @property {readonly { turn: number, outputs: Outputs }[]} earlierTurns of this attempt, oldest first
 * @property {{ from: string, text: string } | null} feedback why the work is to be done again
 */

/** A task that cannot be read: it is reported as such, not guessed at. */
export class UnreadableTask extends Error {}

/** @param {unknown} value @returns {Record<string, unknown>} */
function asRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? /** @type {Record<string, unknown>} */ (value)
    : {};
}

/** @param {unknown} value @returns {readonly unknown[]} */
function asList(value) {
  return Array.isArray(value) ? value : [];
}

/** @param {unknown} value @returns {string} */
function asText(value) {
  return typeof value === 'string' ? value : '';
}

/** @param {unknown} value @returns {Outputs} */
function asOutputs(value) {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([name, text]) => [name, asText(text)]));
}

/** @param {unknown} value @param {string} what @returns {number} */
function asCount(value, what) {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new UnreadableTask(`the task has no ${what}`);
}

/** @param {unknown} value @param {string} what @returns {string} */
function asName(value, what) {
  if (typeof value === 'string' && value !== '') return value;
  throw new UnreadableTask(`the task has no ${what}`);
}

/** @param {string} text @returns {Record<string, unknown>} */
function parseObject(text) {
  try {
    return asRecord(JSON.parse(text));
  } catch {
    throw new UnreadableTask('the task on standard input is not JSON');
  }
}

/**
 * Reads a task. Throws an UnreadableTask that says what is missing.
 * @param {string} text
 * @returns {Task}
 */
export function parseTask(text) {
  const raw = parseObject(text);
  if (raw.schema !== 'treadle.task/v1') {
    throw new UnreadableTask(
      `the task is of the kind ${String(raw.schema)}, this agent reads treadle.task/v1`,
    );
  }
  const job = asRecord(raw.job);
  const issue = asRecord(raw.issue);
  const feedback = asRecord(raw.feedback);
  const declared = asList(raw.outputs).map(asRecord);
  return {
    baseBranch: asName(raw.baseBranch, 'base branch'),
    issue: { number: asCount(issue.number, 'issue'), title: asText(issue.title), body: asText(issue.body) },
    job: { id: asName(job.id, 'job'), type: asText(job.type) },
    attempt: asCount(raw.attempt, 'attempt'),
    turn: asCount(raw.turn, 'turn'),
    maxTurns: asCount(raw.maxTurns, 'limit of turns'),
    declared: declared.map((output) => asText(output.name)),
    specialists: asList(declared.find((output) => output.name === 'specialist')?.enum).map(asText),
    need: (id, output) => {
      const value = asOutputs(asRecord(raw.needs)[id])[output];
      return value === undefined || value === '' ? null : value;
    },
    earlierTurns: asList(raw.earlierTurns)
      .map(asRecord)
      .map((turn) => ({ turn: Number(turn.turn), outputs: asOutputs(turn.outputs) })),
    feedback: raw.feedback ? { from: asText(feedback.from), text: asText(feedback.text) } : null,
  };
}
