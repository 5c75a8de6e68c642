import { derivedId } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import {
  renderCommitMessage,
  type BranchEvent,
  type FactsRead,
  type RecordedEvent,
} from '../codec/commit-message.ts';
import {
  configCodec,
  cursorCodec,
  definitionCodec,
  inboxCodec,
  rootCodec,
  type CursorDocument,
  type DefinitionDocument,
} from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import type { Config } from '../engine/config.ts';
import type { Actor, EffectsClaimed, EffectsRecorded, RecordedEffect, RunEvent } from '../engine/event.ts';
import { claimEffects, recordEffects } from '../engine/record.ts';
import type { Claim, RunState } from '../engine/state.ts';
import { transition, type Transition } from '../engine/transition.ts';
import { renderSubject } from '../engine/view/subject.ts';
import { openDocuments, type Documents } from '../store/documents.ts';
import type { Batch, Oid, Signature, Snapshot, Store } from '../store/port.ts';
import type { Workflow } from '../workflow/model.ts';
import { reviewedDecision } from './decision-file.ts';
import { digestOf, type Definitions } from './definitions.ts';
import { describeResults } from './describe-results.ts';
import { findLastCommit } from './last-commit.ts';
import { loadRun, retireRun, stageRun, type LoadedRun } from './run-documents.ts';
import { sealEvent, type AddressedHappening, type Wake } from './wake.ts';

/** A transition that is part of a push. */
export interface AppliedTransition {
  readonly event: RunEvent;
  readonly subject: string;
  readonly oid: Oid;
  readonly workflow: Workflow;
  readonly state: RunState;
}

/** What a new run is pinned to, stored with its first transition. */
export interface Pins {
  readonly definition: DefinitionDocument;
  readonly config: Config;
}

/** A push in the making: transitions decided on one tip, each a commit, published together or thrown away together. */
export interface Unit {
  /** Time of the tip it stands on. */
  readonly tipTime: string;
  /** The documents as they will be after what was applied so far. */
  documents(): Documents;
  load(run: string): Promise<LoadedRun | undefined>;
  /** Applies what happened to a run, and then what that caused for other runs. */
  apply(fact: AddressedHappening, pins?: Pins): Promise<Transition>;
  /** Applies events that earlier transitions left for other runs. */
  drainInbox(): Promise<void>;
  /** Records what performing effects came to. At most one commit, none for no results. */
  record(results: readonly RecordedEffect[]): Promise<void>;
  /** Takes effects over. At most one commit, none for no effects. */
  claim(effects: readonly { readonly run: string; readonly effect: string }[], ground: string): Promise<void>;
  /** Writes down how far facts have been read, unless nothing changed. */
  moveCursor(cursor: CursorDocument): Promise<void>;
  readonly applied: readonly AppliedTransition[];
  /** The newest state of every run the unit touched. */
  readonly touched: ReadonlyMap<string, RunState>;
}

/** A unit together with the means to publish it. */
export interface OpenUnit extends Unit {
  publish(): Promise<'published' | 'conflict'>;
}

interface UnitContext {
  readonly store: Store;
  readonly repository: string;
  readonly definitions: Definitions;
  readonly wake: Wake;
  readonly now: string;
}

const TREADLE_PERSON = { name: 'treadle', email: 'noreply@treadle.invalid' };

/** Opens a unit on a snapshot; on a branch that does not exist yet its first commit makes the branch. */
export async function openUnit(context: UnitContext, base: Snapshot): Promise<OpenUnit> {
  const { store, definitions, wake } = context;
  const batch = store.begin(base);
  const tipTime = await timeOf(store, base);
  const now = context.now > tipTime ? context.now : tipTime;
  const applied: AppliedTransition[] = [];
  const touched = new Map<string, RunState>();
  let documents = openDocuments(base);

  const append = async (draft: {
    readonly subject: string;
    readonly event: RecordedEvent;
    readonly author?: Actor;
    readonly previous?: string | null;
    readonly extraParents?: readonly Oid[];
  }): Promise<Oid> => {
    const { subject, event, author, previous = null, extraParents = [] } = draft;
    const oid = await batch.append({
      changes: documents.changes(),
      message: renderCommitMessage({ subject, event, previous }),
      author: signatureOf(author, event.at),
      committer: { ...TREADLE_PERSON, at: now },
      extraParents,
    });
    documents = openDocuments(batch.tip);
    return oid;
  };

  const previousOf = async (state: RunState | null): Promise<string | null> => {
    if (state === null) return null;
    const here = applied.findLast((one) => one.event.run === state.run.id);
    if (here !== undefined) return here.oid;
    const { lastCommit, lastEvent } = state.run;
    if (lastCommit?.event === lastEvent) return lastCommit.oid;
    return base.oid === null ? null : findLastCommit(store, base.oid, state.run.id);
  };

  const load = async (run: string): Promise<LoadedRun | undefined> => loadRun(documents, run);

  const apply = async (fact: AddressedHappening, pins?: Pins): Promise<Transition> =>
    applyEvent(sealEvent(fact, wake, tipTime), pins);

  const applyEvent = async (event: RunEvent, pins?: Pins): Promise<Transition> => {
    if (pins !== undefined) await storePins(documents, pins);
    const before = pins === undefined ? await load(event.run) : undefined;
    const config = before?.config ?? pins?.config;
    const definition =
      before?.state.run.definition ?? (pins === undefined ? undefined : digestOf(pins.definition));
    if (config === undefined || definition === undefined) {
      return { kind: 'ignored', reason: `there is no active run ${event.run}` };
    }
    const workflow = await definitions.load(documents, definition);
    const outcome = transition(
      { workflow, config, definitionOf: (digest) => definitions.cached(digest) },
      before?.state ?? null,
      event,
    );
    if (outcome.kind === 'ignored') {
      documents = openDocuments(batch.tip);
      return outcome;
    }
    await stageRun(documents, before?.state ?? null, outcome.state);
    await documents.remove(layout.inboxEvent(event.id));
    for (const caused of outcome.inbox) {
      await documents.write(layout.inboxEvent(caused.id), inboxCodec, { version: 1, event: caused });
    }
    const decision = reviewedDecision(workflow, config, before?.state ?? null, event);
    if (decision !== null) {
      await documents.write(
        layout.decision(decision.path),
        { decode: String, encode: String },
        decision.text,
      );
    }
    const subject = renderSubject(outcome.state.run, outcome.summary);
    const oid = await append({
      subject,
      event,
      author: event.actor,
      previous: await previousOf(before?.state ?? null),
      extraParents: decision === null ? [] : [decision.head],
    });
    applied.push({ event, subject, oid, workflow, state: outcome.state });
    touched.set(event.run, outcome.state);
    for (const caused of outcome.inbox) await applyInbox(caused);
    return outcome;
  };

  /** An inbox event leaves the inbox by the commit that applies it, or, where it changes nothing, by one that says so. */
  const applyInbox = async (event: RunEvent): Promise<void> => {
    const outcome = await applyEvent(event);
    if (outcome.kind === 'applied') return;
    await documents.remove(layout.inboxEvent(event.id));
    if (documents.changes().length > 0) {
      await append({ subject: `Settle ${event.type} of ${event.run}: ${outcome.reason}`, event });
    }
  };

  return {
    tipTime,
    applied,
    touched,
    documents: () => documents,
    load,
    apply,
    async drainInbox() {
      await initialise(base, batch, documents, context, append, now);
      const names: string[] = [];
      for await (const name of documents.list(layout.inbox)) names.push(name);
      for (const name of names.sort()) {
        const held = await documents.read(layout.inboxEvent(name.replace(/\.json$/, '')), inboxCodec);
        if (held !== undefined) await applyInbox({ ...held.event, wake: wake.claim() });
      }
    },
    async record(results) {
      if (results.length === 0) return;
      const commits: Record<string, { event: string; oid: string }> = {};
      const runs = [...new Set(results.map((result) => result.run))];
      const loaded = new Map<string, LoadedRun>();
      for (const run of runs) {
        const found = await load(run);
        if (found === undefined) continue;
        loaded.set(run, found);
        const oid = await previousOf(found.state);
        if (oid !== null) commits[run] = { event: found.state.run.lastEvent, oid };
      }
      const event: EffectsRecorded = {
        version: 1,
        type: 'effects_recorded',
        id: derivedId('event', 'effects_recorded', wake.id, results),
        at: now,
        results: results.filter((result) => loaded.has(result.run)),
        commits,
        wake: wake.claim(),
      };
      for (const [run, { state, config }] of loaded) {
        const workflow = await definitions.load(documents, state.run.definition);
        const own = event.results.filter((result) => result.run === run);
        const after = recordEffects({ workflow, config }, state, own, event);
        await stageRun(documents, state, after);
        touched.set(run, after);
        if (after.run.status === 'completed' && after.run.outbox.length === 0 && batch.tip.oid !== null) {
          await retireRun(documents, after, batch.tip.oid);
        }
      }
      if (documents.changes().length > 0)
        await append({ subject: describeResults(event.results, loaded), event });
    },
    async claim(effects, ground) {
      if (effects.length === 0) return;
      const claim: Claim = wake.claim();
      const id = derivedId('event', 'effects_claimed', claim, effects);
      const event: EffectsClaimed = {
        version: 1,
        type: 'effects_claimed',
        id,
        at: now,
        effects,
        claim,
        ground,
      };
      for (const run of new Set(effects.map((one) => one.run))) {
        const found = await load(run);
        if (found === undefined) continue;
        const own = effects.filter((one) => one.run === run).map((one) => one.effect);
        const after = claimEffects(found.state, own, event);
        await stageRun(documents, found.state, after);
        touched.set(run, after);
      }
      if (documents.changes().length > 0) {
        await append({ subject: `Take over ${effects.length} effects: ${ground}`, event });
      }
    },
    async moveCursor(cursor) {
      await documents.write(layout.cursor, cursorCodec, cursor);
      if (documents.changes().length === 0) return;
      const id = derivedId('event', 'facts_read', cursor);
      const event: FactsRead = { version: 1, type: 'facts_read', id, at: now, since: cursor.since };
      await append({ subject: `Read facts up to ${cursor.since}`, event });
    },
    publish: () => batch.publish(),
  };
}

/** The first commit of a branch: what the branch is, and from when facts count. */
async function initialise(
  base: Snapshot,
  batch: Batch,
  documents: Documents,
  context: UnitContext,
  append: (draft: { subject: string; event: BranchEvent }) => Promise<Oid>,
  now: string,
): Promise<void> {
  const root = await documents.read(layout.root, rootCodec);
  if (root !== undefined || batch.tip.oid !== base.oid) return;
  if (base.oid !== null) {
    throw new TreadleError(
      'state-foreign',
      "the state branch exists, but holds no treadle.json: it is not Treadle's",
      {
        remedy:
          'Nothing was changed. Give the branch another name, or set another one with state-branch in .github/treadle.yml.',
      },
    );
  }
  await documents.write(layout.root, rootCodec, { version: 1, repository: context.repository, since: now });
  await documents.write(layout.cursor, cursorCodec, { version: 1, since: now, seen: {} });
  await append({
    subject: `Start the state of ${context.repository}`,
    event: {
      version: 1,
      type: 'initialised',
      id: derivedId('event', 'initialised', context.repository, now),
      at: now,
      detail: `Issues and comments from before ${now} are not acted on by themselves.`,
    },
  });
}

async function storePins(documents: Documents, { definition, config }: Pins): Promise<void> {
  await documents.write(layout.definition(digestOf(definition)), definitionCodec, definition);
  await documents.write(layout.config(digestOf(config)), configCodec, config);
}

async function timeOf(store: Store, snapshot: Snapshot): Promise<string> {
  if (snapshot.oid === null) return '1970-01-01T00:00:00Z';
  for await (const commit of store.log(snapshot.oid)) return commit.committer.at;
  return '1970-01-01T00:00:00Z';
}

/** The author of a state commit is who caused it. Logins are the forge's; what git cannot hold in a name is left out. */
function signatureOf(actor: Actor | undefined, at: string): Signature {
  if (actor === undefined || actor.kind === 'treadle') return { ...TREADLE_PERSON, at };
  const login = actor.login.replaceAll(/[^\w.[\]-]/g, '') || 'unknown';
  return { name: login, email: `${actor.id}+${login}@users.noreply.github.com`, at };
}
