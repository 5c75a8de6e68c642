import { TreadleError } from '../../base/errors.ts';
import type { Forge } from '../port/forge.ts';
import { githubAssignees } from './assignees.ts';
import { githubComments } from './comments.ts';
import { githubFiles } from './files.ts';
import { glanceAt } from './glance.ts';
import { githubIssues } from './issues.ts';
import { openConnection } from './open-connection.ts';
import type { Patience } from './patience.ts';
import { githubPeople } from './people.ts';
import { githubPulls } from './pulls.ts';
import { githubRelations } from './relations.ts';
import { readVariables } from './variables.ts';
import { rememberViewer } from './viewer.ts';
import { githubWorkflows } from './workflows.ts';

export interface ConnectOptions {
  /** The root of the REST API: `https://api.github.com`, `https://HOST/api/v3`, or the address of the local server. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
  /** Sends the requests; the runtime's own `fetch` where left out. */
  readonly fetch?: typeof fetch;
  /** Hears, one line at a time, of waits and deprecations. No line holds a token. */
  readonly log?: (line: string) => void;
  /** How long to wait and how often to try again; what is left out follows from the address. */
  readonly patience?: Partial<Patience>;
}

/**
 * The forge port over GitHub's REST API, and its GraphQL API where one query spares many requests. It speaks to GitHub and to
 * the local server alike. Nothing is sent until a method is called.
 *
 * Throws `forge-refused` for an address or a repository name that cannot be one, `forge-denied` where there is no token.
 */
export function connectForge(options: ConnectOptions): Forge {
  const { owner, name } = splitRepository(options.repository);
  if (!URL.canParse(options.apiUrl) || !/^https?:/.test(options.apiUrl)) {
    throw new TreadleError('forge-refused', `"${options.apiUrl}" is not an address of a GitHub API`, {
      remedy: 'Give the root of the REST API, for instance https://api.github.com.',
    });
  }
  if (options.token.trim() === '') {
    throw new TreadleError('forge-denied', `There is no token for ${options.repository}`, {
      remedy: 'Set GITHUB_TOKEN to a token that may read and write this repository.',
    });
  }
  const connection = openConnection({ ...options, owner, name });
  const identity = rememberViewer(connection);
  const webUrl = `${webRoot(options.apiUrl)}/${owner}/${name}`;
  return {
    repository: `${owner}/${name}`,
    webUrl,
    people: githubPeople(connection, identity),
    files: githubFiles(connection),
    issues: githubIssues(connection),
    relations: githubRelations(connection),
    comments: githubComments(connection),
    pulls: githubPulls(connection),
    workflows: githubWorkflows(connection, webUrl),
    assignees: githubAssignees(connection),
    glance: async (pulls, changed) => {
      const glance = await glanceAt(connection, pulls, changed);
      identity.learn(glance.viewer);
      return glance;
    },
    variables: () => readVariables(connection),
  };
}

/** `https://api.github.com` is people's `https://github.com`, `https://HOST/api/v3` their `https://HOST`. */
function webRoot(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl);
  return `${protocol}//${host.replace(/^api\./, '')}`;
}

/** A repository's two names hold only these characters; `.` and `..` would be other paths of the API. */
function splitRepository(repository: string): { readonly owner: string; readonly name: string } {
  const [, owner, name] = /^([\w-][\w.-]*)\/([\w.-]+)$/.exec(repository) ?? [];
  if (owner === undefined || name === undefined || name === '.' || name === '..') {
    throw new TreadleError('forge-refused', `"${repository}" is not a repository`, {
      remedy: 'Name it as owner/name.',
    });
  }
  return { owner, name };
}
