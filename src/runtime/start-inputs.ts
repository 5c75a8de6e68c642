import type { Json } from '../base/canonical-json.ts';
import { TreadleError } from '../base/errors.ts';
import type { InputDeclaration } from '../workflow/model.ts';

/** A workflow's inputs by name. */
export type Inputs = Readonly<Record<string, Json>>;

/**
 * The inputs of a start by hand: what was given as `key=value`, checked against what the workflow declares, and its defaults.
 * Throws `usage`. Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs
 */
export function readInputs(declared: readonly InputDeclaration[], pairs: readonly string[]): Inputs {
  return checkInputs(declared, new Map(pairs.map(splitPair)));
}

/** The same of inputs by name. */
export function checkInputs(
  declared: readonly InputDeclaration[],
  given: ReadonlyMap<string, string>,
): Inputs {
  for (const name of given.keys()) {
    if (declared.some((input) => input.name === name)) continue;
    throw new TreadleError('usage', `the workflow has no input '${name}'`, {
      remedy:
        declared.length === 0 ? 'It declares none.' : `It has: ${declared.map((one) => one.name).join(', ')}`,
    });
  }
  return Object.fromEntries(declared.map((input) => [input.name, readInput(input, given.get(input.name))]));
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at <= 0) throw new TreadleError('usage', `--input ${pair} is not of the form key=value`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function readInput(input: InputDeclaration, text: string | undefined): Json {
  const { name, type, options, required } = input;
  if (text === undefined || text === '') {
    if (input.default !== null) return input.default;
    if (!required) return emptyValue(input);
    throw new TreadleError('usage', `the workflow needs the input '${name}'`, {
      remedy: `Give it: --input ${name}=…`,
    });
  }
  const value = convert(type, text);
  if (value === undefined || (type === 'choice' && !options.includes(text))) {
    const wanted = type === 'choice' ? `one of ${options.join(', ')}` : `a ${type}`;
    throw new TreadleError('usage', `the input '${name}' is not '${text}' but ${wanted}`);
  }
  return value;
}

function convert(type: InputDeclaration['type'], text: string): Json | undefined {
  switch (type) {
    case 'string':
    case 'choice':
      return text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  }
}

function emptyValue({ type, options }: InputDeclaration): Json {
  switch (type) {
    case 'string':
      return '';
    case 'choice':
      return options[0] ?? '';
    case 'boolean':
      return false;
    case 'number':
      return 0;
  }
}
