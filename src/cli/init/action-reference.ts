import { TreadleError } from '../../base/errors.ts';
import { tryUserGit } from './run-git.ts';

/** What a workflow's `uses:` names. */
export type ActionReference =
  /** An action of the repository itself, as it is in the checkout: `./`. */
  | { readonly kind: 'local'; readonly path: string }
  /** An action of a repository, at one commit. */
  | {
      readonly kind: 'pinned';
      readonly repository: string;
      /** The action's folder in it; empty for the root. */
      readonly folder: string;
      readonly commit: string;
      /** What people call that commit, for the comment beside it. */
      readonly version: string;
    };

const FORMS = 'owner/repo@TAG, owner/repo@COMMIT, or a path in the repository such as ./';

/**
 * Reads what `--action` names. A tag is looked up, so that the commit it stands for now is pinned: a tag may be moved.
 * `owner/repo@COMMIT#v1.2.3` gives the commit's name along. Throws `usage`.
 *
 * @see https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions
 */
export async function resolveAction(text: string, folder: string): Promise<ActionReference> {
  if (/^\.\/[\w./-]*$/.test(text) && !text.includes('..')) return { kind: 'local', path: text };
  const [, repository, path = '', ref = '', version] =
    /^([\w-][\w.-]*\/[\w.-]+)(?:\/([\w./-]+))?@([\w./-]+)(?:#([\w./-]+))?$/.exec(text) ?? [];
  if (repository === undefined) {
    throw new TreadleError('usage', `--action ${text} is no action`, { remedy: `Give it as ${FORMS}.` });
  }
  if (/^[0-9a-f]{40}$/.test(ref)) {
    return { kind: 'pinned', repository, folder: path, commit: ref, version: version ?? 'a commit' };
  }
  const commit = await findTag(repository, ref, folder);
  return { kind: 'pinned', repository, folder: path, commit, version: version ?? ref };
}

/** The action as it stands in YAML, with its version as a comment; `sub` is a folder below the action's. */
export function renderUses(action: ActionReference, sub = ''): string {
  const join = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/');
  if (action.kind === 'local') return join(action.path.replace(/\/$/, ''), sub) + (sub === '' ? '/' : '');
  const { repository, folder, commit, version } = action;
  return `${join(repository, folder, sub)}@${commit} # ${version}`;
}

/** The action that a workflow file written by `init` uses, as `--action` takes it; null where it uses none. */
export function findAction(workflow: string): string | null {
  const found = [...workflow.matchAll(/^\s*(?:- )?uses: (\S+)(?: # (\S.*))?$/gm)].filter(
    ([, uses = '']) => !uses.startsWith('actions/'),
  );
  const [, uses, version] = found.at(-1) ?? [];
  if (uses === undefined) return null;
  const isVersion = version !== undefined && /^[\w./-]+$/.test(version);
  return isVersion ? `${uses}#${version}` : uses;
}

async function findTag(repository: string, tag: string, folder: string): Promise<string> {
  const url = `https://github.com/${repository}.git`;
  const ref = `refs/tags/${tag}`;
  // Of an annotated tag, the commit it points to counts, listed with `^{}`.
  const listed = await tryUserGit(folder, ['ls-remote', '--exit-code', url, ref, `${ref}^{}`]);
  if (!listed.ok) {
    throw new TreadleError('usage', `${url} has no tag ${tag} that can be read here`, {
      remedy: `Give the commit itself: --action ${repository}@COMMIT${listed.problem === '' ? '' : `\ngit said: ${listed.problem}`}`,
    });
  }
  const lines = listed.stdout.split('\n').map((line) => line.split('\t'));
  const [oid] = lines.find(([, name]) => name?.endsWith('^{}')) ?? lines[0] ?? [];
  return oid ?? '';
}
