import { TreadleError } from '../../base/errors.ts';
import type { GitObject } from '../branch-backend.ts';
import { decodeCommit } from '../git-object.ts';
import type { Oid } from '../port.ts';
import type { GitConnection } from './connection.ts';
import type { FetchObjects } from './fetch-objects.ts';
import { decodePushReport, encodePush, type Push, type PushReport } from './receive-pack.ts';
import { tidyWords } from './remote.ts';

/** What publishing needs of the store. */
export interface PublishContext {
  readonly connection: GitConnection;
  readonly agent: string;
  readonly readRef: () => Promise<Oid | null>;
  readonly objects: ReadonlyMap<Oid, GitObject>;
  readonly fetchObjects: FetchObjects;
}

type Outcome =
  | PushReport
  /** Whether it took place is not known, and it may yet. */
  | { readonly kind: 'lost'; readonly error: unknown };

/** How often a push is sent again whose answers are lost. */
const mostLost = 3;

/**
 * Moves the ref by the server's own compare-and-swap: the push carries where it must stand. False where it stood elsewhere.
 *
 * A push whose answer is lost may have taken place, and may yet while it is under way. It is sent again: only one of several
 * same pushes can find the ref where it must stand, and after that the ref itself tells which commit won.
 *
 * @throws {TreadleError} `push-refused` with the server's words; `push-unclear` where the server cannot be reached to find out;
 * what the connection throws.
 */
export async function publishBranch(context: PublishContext, push: Push): Promise<boolean> {
  const body = encodePush(push, context.agent);
  let lost: unknown;
  for (let tries = 0; tries <= mostLost; tries += 1) {
    const outcome = await sendPush(context.connection, push.ref, body).catch((error: unknown) => {
      throw lost === undefined ? error : unclear(context.connection.url, error);
    });
    if (outcome.kind === 'moved') return true;
    if (outcome.kind === 'lost') lost = outcome.error;
    const tip = await readTip(context, lost);
    if (tip !== push.expected) return lost !== undefined && (await holds(context, tip, push));
    if (outcome.kind === 'refused') {
      if (!isUnderWay(outcome)) throw refusedPush(outcome, context.connection.url, push.ref);
      // It may be the lost push itself that is under way.
      if (lost === undefined) return false;
    }
    await context.connection.backOff(tries);
  }
  throw unclear(context.connection.url, lost);
}

async function sendPush(connection: GitConnection, ref: string, body: Uint8Array): Promise<Outcome> {
  const delivery = await connection.send('git-receive-pack', body);
  if (delivery.kind === 'lost') return delivery;
  try {
    return decodePushReport(delivery.answer, ref);
  } catch (error) {
    return { kind: 'lost', error };
  }
}

async function readTip({ readRef, connection }: PublishContext, lost: unknown): Promise<Oid | null> {
  try {
    return await readRef();
  } catch (error) {
    // A push that was answered is refused: the next one tells why. One that was not may be published.
    throw lost === undefined ? error : unclear(connection.url, error);
  }
}

/** Whether the branch holds our commit, at its tip or with others on top. */
async function holds(
  { connection, objects, fetchObjects }: PublishContext,
  tip: Oid | null,
  { expected, next }: Push,
): Promise<boolean> {
  if (tip === null || tip === next) return tip === next;
  try {
    const request = { wants: [tip], filter: 'tree:0' } as const;
    await fetchObjects(expected === null ? request : { ...request, have: expected });
  } catch (error) {
    throw unclear(connection.url, error);
  }
  const seen = new Set<Oid>();
  const open: Oid[] = [tip];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (oid === next) return true;
    const object = objects.get(oid);
    if (seen.has(oid) || object?.kind !== 'commit') continue;
    seen.add(oid);
    if (oid !== expected) open.push(...decodeCommit(oid, object.body).parents);
  }
  return false;
}

type Refusal = Extract<PushReport, { kind: 'refused' }>;

/**
 * Whether the server refused because somebody is moving the ref at this moment, though it still stands where it did. Source of
 * the words: `refs/files-backend.c` and `lockfile.c` of git.
 */
function isUnderWay({ reason, remarks }: Refusal): boolean {
  return /Unable to create '[^']*\.lock'|is at [0-9a-f]{40} but expected|failed to lock/i.test(
    `${reason} ${remarks}`,
  );
}

function refusedPush({ reason, remarks }: Refusal, url: string, ref: string): TreadleError {
  const said = [reason, remarks]
    .map(tidyWords)
    .filter((text) => text !== '')
    .join('; ');
  return new TreadleError('push-refused', `${url} refuses to move ${ref}: ${said}`, {
    remedy: remedyFor(said),
    facts: { url, ref, reason: tidyWords(reason), remarks: tidyWords(remarks) },
  });
}

function remedyFor(said: string): string {
  if (/protected branch|GH006|GH013|rule violations|ruleset/i.test(said)) {
    return 'A rule of the repository protects the state branch: let the App or the account of the token pass it by, or take the branch out of the rule.';
  }
  if (/workflows?\W+permission/i.test(said)) {
    return "The token may not write workflow files: use one with the permission `workflows`; an Action's own token never has it.";
  }
  if (/hook/i.test(said)) {
    return 'A hook of the server refused it: read what it says, and correct it or ask who keeps the server.';
  }
  return 'Read what the server says, and correct it. Nothing was published.';
}

function unclear(url: string, cause: unknown): TreadleError {
  const said = cause instanceof Error ? `: ${cause.message}` : '';
  return new TreadleError('push-unclear', `whether ${url} took the push is not known${said}`, {
    remedy:
      'Run again when it can be reached: the next run reads what was published, and nothing is done twice.',
    facts: { url },
    cause,
  });
}
