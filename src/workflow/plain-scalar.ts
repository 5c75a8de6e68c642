import type { Span, YamlScalar } from './yaml-tree.ts';
import { scalarText } from './yaml-tree.ts';

/** Texts that may stand for null, true, false or a number. */
const mayBeValue = /^(?:[-+.\d]|~$|[Nn]ull$|NULL$|[Tt]rue$|TRUE$|[Ff]alse$|FALSE$)/;

/**
 * A text without quotes, which may stand for a value of another kind by the core schema of YAML 1.2.
 *
 * @see https://yaml.org/spec/1.2.2/#1032-tag-resolution
 */
export function plainScalar(written: string, span: Span): YamlScalar {
  const value = mayBeValue.test(written) ? coreValue(written) : written;
  return {
    kind: 'scalar',
    value,
    text: value === written ? written : scalarText(value),
    style: 'plain',
    span,
  };
}

function coreValue(written: string): YamlScalar['value'] {
  if (/^(?:~|null|Null|NULL)$/.test(written)) return null;
  if (/^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/.test(written)) return /^t/i.test(written);
  if (/^[-+]?\d+$/.test(written)) return Number.parseInt(written, 10);
  if (/^0o[0-7]+$/.test(written)) return Number.parseInt(written.slice(2), 8);
  if (/^0x[\da-fA-F]+$/.test(written)) return Number.parseInt(written.slice(2), 16);
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(written)) return Number.parseFloat(written);
  if (/^\+?\.(?:inf|Inf|INF)$/.test(written)) return Infinity;
  return /^\.(?:nan|NaN|NAN)$/.test(written) ? Number.NaN : written;
}
