/**
 * Opens a pull request over GitHub's REST interface, or adopts the one that is open for the branch already.
 * Returns its number.
 * https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request
 * @param {{ head: string, base: string, title: string, body: string }} wish
 * @returns {Promise<number>}
 */
export async function openPullRequest(wish) {
  const created = await request('POST', '/pulls', wish);
  if (created.status === 201) return numberOf(created.answer);
  if (created.status === 422) {
    const owner = environment('GITHUB_REPOSITORY').split('/')[0];
    const query = new URLSearchParams({ head: `${owner}:${wish.head}`, base: wish.base, state: 'open' });
    const open = await request('GET', `/pulls?${query}`);
    const first = Array.isArray(open.answer) ? open.answer[0] : undefined;
    if (first !== undefined) return numberOf(first);
  }
  throw new Error(`the pull request could not be opened: ${created.status} ${messageOf(created.answer)}`);
}

/** @param {'GET' | 'POST'} method @param {string} path @param {object} [body] */
async function request(method, path, body) {
  const base = environment('GITHUB_API_URL').replace(/\/$/, '');
  const response = await fetch(`${base}/repos/${environment('GITHUB_REPOSITORY')}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${environment('GITHUB_TOKEN')}`,
      'x-github-api-version': '2022-11-28',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
  /** @type {unknown} */
  const answer = await response.json().catch(() => null);
  return { status: response.status, answer };
}

/** @param {string} name */
function environment(name) {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`the environment has no ${name}`);
  return value;
}

/** @param {unknown} answer */
function numberOf(answer) {
  const number = /** @type {{ number?: unknown } | null} */ (answer)?.number;
  if (typeof number !== 'number') throw new Error('the answer names no pull request');
  return number;
}

/** @param {unknown} answer */
function messageOf(answer) {
  return String(/** @type {{ message?: unknown } | null} */ (answer)?.message ?? '');
}
