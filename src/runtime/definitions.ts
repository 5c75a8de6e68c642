import { canonicalJson } from '../base/canonical-json.ts';
import { sha256, type Sha256 } from '../base/digest.ts';
import { TreadleError } from '../base/errors.ts';
import { definitionCodec, type DefinitionDocument } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import type { Documents } from '../store/documents.ts';
import { compileWorkflow } from '../workflow/compile.ts';
import type { Workflow } from '../workflow/model.ts';

/** Compiled workflows by the digest of what they were compiled from; one such cache serves a process. */
export interface Definitions {
  /** The workflow a run is pinned to. Throws `state-corrupt` where the document is missing or does not compile. */
  load(documents: Documents, digest: Sha256): Promise<Workflow>;
  /** The workflow, if it was loaded before. */
  cached(digest: Sha256): Workflow | undefined;
}

export function createDefinitions(): Definitions {
  const compiled = new Map<Sha256, Workflow>();
  return {
    async load(documents, digest) {
      const known = compiled.get(digest);
      if (known !== undefined) return known;
      const document = await documents.read(layout.definition(digest), definitionCodec);
      const workflow = document === undefined ? null : compileDefinition(document);
      if (workflow === null) {
        throw new TreadleError(
          'state-corrupt',
          `the definition ${digest} that a run is pinned to is ${document === undefined ? 'missing' : 'not a workflow that compiles'}`,
          { remedy: 'Nothing was changed. Restore definitions/ on the state branch from its history.' },
        );
      }
      compiled.set(digest, workflow);
      return workflow;
    },
    cached: (digest) => compiled.get(digest),
  };
}

/** The digest under which a document is stored: of its canonical JSON. */
export function digestOf(document: unknown): Sha256 {
  return sha256(canonicalJson(document));
}

function compileDefinition(document: DefinitionDocument): Workflow | null {
  const entry = document.files.find((file) => file.path === document.entry);
  return entry === undefined ? null : compileWorkflow(entry, { roles: document.roles }).workflow;
}
