import { Ajv, type ValidateFunction } from 'ajv';

import common from '../../state/common.schema.json' with { type: 'json' };
import config from '../../state/config.schema.json' with { type: 'json' };
import cursor from '../../state/cursor.schema.json' with { type: 'json' };
import deadline from '../../state/deadline.schema.json' with { type: 'json' };
import definition from '../../state/definition.schema.json' with { type: 'json' };
import dispatchIndex from '../../state/dispatch-index.schema.json' with { type: 'json' };
import finishedIndex from '../../state/finished-index.schema.json' with { type: 'json' };
import inbox from '../../state/inbox.schema.json' with { type: 'json' };
import issueIndex from '../../state/issue-index.schema.json' with { type: 'json' };
import job from '../../state/job.schema.json' with { type: 'json' };
import outboxIndex from '../../state/outbox-index.schema.json' with { type: 'json' };
import pullIndex from '../../state/pull-index.schema.json' with { type: 'json' };
import queue from '../../state/queue.schema.json' with { type: 'json' };
import root from '../../state/root.schema.json' with { type: 'json' };
import run from '../../state/run.schema.json' with { type: 'json' };

const schemas = {
  config,
  cursor,
  deadline,
  definition,
  'dispatch-index': dispatchIndex,
  'finished-index': finishedIndex,
  inbox,
  'issue-index': issueIndex,
  job,
  'outbox-index': outboxIndex,
  'pull-index': pullIndex,
  queue,
  root,
  run,
};

/** The kinds of document on the state branch; each has a JSON Schema in `state/<kind>.schema.json`. */
export type DocumentKind = keyof typeof schemas;

export const DOCUMENT_KINDS = Object.keys(schemas) as readonly DocumentKind[];

let ajv: Ajv | undefined;
const validators = new Map<DocumentKind, ValidateFunction>();

/**
 * What is wrong with a parsed document, in words that name the field (`/jobs/fix must be string`), or null where it is valid.
 * Schemas are compiled when they are first needed.
 */
export function findSchemaViolation(kind: DocumentKind, value: unknown): string | null {
  const validate = validatorOf(kind);
  if (validate(value)) return null;
  const [first] = validate.errors ?? [];
  const field = first?.instancePath === '' ? 'the document' : first?.instancePath;
  const extra = first?.params['additionalProperty'] as unknown;
  return `${field ?? 'the document'} ${first?.message ?? 'is invalid'}${typeof extra === 'string' ? ` (${extra})` : ''}`;
}

function validatorOf(kind: DocumentKind): ValidateFunction {
  let validate = validators.get(kind);
  if (validate === undefined) {
    ajv ??= createAjv();
    validate = ajv.compile(schemas[kind]);
    validators.set(kind, validate);
  }
  return validate;
}

function createAjv(): Ajv {
  const created = new Ajv({ allowUnionTypes: true });
  created.addSchema(common);
  return created;
}
