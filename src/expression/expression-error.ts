import { TreadleError } from '../base/errors.ts';

/**
 * An expression that could not be evaluated: `fromJSON` of something that is no JSON, a bad `format` string, a spent memory
 * budget. Code `expression-failed`; the message is for the author of the workflow and names the expression.
 */
export class ExpressionError extends TreadleError {
  constructor(source: string, problem: string, cause?: unknown) {
    super('expression-failed', `${problem} (in the expression \`${shorten(source)}\`)`, {
      remedy: 'Correct the expression in the workflow, or what it reads.',
      facts: { expression: source, problem },
      ...(cause === undefined ? {} : { cause }),
    });
    this.name = 'ExpressionError';
  }
}

const longestShown = 200;

function shorten(source: string): string {
  return source.length <= longestShown ? source : `${source.slice(0, longestShown)}…`;
}
