import type { Json } from '../base/canonical-json.ts';
import { expandMatrix } from '../workflow/matrix.ts';
import type { ConformanceCase, Fields, Verdict } from './case.ts';
import { equalJson, fieldsOf, isExpectedError, isFields, isList } from './case.ts';
import { readYamlValue } from './yaml-value.ts';

/** `{matrix, expect: {configs} | {count} | {error}}`: expands it for the job id `job`. A text is read as YAML. */
export function checkMatrix({ fields }: ConformanceCase): Verdict {
  const given = fields['matrix'] ?? null;
  const expanded = expandMatrix(typeof given === 'string' ? readYamlValue(given) : given, 'job');
  const expected = fieldsOf(fields['expect'] ?? null);
  if (!expanded.ok) {
    const pass = 'error' in expected && isExpectedError(expected['error'] ?? true, expanded.problems);
    return { pass, expected, actual: { error: expanded.problems.join('; ') } };
  }
  const configs = expanded.configs.map(({ name, matrix }): Fields => ({ name, matrix }));
  const { count } = expected;
  const isSame =
    !('error' in expected) &&
    (count === undefined || count === configs.length) &&
    equalConfigs(expected['configs'], configs);
  const actual = { ...('configs' in expected ? { configs } : {}), count: configs.length };
  return { pass: isSame, expected, actual };
}

/** Of each configuration what is given is compared: its name, its values, or both; a text is a name. */
function equalConfigs(expected: Json | undefined, actual: readonly Fields[]): boolean {
  if (expected === undefined) return true;
  if (!isList(expected) || expected.length !== actual.length) return false;
  return expected.every((wanted, index) => {
    const config = actual[index] ?? {};
    if (!isFields(wanted)) return wanted === config['name'];
    return ['name', 'matrix'].every(
      (key) => !(key in wanted) || equalJson(wanted[key] ?? null, config[key] ?? null),
    );
  });
}
