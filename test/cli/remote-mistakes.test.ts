import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findRepository, findToken } from '../../src/cli/github/find-repository.ts';
import { openWorld, type World } from '../local-github/world.ts';
import { remoteCommand, type Told } from './remote-command.ts';
import { emptyRepository, repositoryWith, type TestRepository } from './repository.ts';

let world: World;
let clone: TestRepository;
beforeAll(async () => {
  world = await openWorld({ 'README.md': '# site\n', '.github/treadle.yml': 'roles: { ceo: [acme] }\n' });
  clone = repositoryWith({ 'README.md': '# site\n', '.github/treadle.yml': 'roles: { ceo: [acme] }\n' });
});
afterAll(async () => {
  clone.remove();
  await world.dispose();
});

function there(token: string): Record<string, string> {
  return { GH_TOKEN: token, GITHUB_API_URL: world.server.url, GITHUB_SERVER_URL: `${world.server.url}/git` };
}

/** What was said, with what to do about it. */
function told({ error }: Told): string {
  expect(error?.remedy).toEqual(expect.any(String));
  return `[${error?.code ?? ''}] ${error?.message ?? ''}\n${error?.remedy ?? ''}`;
}

const SITE = ['--repository', 'acme/site'];

describe('mistakes on GitHub are told with what to do', () => {
  test('there is no token', async () => {
    const ended = await remoteCommand(['status', ...SITE], {});
    expect(told(ended)).toMatch(
      /^\[usage\] there is no token in GITHUB_TOKEN or GH_TOKEN\nGive yours.*gh auth token/,
    );
    expect(ended.exit).toBe(2);
  });

  test('the token is wrong', async () => {
    const ended = await remoteCommand(['status', ...SITE], there('ghp_wrong'));
    expect(told(ended)).toMatch(/^\[forge-denied\] .*does not accept the token.*\n.*set a valid one/);
    expect(ended.exit).toBe(5);
  });

  test('there is no such repository', async () => {
    const ended = await remoteCommand(['status', '-R', 'acme/sight'], there(world.tokens.acme));
    expect(told(ended)).toMatch(/^\[forge-refused\] .*acme\/sight/);
    expect(ended.exit).toBe(5);
  });

  test.each(['shop', 'a/b/c', 'acme/', '42-1'])('%s names no repository', async (name) => {
    const ended = await remoteCommand(['status', '-R', name], there(world.tokens.acme));
    expect(told(ended)).toContain(`${JSON.stringify(name)} names no repository`);
    expect(ended.exit).toBe(2);
  });

  test.each([
    ['status'],
    ['approve', '1'],
    ['pause', '1', '--reason', 'why'],
    ['start', 'bug', '--issue', '#1'],
    ['advance'],
    ['file-bug', '--title', 'It breaks'],
  ])('nobody set Treadle up there: %s', async (...args) => {
    const ended = await remoteCommand([...args, ...SITE], there(world.tokens.acme));
    expect(told(ended)).toMatch(
      /^\[state-missing\] acme\/site has no branch treadle\/state: .*\n.*treadle init/,
    );
    expect(ended.exit).toBe(5);
  });

  test('nobody is there', async () => {
    const env = { ...there(world.tokens.acme), GITHUB_API_URL: 'http://127.0.0.1:9' };
    const ended = await remoteCommand(['status', ...SITE], env);
    expect(told(ended)).toMatch(/^\[forge-unreachable\] .*no answer from http:\/\/127.0.0.1:9/);
    expect(ended.exit).toBe(5);
  });

  test('the account may only read, and what it imports would not be found again', async () => {
    const ended = await remoteCommand(
      ['import', 'beads', `${clone.folder}/none.jsonl`, ...SITE],
      there(world.tokens.carol),
    );
    expect(ended.error).toMatchObject({ code: 'not-found' });
    clone.write({
      'beads.jsonl': '{"id":"b-1","title":"One","status":"open","priority":1,"issue_type":"task"}\n',
    });
    const refused = await remoteCommand(
      ['import', 'beads', `${clone.folder}/beads.jsonl`, ...SITE],
      there(world.tokens.carol),
    );
    expect(told(refused)).toMatch(/^\[forge-denied\] carol may not write to acme\/site/);
  });

  test('the default token of workflows is nobody', async () => {
    await world.pushBranch(
      'treadle/state',
      { '.github/workflows/treadle-review.yml': 'on: pull_request_review\n' },
      { from: 'origin/main' },
    );
    const ended = await remoteCommand(['approve', '1', ...SITE], there(world.tokens.default));
    expect(told(ended)).toMatch(/^\[token-anonymous\] the token is github-actions\[bot\]'s/);
  });

  test("the branch of that name is not Treadle's", async () => {
    const ended = await remoteCommand(['status', ...SITE], there(world.tokens.carol));
    expect(told(ended)).toMatch(/^\[state-foreign\] the branch treadle\/state in .*acme\/site exists/);
  });

  test('the state is on GitHub, and somebody looks here', async () => {
    clone.git('remote', 'add', 'origin', 'https://github.com/acme/site.git');
    clone.git('update-ref', 'refs/remotes/origin/treadle/state', 'HEAD');
    for (const args of [['status'], ['approve', '1'], ['ready']]) {
      const ended = await remoteCommand([...args, '--repo', clone.folder], {});
      expect(told(ended)).toMatch(/^\[state-elsewhere\] .*on GitHub \(acme\/site\).*\n.*add --github/);
      expect(ended.exit).toBe(2);
    }
  });
});

describe('which repository is meant', () => {
  const at = (address: string): TestRepository => {
    const repository = emptyRepository();
    repository.git('remote', 'add', 'origin', address);
    return repository;
  };
  const CLOUD = { apiUrl: 'https://api.github.com', serverUrl: 'https://github.com', isTrusted: true };
  const OWN = { apiUrl: 'https://git.example.com/api/v3', serverUrl: 'https://git.example.com' };

  test.each([
    ['git@github.com:octo/shop.git', undefined, {}, { ...CLOUD, repository: 'octo/shop' }],
    ['git@github.com:octo/shop.git', 'octo/other', {}, { ...CLOUD, repository: 'octo/other' }],
    [
      'https://git.example.com/octo/shop',
      undefined,
      {},
      { ...OWN, isTrusted: false, repository: 'octo/shop' },
    ],
    [
      'https://git.example.com/octo/shop',
      undefined,
      { GH_HOST: 'git.example.com' },
      { ...OWN, isTrusted: true, repository: 'octo/shop' },
    ],
    ['../shop', 'git.example.com/octo/shop', {}, { ...OWN, isTrusted: true, repository: 'octo/shop' }],
    ['../shop', 'https://github.com/octo/shop.git', {}, { ...CLOUD, repository: 'octo/shop' }],
    [
      'git@octo.ghe.com:octo/shop.git',
      undefined,
      {},
      {
        apiUrl: 'https://api.octo.ghe.com',
        serverUrl: 'https://octo.ghe.com',
        isTrusted: true,
        repository: 'octo/shop',
      },
    ],
    [
      '../shop',
      undefined,
      { GITHUB_REPOSITORY: 'octo/shop', GITHUB_API_URL: 'https://git.example.com/api/v3' },
      { ...OWN, isTrusted: true, repository: 'octo/shop' },
    ],
  ])('the remote %s, --repository %s, %o', async (remote, repository, env, expected) => {
    const folder = at(remote);
    const question = {
      repo: folder.folder,
      remote: 'origin',
      ...(repository === undefined ? {} : { repository }),
    };
    expect(await findRepository(question, env)).toEqual(expected);
    folder.remove();
  });

  test('a path is none of GitHub, and no remote tells nothing', async () => {
    const folder = at('/srv/git/shop.git');
    await expect(findRepository({ repo: folder.folder, remote: 'origin' }, {})).rejects.toThrow(
      "is none of GitHub's",
    );
    await expect(findRepository({ repo: folder.folder, remote: 'upstream' }, {})).rejects.toThrow(
      'no remote upstream',
    );
    folder.remove();
  });

  test.each([
    ['--api', { api: 'nonsense' }, {}],
    ['--api', { api: 'ftp://git.example.com' }, {}],
    ['GITHUB_API_URL', {}, { GITHUB_API_URL: 'api.github.com' }],
    ['GITHUB_SERVER_URL', {}, { GITHUB_SERVER_URL: 'github.com' }],
    ['GH_HOST', {}, { GH_HOST: 'https://git.example.com' }],
  ])('%s that is none is refused by name: %o, %o', async (name, more, env) => {
    const question = { repo: '.', remote: 'origin', repository: 'octo/shop', ...more };
    await expect(findRepository(question, env)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(`^${name} is no (?:address|name) of a server: "`) as string,
      remedy: expect.stringContaining('for instance') as string,
    });
  });

  test('a token for everyday use is not sent to a server that only a remote names', () => {
    const foreign = { ...OWN, repository: 'octo/shop', isTrusted: false };
    expect(() => findToken(foreign, { GH_TOKEN: 'secret' })).toThrow('was not sent to git.example.com');
    expect(findToken(foreign, { GH_TOKEN: 'secret', GH_ENTERPRISE_TOKEN: 'theirs' })).toBe('theirs');
    expect(findToken({ ...foreign, isTrusted: true }, { GH_TOKEN: 'secret', GITHUB_TOKEN: '' })).toBe(
      'secret',
    );
  });
});
