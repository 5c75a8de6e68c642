import { TreadleError } from '../../base/errors.ts';
import type { NewBranch } from '../port/files.ts';
import type { Answer, Connection } from './connection.ts';
import { ignoreAnswer } from './connection.ts';
import { textAt } from './decode.ts';
import { isPlainPath, readFile } from './read-file.ts';

/**
 * Keeps the port's promise in two steps, the branch and then the file, from whichever of them an earlier try has left:
 * nothing, the bare branch, or both. A branch of that name with other contents is somebody else's, and is refused.
 */
export async function createBranchWithFile(
  connection: Connection,
  branch: NewBranch,
  readHead: (connection: Connection, branch: string) => Promise<string | undefined>,
): Promise<string> {
  const what = `create the branch ${branch.name}`;
  if (!isPlainPath(branch.path)) throw refused(what, `"${branch.path}" is not a path of a file`);

  const created = await connection.tryAsk(
    {
      what,
      route: 'POST /repos/{owner}/{repo}/git/refs',
      parameters: { ref: `refs/heads/${branch.name}`, sha: branch.from },
    },
    [409, 422],
    ignoreAnswer,
  );
  const head = created.kind === 'done' ? branch.from : await readHead(connection, branch.name);
  if (head === undefined)
    throw refused(what, created.kind === 'refused' ? created.problem : 'it is gone again');

  if (head !== branch.from) {
    const file = await readFile(connection, branch.path, head);
    if (file?.text === branch.text) return head;
    const isLeft = file === undefined && (await moveForward(connection, branch));
    if (!isLeft) throw refused(what, `there is one of that name, with another ${branch.path}`);
  }
  // Most likely there is no such file yet; where there is one, the forge wants to hear which is replaced.
  const first = await writeFile(connection, branch);
  if (first.kind === 'done') return first.value;
  const file = await readFile(connection, branch.path, branch.from);
  const second = file === undefined ? first : await writeFile(connection, branch, file.blob);
  if (second.kind === 'done') return second.value;
  return adoptAfterRace(connection, branch, what, second.problem, readHead);
}

/**
 * Moves a bare branch that an earlier try has left at an older commit. The forge does so only where that commit is an ancestor,
 * so that nobody's work is lost, and none but ours is built upon.
 */
async function moveForward(connection: Connection, { name, from }: NewBranch): Promise<boolean> {
  const moved = await connection.tryAsk(
    {
      what: `move the branch ${name} forward`,
      route: 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
      parameters: { ref: `heads/${name}`, sha: from, force: false },
      repeatable: true,
    },
    [409, 422],
    ignoreAnswer,
  );
  return moved.kind === 'done';
}

function writeFile(connection: Connection, branch: NewBranch, replaced?: string): Promise<Answer<string>> {
  return connection.tryAsk(
    {
      what: `write ${branch.path} on ${branch.name}`,
      route: 'PUT /repos/{owner}/{repo}/contents/{path}',
      parameters: {
        path: branch.path,
        branch: branch.name,
        message: branch.message,
        content: Buffer.from(branch.text, 'utf8').toString('base64'),
        ...(replaced === undefined ? {} : { sha: replaced }),
      },
    },
    [409, 422],
    (answer) => textAt(answer, 'commit', 'sha'),
  );
}

/** Another runner wrote between our read and our write: what it wrote is either the same, or a conflict. */
async function adoptAfterRace(
  connection: Connection,
  branch: NewBranch,
  what: string,
  problem: string,
  readHead: (connection: Connection, branch: string) => Promise<string | undefined>,
): Promise<string> {
  const head = await readHead(connection, branch.name);
  if (head !== undefined && head !== branch.from) {
    const file = await readFile(connection, branch.path, head);
    if (file?.text === branch.text) return head;
  }
  throw refused(what, problem);
}

function refused(what: string, problem: string): TreadleError {
  return new TreadleError('forge-refused', `Could not ${what}: ${problem}`, {
    remedy: 'Delete the branch of that name, or correct what the forge names, and run again.',
  });
}
