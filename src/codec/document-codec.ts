import { canonicalJson } from '../base/canonical-json.ts';
import { TreadleError } from '../base/errors.ts';
import { findSchemaViolation, type DocumentKind } from './schemas.ts';

/** The newest format of documents that this build reads and the one that it writes. */
export const FORMAT_VERSION = 1;

/** How one kind of document is read from text and written as text; both throw on what they do not accept. */
export interface DocumentCodec<T> {
  /**
   * @param path where the text was read, for messages
   * @throws TreadleError `state-corrupt` where the text is no such document, `state-too-new` where a newer Treadle wrote it
   */
  decode(text: string, path: string): T;
  /** @throws TreadleError `bug` where the value would not be valid */
  encode(value: T): string;
}

/** A codec over a kind's JSON Schema, with a translation between the stored form and the one the engine works with. */
export function createDocumentCodec<T>(
  kind: DocumentKind,
  translate: { readonly fromStored: (stored: never) => T; readonly toStored: (value: T) => unknown },
): DocumentCodec<T> {
  return {
    decode(text, path) {
      // The schema was checked, so the stored form is what `fromStored` takes.
      return translate.fromStored(parseDocument(kind, text, path) as never);
    },
    encode(value) {
      const text = writeJson(kind, translate.toStored(value));
      const violation = findSchemaViolation(kind, JSON.parse(text));
      if (violation !== null) throw unwritable(kind, violation);
      return text;
    },
  };
}

/** A codec for documents that are stored as they are. */
export function createPlainCodec<T>(kind: DocumentKind): DocumentCodec<T> {
  return createDocumentCodec<T>(kind, { fromStored: (stored) => stored, toStored: (value) => value });
}

function parseDocument(kind: DocumentKind, text: string, path: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(path, `is not JSON: ${(cause as Error).message}`, cause);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > FORMAT_VERSION) {
    throw new TreadleError(
      'state-too-new',
      `${path} has format version ${version}; this Treadle reads up to version ${FORMAT_VERSION}`,
      {
        remedy: 'Use the Treadle version that wrote it, or a newer one. Nothing was changed.',
        facts: { path, version },
      },
    );
  }
  const violation = findSchemaViolation(kind, value);
  if (violation !== null) throw corrupt(path, `is not a valid ${kind} document: ${violation}`);
  return value;
}

function writeJson(kind: DocumentKind, value: unknown): string {
  try {
    return canonicalJson(value);
  } catch (cause) {
    throw unwritable(kind, (cause as Error).message, cause);
  }
}

function unwritable(kind: DocumentKind, problem: string, cause?: unknown): TreadleError {
  return new TreadleError('bug', `a ${kind} document about to be written is invalid: ${problem}`, {
    remedy: 'Nothing was written. This is a defect of Treadle: please report it.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function corrupt(path: string, problem: string, cause?: unknown): TreadleError {
  return new TreadleError('state-corrupt', `${path} on the state branch ${problem}`, {
    remedy: `Nothing was changed. See who wrote it with: git log -p <state branch> -- ${path}; then restore the last good version of that file in a commit on the state branch.`,
    facts: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}
