/** What a git server's replies mean for a person. The codes are those of the forge port: it is the same server, the same token. */
import { TreadleError } from '../../base/errors.ts';
import type { GitProgram, Reply } from './remote.ts';

type ReplyOf<K extends Reply['kind']> = Extract<Reply, { kind: K }>;

export function unreachableError(url: string, { status, said, cause }: ReplyOf<'unreachable'>): TreadleError {
  const what = status === undefined ? 'does not answer' : `answered ${status}`;
  return new TreadleError('forge-unreachable', `${url} ${what}${words(said)}`, {
    remedy: 'Check the address and the network; then run again: nothing is lost.',
    facts: { url, ...(status === undefined ? {} : { status }) },
    cause,
  });
}

export function limitedError(url: string, { waitMs, said }: ReplyOf<'limited'>): TreadleError {
  const retryAt = new Date(Date.now() + waitMs).toISOString();
  return new TreadleError('forge-rate-limited', `${url} limits the rate until ${retryAt}${words(said)}`, {
    remedy: `Run again after ${retryAt}.`,
    facts: { url, retryAt },
  });
}

export function deniedError(
  url: string,
  program: GitProgram,
  { status, said, hadToken }: ReplyOf<'denied'>,
): TreadleError {
  const make = (ground: string, remedy: string): TreadleError =>
    new TreadleError('forge-denied', `${ground}${words(said)}`, { remedy, facts: { url, status } });
  if (!hadToken) {
    return make(
      `${url} asks for a token, and there is none for it`,
      'Set a token. If the address was redirected to another host, use its new address: a token is sent to no host but its own.',
    );
  }
  if (status === 401) {
    return make(
      `${url} does not accept the token`,
      'The token is wrong, expired or revoked: set a valid one.',
    );
  }
  return program === 'git-receive-pack'
    ? make(
        `the token may not write to ${url}`,
        'Give it write access to the contents of the repository: in a workflow, `permissions: { contents: write }`.',
      )
    : make(`the token may not read ${url}`, 'Give it read access to the contents of the repository.');
}

export function refusedError(url: string, { status, said }: ReplyOf<'refused'>): TreadleError {
  const isNotFound = status === 404;
  return new TreadleError(
    'forge-refused',
    `${url} ${isNotFound ? 'is not found' : `refused the request (${status})`}${words(said)}`,
    {
      remedy: isNotFound
        ? 'Check that the repository exists and that the token may see it; a forge hides what it may not.'
        : 'Read what the server says, and correct it.',
      facts: { url, status },
    },
  );
}

/** The server answers, but not as this client needs it. */
export function unusableError(url: string, reason: string, cause?: unknown): TreadleError {
  return new TreadleError('git-server-unusable', `${url} does not answer as a git server should: ${reason}`, {
    remedy:
      "Check the address. The server must speak version 2 of git's protocol and take filters (`uploadpack.allowFilter`), as GitHub does.",
    facts: { url },
    cause,
  });
}

function words(said: string): string {
  return said === '' ? '' : `: ${said}`;
}
