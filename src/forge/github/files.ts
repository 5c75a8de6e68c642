import { TreadleError } from '../../base/errors.ts';
import type { Files } from '../port/files.ts';
import type { Connection } from './connection.ts';
import { ignoreAnswer } from './connection.ts';
import { createBranchWithFile } from './create-branch.ts';
import { listAt, nullableTextAt, textAt } from './decode.ts';
import { readDefaultBranch } from './default-branch.ts';
import { readFile } from './read-file.ts';

/** Branches and files, over the REST API. */
export function githubFiles(connection: Connection): Files {
  return {
    defaultBranch: () =>
      connection.ask({ what: 'read the default branch', route: 'GET /repos/{owner}/{repo}' }, (repository) =>
        textAt(repository, 'default_branch'),
      ),

    head: (branch) => readHead(connection, branch),

    read: async (path, ref) => (await readFile(connection, path, ref))?.text,

    ofDefaultBranch: (wanted) => readDefaultBranch(connection, wanted),

    changedBetween: (from, to) =>
      connection.ask(
        {
          what: `compare ${from} with ${to}`,
          route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
          parameters: { basehead: `${from}...${to}` },
        },
        (comparison) => [...new Set(listAt(comparison, 'files').flatMap(decodeChangedPaths))].sort(),
      ),

    // What is compared is listed too: nothing where the branch contains it, else one commit is enough.
    contains: async (branch, commit) => {
      const answer = await connection.tryAsk(
        {
          what: `compare ${branch} with ${commit}`,
          route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
          parameters: { basehead: `${branch}...${commit}`, per_page: 1 },
        },
        [404],
        (comparison) => textAt(comparison, 'status'),
      );
      return answer.kind === 'done' && ['identical', 'behind'].includes(answer.value);
    },

    list: async (folder, ref) => {
      const answer = await connection.tryAsk(
        {
          what: `list ${folder} at ${ref}`,
          route: 'GET /repos/{owner}/{repo}/contents/{path}',
          parameters: { path: folder, ref },
        },
        [404],
        decodeFileNames,
      );
      return answer.kind === 'done' ? answer.value : [];
    },

    createBranchWithFile: (branch) => createBranchWithFile(connection, branch, readHead),

    deleteBranch: async (branch) => {
      const what = `delete the branch ${branch}`;
      const answer = await connection.tryAsk(
        {
          what,
          route: 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
          parameters: { ref: `heads/${branch}` },
          repeatable: true,
        },
        [404, 409, 422],
        ignoreAnswer,
      );
      if (answer.kind === 'done' || (await readHead(connection, branch)) === undefined) return;
      throw new TreadleError('forge-refused', `Could not ${what}: ${answer.problem}`, {
        remedy: 'Check the rules that protect this branch, or delete it by hand.',
      });
    },
  };
}

/** The commit a branch points to. An empty repository answers 409. */
async function readHead(connection: Connection, branch: string): Promise<string | undefined> {
  const answer = await connection.tryAsk(
    {
      what: `read the head of ${branch}`,
      route: 'GET /repos/{owner}/{repo}/git/ref/{ref}',
      parameters: { ref: `heads/${branch}` },
    },
    [404, 409],
    (ref) => textAt(ref, 'object', 'sha'),
  );
  return answer.kind === 'done' ? answer.value : undefined;
}

function decodeChangedPaths(file: unknown): readonly string[] {
  const previous = nullableTextAt(file, 'previous_filename');
  return [textAt(file, 'filename'), ...(previous === null ? [] : [previous])];
}

/** A folder answers with a list, a file with an object. */
function decodeFileNames(contents: unknown): readonly string[] {
  if (!Array.isArray(contents)) return [];
  return listAt({ contents }, 'contents')
    .filter((entry) => textAt(entry, 'type') === 'file')
    .map((entry) => textAt(entry, 'name'));
}
