import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

import answerIndex from '../../state/answer-index.schema.json' with { type: 'json' };
import checksIndex from '../../state/checks-index.schema.json' with { type: 'json' };
import common from '../../state/common.schema.json' with { type: 'json' };
import config from '../../state/config.schema.json' with { type: 'json' };
import cursor from '../../state/cursor.schema.json' with { type: 'json' };
import deadline from '../../state/deadline.schema.json' with { type: 'json' };
import definition from '../../state/definition.schema.json' with { type: 'json' };
import dispatchIndex from '../../state/dispatch-index.schema.json' with { type: 'json' };
import finishedIndex from '../../state/finished-index.schema.json' with { type: 'json' };
import group from '../../state/group.schema.json' with { type: 'json' };
import fingerprint from '../../state/fingerprint.schema.json' with { type: 'json' };
import healing from '../../state/healing.schema.json' with { type: 'json' };
import inbox from '../../state/inbox.schema.json' with { type: 'json' };
import issueIndex from '../../state/issue-index.schema.json' with { type: 'json' };
import job from '../../state/job.schema.json' with { type: 'json' };
import meter from '../../state/meter.schema.json' with { type: 'json' };
import metrics from '../../state/metrics.schema.json' with { type: 'json' };
import notice from '../../state/notice.schema.json' with { type: 'json' };
import outboxIndex from '../../state/outbox-index.schema.json' with { type: 'json' };
import pullIndex from '../../state/pull-index.schema.json' with { type: 'json' };
import queue from '../../state/queue.schema.json' with { type: 'json' };
import root from '../../state/root.schema.json' with { type: 'json' };
import run from '../../state/run.schema.json' with { type: 'json' };
import sinceIndex from '../../state/since-index.schema.json' with { type: 'json' };

const schemas = {
  'answer-index': answerIndex,
  'checks-index': checksIndex,
  config,
  cursor,
  deadline,
  definition,
  'dispatch-index': dispatchIndex,
  'finished-index': finishedIndex,
  group,
  fingerprint,
  healing,
  inbox,
  'issue-index': issueIndex,
  job,
  meter,
  metrics,
  notice,
  'outbox-index': outboxIndex,
  'pull-index': pullIndex,
  queue,
  root,
  run,
  'since-index': sinceIndex,
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
  return validate(value) ? null : describeViolation(validate.errors ?? []);
}

/** Of the errors of all alternatives, the one that got furthest is what was meant. */
function describeViolation(errors: readonly ErrorObject[]): string {
  const isNull = (error: ErrorObject): boolean => error.params['type'] === 'null';
  const depthOf = (error: ErrorObject): number => error.instancePath.split('/').length;
  const [first] = errors.filter((error) => !isNull(error)).sort((a, b) => depthOf(b) - depthOf(a));
  if (first === undefined) return 'the document is invalid';
  const { instancePath, message = 'is invalid', params } = first;
  const mayBeNull = errors.some((error) => isNull(error) && error.instancePath === instancePath);
  const more: unknown =
    params['additionalProperty'] ?? params['allowedValues'] ?? params['allowedValue'] ?? params['tagValue'];
  return [
    instancePath === '' ? 'the document' : instancePath,
    message,
    ...(mayBeNull && first.keyword === 'type' ? ['or null'] : []),
    ...(more === undefined ? [] : [`(${[more].flat().map(String).join(', ')})`]),
  ].join(' ');
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
  const created = new Ajv({ discriminator: true });
  created.addSchema(common);
  return created;
}
