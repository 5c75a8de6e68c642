import { readFileSync } from 'node:fs';

/**
 * How far a search goes.
 * @typedef {object} Bounds
 * @property {number} budget candidates that are tried
 * @property {number} lines suspect lines that are looked at
 * @property {readonly { file: string | null, from: number, to: number }[]} focus lines that somebody pointed at
 * @property {boolean} thorough go on after the first fix, to see whether there are others
 * @property {number} choice which of the fixes that were found to propose, counted from 1
 */

const DEFAULTS = { budget: 60, lines: 20, owners: /** @type {Record<string, string>} */ ({}) };
const MOST = 2000;
const WIDER = 4;

/** `.github/agents/settings.json` of the repository; what it does not say is as by default. */
function readSettings() {
  const path = new URL('../settings.json', import.meta.url);
  return { ...DEFAULTS, .../** @type {Partial<typeof DEFAULTS>} */ (JSON.parse(readFileSync(path, 'utf8'))) };
}

/**
 * The role that owns a file: the longest prefix of the settings' `owners` decides. Null: nobody.
 * @param {string} file
 */
export function ownerOf(file) {
  const prefixes = Object.entries(readSettings().owners).filter(([prefix]) => file.startsWith(prefix));
  prefixes.sort(([one], [other]) => other.length - one.length);
  return prefixes[0]?.[1] ?? null;
}

/**
 * The bounds in force: the settings', the environment's `AGENT_BUDGET`, and what the feedback asks for:
 * `search wider`, `budget 200`, `look at src/price.js:12`, `look at lines 10-14 of src/price.js`, `take fix 2`.
 * @param {string} feedback
 * @returns {Bounds}
 */
export function readBounds(feedback) {
  const { budget, lines } = readSettings();
  const usual = Number(process.env.AGENT_BUDGET) || budget;
  const asked = /\bbudget\D{0,6}(\d+)/i.exec(feedback)?.[1];
  const wider = /\bwider\b|\bwiden\b|\bfurther\b/i.test(feedback);
  const factor = wider ? WIDER : 1;
  return {
    budget: Math.min(MOST, asked === undefined ? usual * factor : Number(asked)),
    lines: asked === undefined ? lines * factor : Math.max(lines * factor, Number(asked)),
    focus: readFocus(feedback),
    thorough: asksForOthers(feedback),
    choice: Number(/\btake fix (\d+)/i.exec(feedback)?.[1] ?? 1),
  };
}

/**
 * Whether other fixes are asked for: in so many words, or by not being content without saying what to do.
 * @param {string} feedback
 */
function asksForOthers(feedback) {
  const steers = /\b(wider|widen|further|budget|lines?|look at|take fix)\b/i.test(feedback);
  return /\b(other|others|another|only|else|alternatives?)\b/i.test(feedback) || (feedback !== '' && !steers);
}

/** @param {string} feedback @returns {Bounds['focus']} */
function readFocus(feedback) {
  const named = [...feedback.matchAll(/([\w./-]+\.[cm]?js):(\d+)/g)].map(([, file, line]) => ({
    file: file ?? null,
    from: Number(line),
    to: Number(line),
  }));
  const worded = feedback.matchAll(
    /\blines?\s+(\d+)(?:\s*(?:-|–|to|and)\s*(\d+))?(?:\s+(?:of|in)\s+([\w./-]+\.[cm]?js))?/gi,
  );
  return [
    ...named,
    ...[...worded].map(([, from, to, file]) => ({
      file: file ?? null,
      from: Number(from),
      to: Number(to ?? from),
    })),
  ];
}
