import { TreadleError } from '../../base/errors.ts';
import { renderStart } from '../../codec/slash-command.ts';
import { mayApprove } from '../../runtime/authorise.ts';
import { readBuiltInWorkflows } from '../../runtime/package-files.ts';
import { readRepositoryConfig } from '../../runtime/repository-config.ts';
import { loadIssueIndex } from '../../runtime/run-documents.ts';
import { readInputs } from '../../runtime/start-inputs.ts';
import { checkWorkflow } from '../../runtime/startable-workflow.ts';
import { openDocuments } from '../../store/documents.ts';
import { takeIssue } from '../bead.ts';
import { placeWords, type CommandContext, type PlaceOptions } from '../command-context.ts';
import { findRun } from '../find-run.ts';
import { tellRun } from '../go-on.ts';
import { stateMissing, withRemote, type Remote } from './open-remote.ts';
import { readPermission } from './read-permission.ts';
import { exitFor, findSpeaker } from './remote-speech.ts';
import { waitFor } from './wait-for.ts';

/** A start as it was asked for. */
export interface StartOrder extends PlaceOptions {
  readonly issue: string;
  readonly body: string;
  readonly input: readonly string[];
  readonly wait?: true;
}

/**
 * Starts a run on GitHub: by a comment on the bead, under the account of the token, which the next wake follows. What it would be
 * refused for is told before anything is said.
 */
export function startThere(context: CommandContext, key: string, order: StartOrder): Promise<void> {
  return withRemote(context.terminal, order, async (remote) => {
    const { forge, store } = remote;
    const tip = await store.read();
    if (tip.oid === null) throw stateMissing(remote);
    const found = await readRepositoryConfig(forge, readBuiltInWorkflows());
    const { inputs: declared } = checkWorkflow(found, key);
    readInputs(declared, order.input);
    const speaker = await findSpeaker(remote);
    const permission = await readPermission(forge, speaker.login);
    if (!mayApprove(permission)) {
      throw new TreadleError(
        'forge-denied',
        `${speaker.login} may not write to ${forge.repository}, so no run would be started`,
        {
          remedy: 'Nothing was said. Ask somebody who may, or give the token of an account that may.',
        },
      );
    }
    const issue = await takeIssue(forge, forge, order);
    const before = await loadIssueIndex(openDocuments(tip), issue.number);
    if (before.active !== null) {
      throw new TreadleError(
        'not-started',
        `no run was started for #${issue.number}: it has the active run ${before.active}`,
        {
          remedy: `See what it waits for: treadle explain ${before.active}${placeWords(order)}`,
        },
      );
    }
    const pairs = order.input.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    });
    await forge.comments.create(issue.number, renderStart(key, Object.fromEntries(pairs)));
    await tell(context, remote, { issue: issue.number, login: speaker.login, known: before }, order);
  });
}

async function tell(
  context: CommandContext,
  { store, forge }: Remote,
  asked: {
    readonly issue: number;
    readonly login: string;
    readonly known: Awaited<ReturnType<typeof loadIssueIndex>>;
  },
  order: StartOrder,
): Promise<void> {
  const { wait, json } = order;
  const { issue, login, known } = asked;
  const { terminal } = context;
  const url = `${forge.webUrl}/issues/${issue}`;
  if (wait !== true) {
    if (json === true) {
      terminal.print(
        JSON.stringify({ version: 1, said: { what: 'asked for a run', login, url }, issue }, null, 2),
      );
    } else {
      terminal.print(`asked for a run as ${login}: ${url}`);
      terminal.note('the next wake on GitHub starts it, or says there why not');
    }
    return;
  }
  terminal.note(`asked for a run as ${login}: ${url}\nwaiting for a wake to start it …`);
  const run = await waitFor(store, async () => {
    const index = await loadIssueIndex(openDocuments(await store.read()), issue);
    if (index.runs.length > known.runs.length) return index.runs.at(-1) ?? null;
    if (index.notice === known.notice) return null;
    throw new TreadleError('not-started', `no run was started for #${issue}`, {
      remedy: `Why is said there: ${url}`,
    });
  });
  const found = await findRun(store, run);
  tellRun(context, { found, exit: exitFor(found) }, json, placeWords(order));
}
