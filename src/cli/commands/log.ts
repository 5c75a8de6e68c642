import type { Command } from 'commander';

import { parseCommitMessage } from '../../codec/commit-message.ts';
import type { CommitRecord, Store } from '../../store/port.ts';
import {
  examples,
  GITHUB_OPTION,
  JSON_OPTION,
  REPO_OPTION,
  REPOSITORY_OPTION,
  type CommandContext,
  type PlaceOptions,
} from '../command-context.ts';
import { readCount } from '../count.ts';
import { findRun } from '../find-run.ts';
import { readState } from '../read-state.ts';

interface LogOptions extends PlaceOptions {
  readonly limit: string;
  readonly all?: true;
}

/** `treadle log`: the history, newest first; of one run by following its own chain of commits. */
export function addLog(program: Command, { terminal }: CommandContext): void {
  program
    .command('log')
    .description('the transitions, newest first')
    .argument('[run]', 'only this run (42-1) or issue (42)')
    .option('-n, --limit <n>', 'how many at the most', '50')
    .option('--all', 'bookkeeping commits too')
    .option(...GITHUB_OPTION)
    .option(...REPOSITORY_OPTION)
    .option(...REPO_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      examples('treadle log', 'treadle log 42-1 --limit 10', 'git log --format=%s treadle/state'),
    )
    .action(async (run: string | undefined, options: LogOptions) => {
      const limit = readCount('--limit', options.limit);
      const rows = await readState(terminal, options, async (store) => {
        const commits = run === undefined ? wholeLog(store, options.all === true) : runLog(store, run);
        const found: Row[] = [];
        for await (const commit of commits) {
          if (found.length >= limit) break;
          found.push(rowOf(commit));
        }
        return found;
      });
      if (rows.length === 0 && options.json !== true) terminal.note('no transitions yet');
      if (options.json === true) terminal.print(JSON.stringify({ version: 1, transitions: rows }, null, 2));
      else
        for (const row of rows)
          terminal.print(`${row.oid.slice(0, 8)} ${row.at} ${row.actor.padEnd(14)} ${row.subject}`);
    });
}

async function* wholeLog(store: Store, all: boolean): AsyncIterable<CommitRecord> {
  const { oid } = await store.read();
  if (oid === null) return;
  for await (const commit of store.log(oid)) {
    if (all || parseCommitMessage(commit.message).run !== null) yield commit;
  }
}

/** Follows `Treadle-Previous`, so that the length of the whole history does not matter. */
async function* runLog(store: Store, wanted: string): AsyncIterable<CommitRecord> {
  const { state, lastCommit } = await findRun(store, wanted);
  const { oid } = await store.read();
  let next = lastCommit ?? (oid === null ? null : await findNewest(store, oid, state.run.id));
  while (next !== null) {
    const commit = await firstOf(store.log(next));
    if (commit === null) return;
    yield commit;
    next = parseCommitMessage(commit.message).previous;
  }
}

async function findNewest(store: Store, from: string, run: string): Promise<string | null> {
  for await (const commit of store.log(from)) {
    if (parseCommitMessage(commit.message).run === run) return commit.oid;
  }
  return null;
}

async function firstOf(commits: AsyncIterable<CommitRecord>): Promise<CommitRecord | null> {
  for await (const commit of commits) return commit;
  return null;
}

interface Row {
  readonly oid: string;
  readonly at: string;
  readonly actor: string;
  readonly subject: string;
  readonly event: string | null;
}

function rowOf(commit: CommitRecord): Row {
  const { subject, event } = parseCommitMessage(commit.message);
  return {
    oid: commit.oid,
    at: commit.committer.at,
    actor: commit.author.name,
    subject,
    event: event?.type ?? null,
  };
}
