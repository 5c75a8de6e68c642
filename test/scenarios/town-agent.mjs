// A member of a town: a process of its own that hears of comments and pull requests by a webhook, as an agent's host does, and
// answers by comments and reviews under its own token. It is told who it is by the environment, and says where it listens.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);

const { API_URL, REPOSITORY, LOGIN, TOKEN, STATE_BRANCH } = process.env;

async function ask(path, body) {
  const answered = await fetch(`${API_URL}/repos/${REPOSITORY}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answered.ok) throw new Error(`${path}: ${answered.status} ${await answered.text()}`);
  return answered.json();
}

/** How many clones a member works in at a time. */
const MOST_CLONES = 2;
let free = MOST_CLONES;
const waiting = [];

async function withClone(work) {
  if (free === 0) await new Promise((resolve) => waiting.push(resolve));
  else free -= 1;
  const folder = await mkdtemp(join(tmpdir(), 'treadle-town-'));
  try {
    const address = new URL(`${API_URL}/git/${REPOSITORY}.git`);
    address.username = LOGIN;
    address.password = TOKEN;
    const git = (...args) => run('git', ['-C', folder, ...args]);
    await git('clone', '--quiet', address.href, 'work');
    return await work(join(folder, 'work'), (...args) => git('-C', 'work', ...args));
  } finally {
    await rm(folder, { recursive: true, force: true });
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

/** What a bead is about: a dish whose price is wrong, and whether it is to stand among today's specials. */
async function beadOf(issue) {
  return JSON.parse((await ask(`/issues/${issue}`)).body);
}

async function fix(issue, attempt) {
  const { dish, from, to, special } = await beadOf(issue);
  const branch = `fix-${issue}-${attempt}`;
  await withClone(async (folder, git) => {
    await git('switch', '--quiet', '--create', branch);
    const file = join(folder, 'menu.txt');
    const before = await readFile(file, 'utf8');
    const priced = before.replace(`${dish} ${from}\n`, `${dish} ${to}\n`);
    await writeFile(file, special ? priced.replace(/^(specials:.*)$/m, `$1 ${dish}`) : priced);
    await git('commit', '--quiet', '--all', '--message', `Correct the price of ${dish}`);
    await git('push', '--quiet', 'origin', branch);
  });
  const pull = { title: `Correct the price of ${dish}`, body: `Refs #${issue}`, head: branch, base: 'main' };
  return { 'pull-request': String((await ask('/pulls', pull)).number) };
}

async function verify(issue) {
  const { dish, to, special } = await beadOf(issue);
  const menu = await withClone((folder) => readFile(join(folder, 'menu.txt'), 'utf8'));
  const isRight =
    menu.includes(`${dish} ${to}\n`) && (!special || new RegExp(`^specials:.* ${dish}\\b`, 'm').test(menu));
  if (!isRight) throw new Error(`the menu is still wrong about ${dish}`);
  return {};
}

async function outputsOf(job, issue, attempt) {
  if (job === 'triage') return { specialist: 'backend-engineer' };
  if (job === 'investigate') return { 'root-cause': 'a zero too many', proposal: 'Take it away' };
  if (job === 'fix') return fix(issue, attempt);
  if (job === 'verify') return verify(issue);
  return {};
}

async function answerDispatch(issue, body) {
  const [, job = '', attempt = ''] = /: job `([\w-]+)` of [^]*?\nattempt (\d+)/.exec(body) ?? [];
  const report = await outputsOf(job, issue, Number(attempt)).then(
    (outputs) => ({ outcome: 'success', outputs }),
    (error) => ({ outcome: 'failure', summary: String(error.message).split('\n')[0] }),
  );
  await ask(`/issues/${issue}/comments`, { body: `\`\`\`treadle\n${JSON.stringify(report)}\n\`\`\`` });
}

async function hear(event, payload) {
  if (event === 'issue_comment' && payload.action === 'created') {
    if (payload.comment.body.includes(`@${LOGIN}, this is yours`))
      await answerDispatch(payload.issue.number, payload.comment.body);
  }
  if (event === 'pull_request' && payload.action === 'opened' && LOGIN === 'ada') {
    const { number, base } = payload.pull_request;
    if (base.ref === STATE_BRANCH)
      await ask(`/pulls/${number}/reviews`, { event: 'APPROVE', body: 'Go on.' });
  }
}

const server = createServer((request, response) => {
  void text(request).then((body) => {
    response.end();
    hear(request.headers['x-github-event'], JSON.parse(body)).catch((error) => console.error(error));
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('close', () => process.exit(0)).resume();
