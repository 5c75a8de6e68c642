import { canonicalJson } from '../base/canonical-json.ts';
import { sha256, type Sha256 } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import { definitionCodec, type DefinitionDocument } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import type { Documents } from '../store/documents.ts';
import { compileWithCalls } from '../workflow/compile-with-calls.ts';
import { pathOfCall } from '../workflow/path-of-call.ts';
import type { Workflow } from '../workflow/model.ts';

/** A workflow that is called, with the document that a run of it is pinned to. */
export interface CalledDefinition {
  readonly workflow: Workflow;
  readonly definition: Sha256;
  readonly document: DefinitionDocument;
}

/** Compiled workflows by the digest of what they were compiled from; one such cache serves a process. */
export interface Definitions {
  /** The workflow a run is pinned to. Throws `state-corrupt` where the document is missing or does not compile. */
  load(documents: Documents, digest: Sha256): Promise<Workflow>;
  /** Takes over what a definition was compiled to already, so that loading it does not compile it again. */
  keep(document: DefinitionDocument, workflow: Workflow): void;
  /** The workflow, if it was loaded before. */
  cached(digest: Sha256): Workflow | undefined;
  /** What `uses` names in a definition that was loaded before: any runner derives the same. */
  called(digest: Sha256, uses: string): CalledDefinition | undefined;
}

interface Loaded {
  readonly workflow: Workflow;
  readonly document: DefinitionDocument;
}

export function createDefinitions(): Definitions {
  const compiled = new Map<Sha256, Loaded>();
  const calls = new Map<string, CalledDefinition | undefined>();
  return {
    async load(documents, digest) {
      const known = compiled.get(digest);
      if (known !== undefined) return known.workflow;
      const document = await documents.read(layout.definition(digest), definitionCodec);
      const workflow = document === undefined ? null : (compileDefinition(document)?.workflow ?? null);
      if (document === undefined || workflow === null) {
        throw new TreadleError(
          'state-corrupt',
          `the definition ${digest} that a run is pinned to is ${document === undefined ? 'missing' : 'not a workflow that compiles'}`,
          { remedy: 'Nothing was changed. Restore definitions/ on the state branch from its history.' },
        );
      }
      compiled.set(digest, { workflow, document });
      return workflow;
    },
    keep(document, workflow) {
      const digest = digestOf(document);
      if (!compiled.has(digest)) compiled.set(digest, { workflow, document });
    },
    cached: (digest) => compiled.get(digest)?.workflow,
    called(digest, uses) {
      const caller = compiled.get(digest)?.document;
      const entry = pathOfCall(uses);
      if (caller === undefined || entry === null) return undefined;
      const key = `${digest} ${entry}`;
      if (!calls.has(key)) calls.set(key, compileCalled(caller, entry));
      return calls.get(key);
    },
  };
}

function compileCalled(caller: DefinitionDocument, entry: string): CalledDefinition | undefined {
  const all = compileDefinition({ ...caller, entry });
  if (all === null || all.workflow === null) return undefined;
  const document: DefinitionDocument = { ...caller, entry, files: all.files };
  return { workflow: all.workflow, definition: digestOf(document), document };
}

/** The digest under which a document is stored: of its canonical JSON. */
export function digestOf(document: unknown): Sha256 {
  return sha256(canonicalJson(document));
}

/** Reads what runs are pinned to; null where no workflow can be made of it. What was checked when a run began is not checked again. */
function compileDefinition(document: DefinitionDocument): ReturnType<typeof compileWithCalls> | null {
  const files = new Map(document.files.map((file) => [file.path, file]));
  const entry = files.get(document.entry);
  if (entry === undefined) return null;
  try {
    return compileWithCalls(entry, (path) => files.get(path), { roles: document.roles, isPinned: true });
  } catch (error) {
    // A file that was valid can always be built: somebody changed what is stored.
    if (error instanceof TreadleError && error.code === 'bug') return null;
    throw error;
  }
}
