import type { Json } from '../base/canonical-json.ts';
import { TreadleError } from '../base/errors.ts';
import { readYaml } from '../workflow/read-yaml.ts';
import { toPlain } from '../workflow/yaml-tree.ts';

/**
 * A YAML text as a value.
 *
 * @throws {TreadleError} `conformance-invalid` when it is no YAML.
 */
export function readYamlValue(text: string): Json {
  const { root, findings } = readYaml(text);
  if (root !== null) return toPlain(root) as Json;
  throw new TreadleError('conformance-invalid', findings[0]?.message ?? 'The YAML is empty');
}
