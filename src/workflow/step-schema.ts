import { beginsExpression, envSchema, textSchema, type Schema } from './schema-parts.ts';

const shellSchema: Schema = {
  description:
    'What runs the script: `bash`, `sh`, `python`, `pwsh`, `node`, or a command with `{0}` for the script. Default: bash with `-e`, else sh.',
  type: 'string',
};

/** `defaults` of a workflow or a job. */
export const defaultsSchema: Schema = {
  description: 'What steps have that do not say otherwise.',
  type: 'object',
  properties: {
    run: {
      description: 'For steps with `run`.',
      type: 'object',
      properties: {
        shell: shellSchema,
        'working-directory': textSchema('The folder that steps run in, below the clone.'),
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
};

/** Keys of GitHub's steps that validation refuses by a rule of its own: what to do instead. */
export const foreignStepKeys: Readonly<Record<string, string>> = {
  uses: 'actions are not run here; the code is checked out already, other things are done by commands',
  with: 'it belongs to an action, and actions are not run here',
  background: 'steps run one after the other',
  wait: 'steps run one after the other',
  'wait-all': 'steps run one after the other',
  cancel: 'steps run one after the other',
  parallel: 'steps run one after the other',
};

/** `steps` of a job. */
export const stepsSchema: Schema = {
  description: 'Commands that Treadle runs itself, one after the other, in a fresh clone.',
  type: 'array',
  items: {
    description: 'One command.',
    type: 'object',
    properties: {
      id: {
        description: 'The name by which expressions read the step: `steps.ID.outputs.NAME`.',
        type: 'string',
      },
      name: textSchema('What people see. Default: the first line of `run`.'),
      if: {
        description:
          'The condition to run; false skips the step. `success() && (…)` unless a status function is called.',
        type: ['string', 'number', 'boolean', 'null'],
      },
      run: textSchema(
        'The script. What strangers or agents wrote reaches it by `env` only, never by an expression.',
      ),
      shell: shellSchema,
      'working-directory': textSchema('The folder it runs in, below the clone.'),
      env: envSchema('Environment variables of this step.'),
      'continue-on-error': {
        description: 'Whether the job goes on as if the step had succeeded.',
        type: ['boolean', 'string'],
        pattern: beginsExpression,
        'x-treadle': {
          code: 'invalid-value',
          message: '`continue-on-error` is true, false or an expression',
        },
      },
      'timeout-minutes': {
        description: 'After how many minutes the step has failed: a number or an expression.',
        type: ['number', 'string'],
        exclusiveMinimum: 0,
        maximum: 525600,
        pattern: beginsExpression,
        'x-treadle': {
          code: 'wrong-limit',
          message: '`timeout-minutes` is a number above 0 and at most 525600, or an expression',
        },
      },
      ...Object.fromEntries(
        Object.entries(foreignStepKeys).map(([key, why]) => [
          key,
          { description: `Not supported: ${why}.`, 'x-treadle': { code: 'unsupported-key' } },
        ]),
      ),
    },
    additionalProperties: false,
  },
};
