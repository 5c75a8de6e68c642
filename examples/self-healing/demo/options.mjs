import { parseArgs } from 'node:util';

export const USAGE = `Shows Treadle carry a filed bug to a verified fix, with agents that are plain programs.

Usage: npm run demo -- [options]

  --bug 1|2|3         which bug is planted (without it, the seed draws one)
  --seed N            the seed that draws the bug (1)
  --scenario NAME     happy: approved at once (the default)
                      rejected: the CEO rejects the first proposal, then approves
                      escalated: the search is kept too small until the CEO asks for a wider one
  --yes               approve without asking
  --dir DIR           where the repository is made: a new or empty folder (a temporary one)
  --help              this text

Examples:
  npm run demo
  npm run demo -- --bug 2 --yes
  npm run demo -- --scenario rejected --dir /tmp/workshop
`;

const BUGS = 3;
const SCENARIOS = /** @type {const} */ (['happy', 'rejected', 'escalated']);

/**
 * @typedef {object} Options
 * @property {number} bug
 * @property {(typeof SCENARIOS)[number]} scenario
 * @property {boolean} yes
 * @property {string | null} dir
 */

/** A command line that cannot be read. */
export class UsageError extends Error {}

/**
 * Reads the command line. Throws a UsageError that says what is wrong with it.
 * @param {readonly string[]} args
 * @returns {Options | 'help'}
 */
export function readOptions(args) {
  const values = parse(args);
  if (values.help === true) return 'help';
  const scenario = SCENARIOS.find((name) => name === (values.scenario ?? 'happy'));
  if (scenario === undefined) {
    throw new UsageError(`--scenario is one of ${SCENARIOS.join(', ')}, not ${values.scenario}`);
  }
  const seed = readNumber('--seed', values.seed ?? '1', 0, Number.MAX_SAFE_INTEGER);
  return {
    bug: values.bug === undefined ? drawBug(seed) : readNumber('--bug', values.bug, 1, BUGS),
    scenario,
    yes: values.yes ?? false,
    dir: values.dir ?? null,
  };
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        bug: { type: 'string' },
        seed: { type: 'string' },
        scenario: { type: 'string' },
        yes: { type: 'boolean' },
        dir: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} option @param {string} text @param {number} least @param {number} most */
function readNumber(option, text, least, most) {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`${option} is a number from ${least} to ${most}, not ${text}`);
}

/** The bug that a seed draws: the first output of the mulberry32 generator. @param {number} seed */
function drawBug(seed) {
  let state = (seed + 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return 1 + (((state ^ (state >>> 14)) >>> 0) % BUGS);
}
