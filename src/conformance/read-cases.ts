import type { Json } from '../base/canonical-json.ts';
import { TreadleError } from '../base/errors.ts';
import type { ConformanceCase, Fields } from './case.ts';
import { fieldsOf, isFields, isList } from './case.ts';

/**
 * The cases of a file: JSON with `cases` (and `contexts`), a list of cases, or JSON lines, of which one with `contexts` alone counts
 * for those after it.
 *
 * @throws {TreadleError} `conformance-invalid` when the file is none of these.
 */
export function readCases(text: string): readonly ConformanceCase[] {
  const whole = parseJson(text);
  if (whole !== undefined && !isLine(whole)) return casesOf(whole);
  const cases: ConformanceCase[] = [];
  let contexts: Fields = {};
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = parseJson(line);
    if (!isFields(read)) throw invalid(`line ${index + 1} is not a JSON mapping`);
    if (isLine(read)) cases.push(caseOf(read, contexts, cases.length));
    else contexts = { ...contexts, ...fieldsOf(read['contexts']) };
  }
  if (cases.length === 0) throw invalid('it holds no cases');
  return cases;
}

const caseKeys = ['expr', 'matrix', 'if', 'workflow', 'group', 'events', 'config'];

/** Whether this is a case by itself, as JSON lines have them. */
function isLine(value: Json): value is Fields {
  return isFields(value) && !isList(value['cases']) && caseKeys.some((key) => key in value);
}

function casesOf(whole: Json): readonly ConformanceCase[] {
  const cases = isList(whole) ? whole : fieldsOf(whole)['cases'];
  if (!isList(cases)) throw invalid('it has no list `cases`');
  const contexts = isList(whole) ? {} : fieldsOf(fieldsOf(whole)['contexts']);
  return cases.map((one, index) => caseOf(one, contexts, index));
}

function caseOf(value: Json, contexts: Fields, index: number): ConformanceCase {
  const fields = fieldsOf(value);
  const id = fields['id'] ?? fields['name'] ?? fields['expr'] ?? index;
  return { id, contexts: { ...contexts, ...fieldsOf(fields['contexts']) }, fields };
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch {
    return undefined;
  }
}

function invalid(problem: string): TreadleError {
  return new TreadleError('conformance-invalid', `This is no file of cases: ${problem}`, {
    remedy: 'docs/conformance.md describes the forms.',
  });
}
