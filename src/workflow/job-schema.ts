import type { Schema } from './schema-parts.ts';
import { beginsExpression, envSchema, namesSchema, scalar, textSchema } from './schema-parts.ts';
import { foreignKeys, jobTypes, laterKeys } from './job-kinds.ts';
import { defaultsSchema, stepsSchema } from './step-schema.ts';

/** `concurrency` of a workflow or a job. */
export const concurrencySchema: Schema = {
  description: 'The group this belongs to: a name, or a mapping. One of a group runs at a time.',
  type: ['string', 'object'],
  properties: {
    group: textSchema('The name of the group; letter case makes no difference.'),
    'cancel-in-progress': {
      description: 'Whether a newcomer cancels the one that runs.',
      type: ['boolean', 'string'],
      pattern: beginsExpression,
      'x-treadle': { code: 'invalid-value', message: '`cancel-in-progress` is true, false or an expression' },
    },
    queue: { description: 'How many may wait: one, or up to 100.', enum: ['single', 'max'] },
  },
  required: ['group'],
  additionalProperties: false,
};

function edgeSchema(description: string): Schema {
  return {
    description: `${description}: the id of a job before it, \`escalate\` or \`fail\`.`,
    type: 'string',
  };
}

function limitSchema(key: string, description: string, minimum: number, maximum: number): Schema {
  const message = `\`${key}\` is a whole number from ${minimum} to ${maximum}`;
  return { description, type: 'integer', minimum, maximum, 'x-treadle': { code: 'wrong-limit', message } };
}

/** A list, or an expression that comes to one. */
function listSchema(description: string, message: string): Schema {
  const annotation = { code: 'invalid-value', message };
  return { description, type: ['array', 'string'], pattern: beginsExpression, 'x-treadle': annotation };
}

const matrixSchema: Schema = {
  description: 'The values of each leg: lists by name, all combinations of which are made; at most 256.',
  type: ['object', 'string'],
  properties: {
    include: listSchema(
      'Mappings that extend the combinations they fit, or are legs of their own.',
      '`include` is a list of mappings, or an expression',
    ),
    exclude: listSchema(
      'Mappings; combinations that fit any of them are left out.',
      '`exclude` is a list of mappings, or an expression',
    ),
  },
  // Names with an expression in them: what they come to is known when the job is reached.
  patternProperties: { '\\$\\{\\{': {} },
  additionalProperties: listSchema(
    'The values; each may be of any kind.',
    'A matrix has a list of values for each name, or an expression',
  ),
  pattern: beginsExpression,
  'x-treadle': { code: 'invalid-value', message: '`matrix` is a mapping of lists, or an expression' },
};

/** `strategy` of a job. */
const strategySchema: Schema = {
  description: 'Has the job done several times, once for each combination of values.',
  type: ['object', 'string'],
  properties: {
    matrix: matrixSchema,
    'fail-fast': {
      description: 'Whether the first leg that fails cancels the others. Default: true.',
      type: ['boolean', 'string'],
      pattern: beginsExpression,
      'x-treadle': { code: 'invalid-value', message: '`fail-fast` is true, false or an expression' },
    },
    'max-parallel': {
      description: 'How many legs are worked on at a time. Default: all.',
      type: ['integer', 'string'],
      minimum: 1,
      pattern: beginsExpression,
      'x-treadle': {
        code: 'wrong-limit',
        message: '`max-parallel` is a whole number above 0, or an expression',
      },
    },
  },
  additionalProperties: false,
  pattern: beginsExpression,
  'x-treadle': { code: 'invalid-value', message: '`strategy` is a mapping, or an expression' },
};

/** Keys that validation refuses by a rule of its own, with better words than "unknown key". */
function refusedKeys(): Schema {
  const later = Object.entries(laterKeys).map(([key, use]) => [key, `For ${use}; not supported yet.`]);
  const foreign = Object.entries(foreignKeys).map(([key, why]) => [key, `Not supported: ${why}.`]);
  return Object.fromEntries(
    [...later, ...foreign].map(([key = '', description = '']) => [key, { description }]),
  );
}

const outputSchema: Schema = {
  description:
    'For an agent job what it must or may report: a mapping. For a decision the value: a text with expressions.',
  type: [...scalar, 'object', 'null'],
  properties: {
    description: textSchema('What the output means, told to the agent.'),
    required: { description: 'Whether a report without it is refused. Default: false.', type: 'boolean' },
    enum: {
      description: 'The values it may have.',
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { type: [...scalar] },
    },
  },
  additionalProperties: false,
};

/** `max-cycles` of a workflow. */
export const maxCyclesSchema = limitSchema(
  'max-cycles',
  'How often one rework edge may be taken in a run before it escalates. Default: 3.',
  0,
  100,
);

/** A job: what is left open here (which keys go with which type) is checked by the semantic rules. */
export const jobSchema: Schema = {
  description: 'A node of the graph.',
  type: 'object',
  properties: {
    type: {
      description: 'What kind of node it is. Default: task.',
      enum: [...jobTypes],
      'x-treadle': { code: 'unknown-node-type' },
    },
    name: textSchema('What people see instead of the id.'),
    needs: namesSchema('The jobs that must be finished before this one is considered.'),
    if: {
      description:
        'The condition to run; false skips the job. `success() && (…)` unless a status function is called.',
      type: [...scalar, 'null'],
    },
    'runs-on': { description: 'The role that does it, or an expression that comes to one.', type: 'string' },
    prompt: textSchema('What is to be done, or what is asked.'),
    outputs: {
      description: 'What the job hands to those that need it.',
      type: 'object',
      additionalProperties: outputSchema,
    },
    env: envSchema('Text values available as `env`.'),
    'timeout-minutes': {
      description: 'After how many minutes the job has taken too long: a number or an expression.',
      type: ['number', 'string'],
      exclusiveMinimum: 0,
      maximum: 525600,
      pattern: beginsExpression,
      'x-treadle': {
        code: 'wrong-limit',
        message: '`timeout-minutes` is a number above 0 and at most 525600, or an expression',
      },
    },
    'continue-on-error': {
      description: 'Whether a failure counts as success for the jobs after it.',
      type: ['boolean', 'string'],
      pattern: beginsExpression,
      'x-treadle': { code: 'invalid-value', message: '`continue-on-error` is true, false or an expression' },
    },
    strategy: strategySchema,
    uses: {
      description:
        'A workflow to call: `./.github/treadle/workflows/x.yml`, or `treadle/bug` for a built-in one.',
      type: 'string',
    },
    with: envSchema('The inputs of the workflow that is called, by name.'),
    concurrency: concurrencySchema,
    'max-attempts': limitSchema(
      'max-attempts',
      'How often it is tried before its edge is taken. Default: 3.',
      1,
      100,
    ),
    'retry-delay': {
      description:
        'How long to wait before the second attempt, doubled each time: `30s`, `2m`, `1h`, `1d` or 0.',
      type: ['string', 'integer'],
      pattern: '^[0-9]{1,6}(s|m|h|d)$',
      minimum: 0,
      maximum: 0,
      'x-treadle': {
        code: 'wrong-limit',
        message: '`retry-delay` is written as `30s`, `2m`, `1h`, `1d` or 0',
      },
    },
    'max-turns': limitSchema('max-turns', 'How many dispatches one attempt may have. Default: 20.', 1, 1000),
    wait: {
      description: 'For a merge: wait for all needs, or go on with the first success.',
      enum: ['all', 'any'],
    },
    'pull-request': textSchema('The number or URL of the pull request to merge or to approve.'),
    steps: stepsSchema,
    defaults: defaultsSchema,
    'merged-by': {
      description: 'For a commit: who merges, once its agent agreed. Default: treadle.',
      enum: ['treadle', 'person'],
    },
    'on-failure': edgeSchema('Where to go when the attempts are used up'),
    'on-rejected': edgeSchema('Where to go when the approval is refused'),
    'on-timeout': edgeSchema('Where to go when the time is over'),
    ...refusedKeys(),
  },
  additionalProperties: false,
};
