import { concurrencySchema, jobSchema, maxCyclesSchema } from './job-schema.ts';
import { envSchema, namesSchema, textSchema, type Schema } from './schema-parts.ts';
import { defaultsSchema } from './step-schema.ts';

/** The activity types of GitHub's `issues` event. */
export const issueActivityTypes: readonly string[] = [
  'opened',
  'edited',
  'deleted',
  'transferred',
  'pinned',
  'unpinned',
  'closed',
  'reopened',
  'assigned',
  'unassigned',
  'labeled',
  'unlabeled',
  'locked',
  'unlocked',
  'milestoned',
  'demilestoned',
  'typed',
  'untyped',
];

const namePattern = '^[A-Za-z_][A-Za-z0-9_-]*$';

function inputsSchema(types: readonly string[]): Schema {
  return {
    description: 'What can be given when the workflow is started, by name.',
    type: ['object', 'null'],
    propertyNames: { pattern: namePattern },
    additionalProperties: {
      type: ['object', 'null'],
      properties: {
        description: textSchema('What the input means.'),
        required: { description: 'Whether it must be given. Default: false.', type: 'boolean' },
        type: { description: 'What kind of value it is. Default: string.', enum: [...types] },
        options: {
          description: 'The values of a choice.',
          type: 'array',
          minItems: 1,
          items: { type: 'string' },
        },
        default: { description: 'The value when none is given.', type: ['string', 'number', 'boolean'] },
        deprecationMessage: textSchema('Why not to use it any more.'),
      },
      additionalProperties: false,
    },
  };
}

/** The events that start a Treadle workflow, with what each takes. Other events are left to a rule. */
const triggersSchema: Schema = {
  description: 'What starts a run: one event, a list of events, or a mapping.',
  type: ['string', 'array', 'object'],
  items: { type: 'string' },
  properties: {
    issues: {
      description: 'Something happens to an issue.',
      type: ['object', 'null'],
      properties: {
        types: {
          description: 'The activity types that count. Default: all.',
          type: ['string', 'array'],
          items: { enum: [...issueActivityTypes] },
        },
        labels: namesSchema('The issue must carry any of these labels. Default: any issue.'),
        if: { description: 'An expression over the event that must hold.', type: ['string', 'boolean'] },
      },
      additionalProperties: false,
    },
    workflow_dispatch: {
      description: 'Started by hand.',
      type: ['object', 'null'],
      properties: { inputs: inputsSchema(['string', 'number', 'boolean', 'choice']) },
      additionalProperties: false,
    },
    workflow_call: {
      description: 'Called by another workflow.',
      type: ['object', 'null'],
      properties: {
        inputs: inputsSchema(['string', 'number', 'boolean']),
        outputs: {
          description: 'What the caller gets, by name.',
          type: ['object', 'null'],
          propertyNames: { pattern: namePattern },
          additionalProperties: {
            description: 'An output.',
            type: 'object',
            properties: {
              description: textSchema('What the output means.'),
              value: textSchema('An expression over `jobs`.'),
            },
            required: ['value'],
            additionalProperties: false,
          },
        },
        secrets: { description: 'Not supported: Treadle hands no secrets to jobs.' },
      },
      additionalProperties: false,
    },
  },
};

/**
 * The JSON Schema of a workflow file: validation uses it through ajv, and `workflows/workflow.schema.json` is the same for
 * editors (a test keeps the two equal).
 */
export const workflowSchema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Treadle workflow',
  description: "A workflow of Treadle: GitHub Actions' workflow syntax with jobs done by agents and people.",
  type: 'object',
  properties: {
    name: textSchema('The name that people see. Default: the path of the file.'),
    description: textSchema('What the workflow is for, for who reads the file.'),
    'run-name': textSchema('The name of a run, with expressions.'),
    on: triggersSchema,
    concurrency: concurrencySchema,
    'max-cycles': maxCyclesSchema,
    env: envSchema('Text values available as `env` to every job.'),
    jobs: {
      description: 'The nodes of the graph by id.',
      type: 'object',
      minProperties: 1,
      additionalProperties: jobSchema,
      'x-treadle': { code: 'no-start' },
    },
    defaults: defaultsSchema,
    permissions: {
      description: 'Not supported: Treadle works with the permissions of the Action that runs it.',
    },
  },
  required: ['on', 'jobs'],
  additionalProperties: false,
};
