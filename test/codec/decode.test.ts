import { describe, expect, test } from 'vitest';

import { TreadleError } from '../../src/base/errors.ts';
import { extractBlobs } from '../../src/codec/blobs.ts';
import { FORMAT_VERSION } from '../../src/codec/document-codec.ts';
import { DOCUMENT_KINDS, type DocumentKind } from '../../src/codec/schemas.ts';
import { kinds } from './kinds.ts';
import { samples } from './samples.ts';

type Fields = Record<string, unknown>;

function errorOf(work: () => unknown): TreadleError {
  try {
    work();
  } catch (error) {
    if (error instanceof TreadleError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The stored form of a sample, as a copy that may be changed. */
function storedSample(kind: DocumentKind): Fields {
  return JSON.parse(kinds[kind].codec.encode(extractBlobs(samples[kind]).stored)) as Fields;
}

function decode(kind: DocumentKind, text: string): unknown {
  return kinds[kind].codec.decode(text, `runs/3/42-1/${kind}.json`);
}

function decodeChanged(kind: DocumentKind, change: (stored: Fields) => void): TreadleError {
  const stored = storedSample(kind);
  change(stored);
  return errorOf(() => decode(kind, JSON.stringify(stored)));
}

/** Sets the field at a path such as `attempts.0.turns.1.number`. */
function set(path: string, value: unknown): (stored: Fields) => void {
  return (stored) => {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    const place = steps.reduce((at, step) => at[step] as Fields, stored);
    place[last] = value;
  };
}

describe.each(DOCUMENT_KINDS)('a %s document', (kind) => {
  test.each([
    ['nothing', '', /is not JSON/],
    ['half a document', '{"version": 1,', /is not JSON/],
    ['marks of a merge conflict', '<<<<<<< HEAD\n{}\n=======\n', /is not JSON/],
    ['HTML', '<!doctype html>', /is not JSON/],
    ['null', 'null', /is not a valid .* document: the document must be object/],
    ['a list', '[]', /is not a valid .* document: the document must be object/],
    ['a text', '"version"', /is not a valid .* document: the document must be object/],
    ['no fields', '{}', /is not a valid .* document: the document must have required property 'version'/],
  ])('that holds %s is corrupt, with file and remedy', (_, text, message) => {
    const error = errorOf(() => decode(kind, text));
    expect(error.code).toBe('state-corrupt');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`runs/3/42-1/${kind}.json on the state branch`);
    expect(error.remedy).toContain(`git log -p <state branch> -- runs/3/42-1/${kind}.json`);
    expect(error.facts).toEqual({ path: `runs/3/42-1/${kind}.json` });
  });

  test('without any one of its fields is corrupt, and the field is named', () => {
    for (const field of Object.keys(storedSample(kind))) {
      const error = decodeChanged(kind, set(field, undefined));
      expect(error.code).toBe('state-corrupt');
      expect(error.message).toContain(`the document must have required property '${field}'`);
    }
  });

  test.each(['extra', '__proto__', 'constructor'])('with the unknown field %s is corrupt', (field) => {
    const text = JSON.stringify(storedSample(kind)).replace('{', `{"${field}":1,`);
    const error = errorOf(() => decode(kind, text));
    expect(error.code).toBe('state-corrupt');
    expect(error.message).toContain(`the document must NOT have additional properties (${field})`);
  });

  test('of a newer format is refused as too new, whatever else it holds', () => {
    const path = `runs/3/42-1/${kind}.json`;
    for (const text of [
      JSON.stringify({ ...storedSample(kind), version: FORMAT_VERSION + 1 }),
      '{"version":99}',
    ]) {
      const error = errorOf(() => decode(kind, text));
      expect(error.code).toBe('state-too-new');
      expect(error.message).toContain(path);
      expect(error.message).toContain(`reads up to version ${FORMAT_VERSION}`);
      expect(error.remedy).toContain('newer');
      expect(error.facts).toMatchObject({ path });
    }
  });

  test.each([0, '1', null, true])('of the format %j is corrupt', (version) => {
    const error = decodeChanged(kind, set('version', version));
    expect(error.code).toBe('state-corrupt');
    expect(error.message).toContain('/version must be equal to constant (1)');
  });
});

test.each<[kind: DocumentKind, path: string, value: unknown, message: string]>([
  ['run', 'issue', '42', '/issue must be integer'],
  ['run', 'id', 'latest', '/id must match pattern'],
  ['run', 'title', 5, '/title must be string'],
  ['run', 'title', { blob: 'short' }, '/title/blob must match pattern'],
  ['run', 'updatedAt', 'yesterday', '/updatedAt must match pattern'],
  ['run', 'completedAt', 5, '/completedAt must be string or null'],
  ['run', 'status', 'done', '/status must be equal to one of the allowed values (queued, pending, waiting,'],
  ['run', 'jobs.triage', 'finished', '/jobs/triage must match pattern'],
  ['run', 'jobs.triage', { status: 'queued' }, '/jobs/triage must be string'],
  ['run', 'paused', {}, "/paused must have required property 'by'"],
  ['run', 'paused.by.id', -1, '/paused/by/id must be >= 0'],
  ['run', 'lastCommit.oid', 'HEAD', '/lastCommit/oid must match pattern'],
  [
    'run',
    'outbox.0.effect.type',
    'explode',
    '/outbox/0/effect value of tag "type" must be in oneOf (explode)',
  ],
  ['run', 'outbox.0.effect.turn', 0, '/outbox/0/effect/turn must be >= 1'],
  ['run', 'outbox.1.effect.job', 'fix', '/outbox/1/effect must NOT have additional properties (job)'],
  ['job', 'attempts.0.turns.1.outcome', 'lost', '/attempts/0/turns/1/outcome must be equal to one of'],
  ['job', 'attempts.0.turns.0.usage.tokens', -5, '/attempts/0/turns/0/usage/tokens must be >= 0'],
  [
    'job',
    'attempts.0.turns.0.refused',
    false,
    '/attempts/0/turns/0/refused must be equal to constant (true)',
  ],
  ['job', 'gate.answer.verdict', 'fine', '/gate/answer/verdict must be equal to one of'],
  ['job', 'gate.digest', null, '/gate/digest must be string'],
  ['job', 'outputs', { a: 1 }, '/outputs/a must be string'],
  [
    'job',
    'escalation.cause',
    'bad luck',
    '/escalation/cause must be equal to one of the allowed values (attempts,',
  ],
  ['job', 'merge.expiries', 0, '/merge/expiries must be >= 1'],
  [
    'job',
    'assignee.kind',
    'treadle',
    '/assignee/kind must be equal to one of the allowed values (user, app)',
  ],
  ['queue', 'entries.1.attempt', 1.5, '/entries/1/attempt must be integer'],
  ['queue', 'lease.fence', '', '/lease/fence must NOT have fewer than 1 characters'],
  [
    'config',
    'agents.bob.dispatch',
    'pigeon',
    '/agents/bob value of tag "dispatch" must be in oneOf (pigeon)',
  ],
  ['config', 'agents.fixer.command', [], '/agents/fixer/command must NOT have fewer than 1 items'],
  ['config', 'settings.leaseMinutes', 0, '/settings/leaseMinutes must be > 0'],
  ['inbox', 'event.type', 'issue_closed', '/event value of tag "type" must be in oneOf (issue_closed)'],
  ['inbox', 'event.base', undefined, "/event must have required property 'base'"],
  ['cursor', 'seen', [], '/seen must be object'],
])('in a %s document, %s as %j is named', (kind, path, value, message) => {
  const error = decodeChanged(kind, set(path, value));
  expect(error.code).toBe('state-corrupt');
  expect(error.message).toContain(message);
});

describe('what would not be read again is not written', () => {
  test.each<[name: string, kind: DocumentKind, path: string, value: unknown]>([
    ['a missing field', 'run', 'title', undefined],
    ['a field too many', 'run', 'mood', 'fine'],
    ['a time that is none', 'job', 'timeoutAt', 'soon'],
    ['a job that has a conclusion before its end', 'run', 'jobs.triage.status', 'queued'],
    ['NaN', 'run', 'issue', NaN],
    ['a function', 'run', 'title', () => 'x'],
    ['a bigint', 'queue', 'base', 1n],
    ['a newer format', 'cursor', 'version', 2],
  ])('%s', (_, kind, path, value) => {
    const changed = structuredClone(samples[kind]) as Fields;
    set(path, value)(changed);
    const error = errorOf(() => kinds[kind].codec.encode(changed));
    expect(error.code).toBe('bug');
    expect(error.message).toContain(`a ${kind} document about to be written is invalid: `);
    expect(error.remedy).toContain('Nothing was written.');
  });
});
