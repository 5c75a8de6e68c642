import { TreadleError } from '../../base/errors.ts';
import { tryUserGit } from '../init/run-git.ts';

export interface RepositoryQuestion {
  readonly repo: string;
  readonly remote: string;
  readonly api?: string;
  /** `[HOST/]OWNER/NAME`, or an address to clone from. */
  readonly repository?: string;
}

/** A repository on GitHub, and where it is reached. */
export interface RepositoryAddress {
  /** `owner/name`. */
  readonly repository: string;
  /** The root of the REST API. */
  readonly apiUrl: string;
  /** What repositories are cloned from, without a closing slash. */
  readonly serverUrl: string;
  /** Whether whoever asks named the server, or it is GitHub's own: only then it gets the token for everyday use. */
  readonly isTrusted: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Servers as a remote, an option or the environment name them. */
type Server = Omit<RepositoryAddress, 'repository'>;

/**
 * Which repository is meant, and where it is: as asked for; else as the environment of a workflow says; else as the remote of the
 * working repository. Throws `usage` where nothing tells.
 */
export async function findRepository(
  { repo, remote, api, repository }: RepositoryQuestion,
  environment: Environment,
): Promise<RepositoryAddress> {
  const named = namedServer(api, environment);
  const given = repository ?? set(environment['GITHUB_REPOSITORY']);
  if (given !== undefined) {
    const place = readRemote(given) ?? readName(given);
    const server = place.host === null ? (named ?? serverOf('github.com', true)) : serverOf(place.host, true);
    return {
      ...(place.host === null || api === undefined ? server : (named ?? server)),
      repository: place.repository,
    };
  }
  const found = await tryUserGit(repo, ['remote', 'get-url', '--', remote]);
  const place = found.ok ? readRemote(found.stdout) : null;
  if (place === null) {
    throw new TreadleError(
      'usage',
      `which repository on GitHub is meant? ${found.ok ? `The remote ${remote} is none of GitHub's` : `There is no remote ${remote} to tell`}`,
      { remedy: 'Name it: --repository OWNER/NAME, or HOST/OWNER/NAME where it is not on github.com.' },
    );
  }
  return { ...(named ?? serverOf(place.host, isGithub(place.host))), repository: place.repository };
}

/**
 * The token for a repository. One for everyday use is not given to a server that nothing but a remote names: whoever made the clone
 * may have written that. Throws `usage` where there is none.
 */
export function findToken({ isTrusted, serverUrl }: RepositoryAddress, environment: Environment): string {
  const enterprise = set(environment['GH_ENTERPRISE_TOKEN']) ?? set(environment['GITHUB_ENTERPRISE_TOKEN']);
  const everyday = set(environment['GITHUB_TOKEN']) ?? set(environment['GH_TOKEN']);
  const token = isTrusted ? (everyday ?? enterprise) : enterprise;
  if (token !== undefined) return token;
  const { host } = new URL(serverUrl);
  if (everyday !== undefined) {
    throw new TreadleError(
      'usage',
      `the token in GITHUB_TOKEN or GH_TOKEN was not sent to ${host}: only the remote names that server`,
      {
        remedy: `If it is yours, name it: GH_HOST=${host}, or set GH_ENTERPRISE_TOKEN.`,
      },
    );
  }
  throw new TreadleError('usage', 'there is no token in GITHUB_TOKEN or GH_TOKEN', {
    remedy: 'Give yours, for instance: export GH_TOKEN=$(gh auth token)',
  });
}

/**
 * Host and repository of a clone address: `https://HOST/o/r.git`, `git@HOST:o/r.git`, `ssh://git@HOST/o/r`. Null for a path.
 */
export function readRemote(address: string): { readonly host: string; readonly repository: string } | null {
  const [, host, owner, name] =
    /^(?:(?:https?|ssh|git):\/\/(?:[^@/]+@)?|[\w.-]+@)([\w.-]+)(?::\d+)?[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/.exec(
      address,
    ) ?? [];
  if (host === undefined || owner === undefined || name === undefined) return null;
  return {
    repository: `${owner}/${name}`,
    host: host === 'ssh.github.com' ? 'github.com' : host.toLowerCase(),
  };
}

/**
 * Where the server of a host is reached.
 *
 * @see https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api (HOST/api/v3)
 * @see https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom (api.NAME.ghe.com)
 */
export function serverOf(host: string, isTrusted: boolean): Server {
  const apiUrl = isGithub(host) ? `https://api.${host}` : `https://${host}/api/v3`;
  return { apiUrl, serverUrl: `https://${host}`, isTrusted };
}

/** github.com, or a company's part of it. */
function isGithub(host: string): boolean {
  return host === 'github.com' || host.endsWith('.ghe.com');
}

/** The server that an option or the environment names; undefined where none does. */
function namedServer(api: string | undefined, environment: Environment): Server | undefined {
  const apiUrl =
    api === undefined
      ? checkAddress('GITHUB_API_URL', set(environment['GITHUB_API_URL']))
      : checkAddress('--api', api.trim());
  const serverUrl = checkAddress('GITHUB_SERVER_URL', set(environment['GITHUB_SERVER_URL']))?.replace(
    /\/+$/,
    '',
  );
  if (apiUrl !== undefined) return { apiUrl, serverUrl: serverUrl ?? webRoot(apiUrl), isTrusted: true };
  const host = serverUrl === undefined ? checkHost(set(environment['GH_HOST'])) : new URL(serverUrl).host;
  return host === undefined
    ? undefined
    : { ...serverOf(host, true), ...(serverUrl === undefined ? {} : { serverUrl }) };
}

/** `[HOST/]OWNER/NAME`. Throws `usage`. */
function readName(given: string): { readonly host: string | null; readonly repository: string } {
  const [, host, owner, name] =
    /^(?:([\w-]+(?:\.[\w-]+)+|localhost)\/)?([\w-][\w.-]*)\/([\w.-]+?)$/.exec(given) ?? [];
  if (owner !== undefined && name !== undefined)
    return { host: host?.toLowerCase() ?? null, repository: `${owner}/${name}` };
  throw new TreadleError('usage', `${JSON.stringify(given)} names no repository`, {
    remedy: 'Name it: --repository OWNER/NAME, or HOST/OWNER/NAME where it is not on github.com.',
  });
}

function webRoot(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl);
  return `${protocol}//${host.replace(/^api\./, '')}`;
}

/** Throws `usage` for what is no name of a server. */
function checkHost(host: string | undefined): string | undefined {
  if (host === undefined || /^[\w.-]+(?::\d+)?$/.test(host)) return host;
  throw new TreadleError('usage', `GH_HOST is no name of a server: ${JSON.stringify(host)}`, {
    remedy: 'Give its name alone, for instance git.example.com.',
  });
}

/** Throws `usage` for what is no address of a server. */
function checkAddress(name: string, address: string | undefined): string | undefined {
  if (address === undefined || (URL.canParse(address) && /^https?:\/\//i.test(address))) return address;
  throw new TreadleError('usage', `${name} is no address of a server: ${JSON.stringify(address)}`, {
    remedy: `Give it whole, for instance ${name === 'GITHUB_SERVER_URL' ? 'https://github.com' : 'https://api.github.com, or https://HOST/api/v3'}.`,
  });
}

/** An empty variable is none. */
function set(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}
