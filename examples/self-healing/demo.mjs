#!/usr/bin/env node
/**
 * Treadle's demo: a repository with a really failing test, a filed bug, and agents that carry it to a verified fix.
 * Exit codes: 0 done, 1 something failed, 2 a wrong command line, otherwise the one of `treadle`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, USAGE, UsageError } from './demo/options.mjs';
import { chooseFolder, createRepository, git, readIssue, testBranch } from './demo/repository.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CLI = fileURLToPath(new URL('../../build/src/cli/main.js', import.meta.url));
const STATE = 'treadle/state';
const DONE = 0;
const WAITS = 3;

/** `treadle` ended in another way than the scenario has it. */
class UnexpectedEnd extends Error {
  /** @param {string} command @param {number} code @param {number} expected */
  constructor(command, code, expected) {
    super(`treadle ${command} ended with exit code ${code}, not with ${expected} (see its output above)`);
    this.code = code === DONE ? 1 : code;
  }
}

/** The approval was to be asked for, and nobody is there to be asked. */
class Unanswered extends Error {
  code = WAITS;
  /** @param {string} repo */
  constructor(repo) {
    const run = findRun(repo).id;
    const approve = `${treadleFromHere()} approve ${run} --repo ${showArgument(repo)}`;
    super(
      `there is no terminal to ask for your approval on. To give it: ${approve}, or begin anew: npm run demo -- --yes`,
    );
  }
}

/** @param {string} text */
function say(text) {
  console.log(`\n== ${text}\n`);
}

/** An argument as it would be typed; long ones are cut. @param {string} arg */
function showArgument(arg) {
  if (/^[\w./:=-]+$/.test(arg)) return arg;
  return JSON.stringify(arg.length > 60 ? `${arg.slice(0, 59)}…` : arg);
}

/**
 * Runs a `treadle` command before the eyes of whoever watches, and sees that it ends as it should.
 * @param {string} repo @param {readonly string[]} args @param {{ expect: number, person?: boolean }} how
 *   person: somebody may be asked; without one the command ends where it waits for an answer
 */
function treadle(repo, args, { expect, person = false }) {
  console.log(`$ treadle ${args.map(showArgument).join(' ')}\n`);
  const done = spawnSync(process.execPath, [CLI, ...args, '--repo', repo], {
    stdio: [person ? 'inherit' : 'ignore', 'inherit', 'inherit'],
  });
  const code = done.status ?? 1;
  if (code === WAITS && person && !process.stdin.isTTY) throw new Unanswered(repo);
  if (code !== expect) throw new UnexpectedEnd(args[0] ?? '', code, expect);
}

/**
 * The one run of the repository, finished or not.
 * @param {string} repo
 * @returns {{ id: string, issue: number, conclusion: string | null }}
 */
function findRun(repo) {
  const done = spawnSync(process.execPath, [CLI, 'status', '--all', '--json', '--repo', repo], {
    encoding: 'utf8',
  });
  const run = done.status === DONE ? JSON.parse(done.stdout).runs[0] : undefined;
  if (run === undefined) throw new Error(`treadle status names no run:\n${done.stdout}${done.stderr}`);
  return run;
}

/** @typedef {{ repo: string, issue: { title: string, body: string }, yes: boolean }} Play */

/** @param {Play} play @param {{ expect: number, person?: boolean, yes?: boolean }} how */
function startRun({ repo, issue }, { expect, person = false, yes = false }) {
  const args = ['run', 'bug', '--issue', issue.title, '--body', issue.body, ...(yes ? ['--yes'] : [])];
  treadle(repo, args, { expect, person });
}

/** @type {Readonly<Record<import('./demo/options.mjs').Options['scenario'], (play: Play) => void>>} */
const SCENARIOS = {
  happy: (play) => startRun(play, { expect: DONE, person: true, yes: play.yes }),

  rejected: (play) => {
    startRun(play, { expect: WAITS });
    const run = findRun(play.repo).id;
    say('The CEO is not convinced yet, and rejects the proposal');
    const reason = 'Is this the only small change that helps? Please try others, within a budget of 20.';
    treadle(play.repo, ['reject', run, '--reason', reason], { expect: WAITS });
    say('The new proposal answers that, and the CEO approves');
    treadle(play.repo, ['approve', run], { expect: DONE });
  },

  escalated: (play) => {
    startRun(play, { expect: WAITS });
    const run = findRun(play.repo).id;
    say('Three searches within a budget of 2 found nothing: the CEO is asked, and raises the budget');
    treadle(play.repo, ['retry', run, '--reason', 'search wider: budget 200'], { expect: WAITS });
    say('Now there is a proposal, and the CEO approves it');
    treadle(play.repo, ['approve', run], { expect: DONE });
  },
};

/** How the command line is called from the folder that the person is in. `npm run` tells it, and changes to another. */
function treadleFromHere() {
  const here = process.env['INIT_CWD'] ?? process.cwd();
  return resolve(here) === resolve(ROOT) ? 'npx treadle' : `node ${showArgument(CLI)}`;
}

/** Tells what came of it, and where to look. @param {Play} play */
function report({ repo, issue }) {
  const { passed, failing } = testBranch(repo, 'main');
  if (failing.length > 0) throw new Error(`these tests still fail on main: ${failing.join(', ')}`);
  const run = findRun(repo);
  if (run.conclusion !== 'success') throw new Error(`run ${run.id} ended with ${run.conclusion}`);
  const transitions = git(repo, ['rev-list', '--count', '--first-parent', '--grep=^Treadle-Run: ', STATE]);

  say(`All ${passed} tests pass on main`);
  const shown = showArgument(repo);
  console.log('To look around, from where you are:');
  console.log(`  ${treadleFromHere()} show ${run.id} --repo ${shown}`);
  console.log(`  ${treadleFromHere()} log --repo ${shown}`);
  console.log(`  git -C ${shown} log --first-parent --format=%s ${STATE}   # the story, newest first`);
  console.log(`  git -C ${shown} log --first-parent --patch ${STATE}       # every step as a diff`);
  console.log(`  git -C ${shown} log --patch -1 main^2                     # the fix`);
  console.log('');
  console.log(`closed issue:  #${run.issue} ${issue.title}`);
  console.log(
    `merge commit:  ${git(repo, ['log', '-1', '--first-parent', '--merges', '--format=%h %s', 'main'])}`,
  );
  console.log(`transitions:   ${transitions}, each a commit on ${STATE}`);
}

/** @param {import('./demo/options.mjs').Options} options */
function playDemo({ bug, scenario, yes, dir }) {
  const folder = chooseFolder(dir);
  if (!existsSync(CLI)) throw new Error('Treadle is not built yet: run `npm ci` or `npm run build` first');
  const settings = scenario === 'escalated' ? { budget: 2 } : {};
  const repo = createRepository({ folder, bug, settings });
  const { failing } = testBranch(repo, 'main');
  say(
    `A repository in ${repo}, in which ${failing.length === 1 ? 'a test fails' : `${failing.length} tests fail`}`,
  );
  failing.forEach((name) => console.log(`  not ok: ${name}`));
  say('Somebody files a bug, and Treadle takes it from there');
  const play = { repo, issue: readIssue(bug), yes };
  SCENARIOS[scenario](play);
  report(play);
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else playDemo(options);
} catch (error) {
  console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof UsageError) console.error('\nTry: npm run demo -- --help');
  process.exitCode =
    error instanceof UsageError
      ? 2
      : error instanceof UnexpectedEnd || error instanceof Unanswered
        ? error.code
        : 1;
}
