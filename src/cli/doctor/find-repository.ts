import { TreadleError } from '../../base/errors.ts';
import { tryUserGit } from '../init/run-git.ts';

export interface RepositoryQuestion {
  readonly repo: string;
  readonly remote: string;
  readonly api?: string;
  readonly repository?: string;
}

/**
 * Which repository is meant, and where its API is: as asked for; else as the environment of a workflow says; else as the remote
 * of the working repository. Throws `usage` where nothing tells.
 */
export async function findRepository(
  { repo, remote, api, repository }: RepositoryQuestion,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly apiUrl: string; readonly repository: string }> {
  const given = repository ?? environment['GITHUB_REPOSITORY'];
  const url = api ?? environment['GITHUB_API_URL'];
  if (given !== undefined && given !== '')
    return { repository: given, apiUrl: url ?? 'https://api.github.com' };
  const found = await tryUserGit(repo, ['remote', 'get-url', '--', remote]);
  const place = found.ok ? readRemote(found.stdout) : null;
  if (place === null) {
    throw new TreadleError('usage', 'which repository on GitHub is meant? No remote tells', {
      remedy: 'Name it: --repository owner/name, and --api URL where it is not on github.com.',
    });
  }
  return { repository: place.repository, apiUrl: url ?? place.apiUrl };
}

/**
 * Host and repository of a clone address: `https://HOST/o/r.git`, `git@HOST:o/r.git`, `ssh://git@HOST/o/r`. Null for a path.
 *
 * @see https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api (HOST/api/v3)
 */
export function readRemote(address: string): { readonly apiUrl: string; readonly repository: string } | null {
  const [, host, owner, name] =
    /^(?:(?:https?|ssh|git):\/\/(?:[^@/]+@)?|[\w.-]+@)([\w.-]+)(?::\d+)?[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(
      address,
    ) ?? [];
  if (host === undefined || owner === undefined || name === undefined) return null;
  const isGithub = host === 'github.com' || host === 'ssh.github.com';
  return {
    repository: `${owner}/${name}`,
    apiUrl: isGithub ? 'https://api.github.com' : `https://${host}/api/v3`,
  };
}
