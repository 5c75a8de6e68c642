import { git, tryGit } from './run-git.ts';

/** The oid that stands for "no object" in git's protocols. */
export const noOid = '0'.repeat(40);

const fullOid = /^[0-9a-f]{40}$/;

/** Whether the text is a complete SHA-1 object name. */
export function isOid(text: string): boolean {
  return fullOid.test(text);
}

/** A ref and what it points to. */
export interface Ref {
  readonly name: string;
  readonly oid: string;
  readonly type: string;
}

/** The refs whose name is one of `names` or lies below one of them, read fresh, in order of name. */
export async function listRefs(path: string, ...names: readonly string[]): Promise<readonly Ref[]> {
  const format = '--format=%(refname) %(objectname) %(objecttype)';
  const text = await git(path, ['for-each-ref', format, ...names]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', oid = '', type = ''] = line.split(' ');
      return { name, oid, type };
    });
}

/** The ref of exactly this name, read fresh. */
export async function readRef(path: string, name: string): Promise<Ref | null> {
  const refs = await listRefs(path, name);
  return refs.find((ref) => ref.name === name) ?? null;
}

/** The tip of a branch, or `null` when there is no such branch. */
export async function branchTip(path: string, branch: string): Promise<string | null> {
  return (await readRef(path, `refs/heads/${branch}`))?.oid ?? null;
}

/** Whether git accepts the name for a ref. The name must begin with `refs/`. */
export async function isRefName(path: string, name: string): Promise<boolean> {
  return name.startsWith('refs/') && (await tryGit(path, ['check-ref-format', name])).code === 0;
}

/**
 * Moves a ref from `from` to `to` by compare-and-swap; `noOid` stands for a ref that must not, or shall no longer, exist.
 *
 * @returns whether the ref was moved; `false` when it was not at `from`.
 */
export async function moveRef(path: string, name: string, from: string, to: string): Promise<boolean> {
  const command = to === noOid ? `delete ${name}\0${from}\0` : `update ${name}\0${to}\0${from}\0`;
  const result = await tryGit(path, ['update-ref', '-z', '--stdin'], { input: command });
  return result.code === 0;
}

/** Moves several refs at once, all or none. */
export async function moveRefs(
  path: string,
  moves: readonly { readonly name: string; readonly from: string | null; readonly to: string }[],
): Promise<boolean> {
  const lines = moves.map(({ name, from, to }) =>
    to === noOid ? `delete ${name}\0${from ?? ''}\0` : `update ${name}\0${to}\0${from ?? ''}\0`,
  );
  const result = await tryGit(path, ['update-ref', '-z', '--stdin'], {
    input: `start\0${lines.join('')}prepare\0commit\0`,
  });
  return result.code === 0;
}

/**
 * The commit that a branch, a tag, a full ref name, a full or an abbreviated oid names, looked up in GitHub's order.
 * Nothing of git's revision syntax beyond that is understood.
 */
export async function resolveCommit(path: string, name: string): Promise<string | null> {
  if (name === 'HEAD') return verify(path, 'HEAD');
  if (!/^[\w./@+#=%,!()'&$[\]-]+$/u.test(name) || name.startsWith('-') || /\.\.|@\{/.test(name)) return null;
  const candidates = name.startsWith('refs/')
    ? [name]
    : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  const refs = await listRefs(path, ...candidates);
  for (const candidate of candidates) {
    const ref = refs.find((each) => each.name === candidate);
    if (ref !== undefined) return ref.type === 'commit' ? ref.oid : verify(path, ref.oid);
  }
  return /^[0-9a-f]{4,40}$/.test(name) ? verify(path, name) : null;
}

async function verify(path: string, name: string): Promise<string | null> {
  const result = await tryGit(path, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
  return result.code === 0 ? result.stdout.toString('utf8').trim() : null;
}

/** Whether `ancestor` can be reached from `descendant` (a commit reaches itself). */
export async function isAncestor(path: string, ancestor: string, descendant: string): Promise<boolean> {
  if (ancestor === descendant) return true;
  return (await tryGit(path, ['merge-base', '--is-ancestor', ancestor, descendant])).code === 0;
}
