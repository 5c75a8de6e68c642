import type { Call } from '../../expression/tree.ts';
import { spanOfPart } from '../expression-uses.ts';
import type { Finding } from '../finding.ts';
import { finding } from '../finding.ts';
import type { RuleInput } from './rule.ts';

/** Calls whose text alone tells that they fail, whenever they are evaluated. */
export function* findFailingCalls({ uses, text }: RuleInput): Iterable<Finding> {
  for (const use of uses) {
    for (const call of use.calls) {
      const problem = problemOf(call);
      if (problem === null) continue;
      yield finding('call-fails', { span: spanOfPart(text, use, call.texts[0] ?? call) }, problem);
    }
  }
}

function problemOf({ name, texts }: Call): string | null {
  const [first] = texts;
  if (first === undefined || first === null) return null;
  if (name === 'fromjson') return isJson(first.text) ? null : 'This text is not JSON, so `fromJSON` fails';
  return name === 'format' ? problemOfFormat(first.text, texts.length - 1) : null;
}

/** @see https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#format */
function problemOfFormat(text: string, count: number): string | null {
  const rest = text.replaceAll(/\{\{|\}\}/g, '');
  const missing = [...rest.matchAll(/\{(\d+)\}/g)].find(([, index]) => Number(index) >= count);
  if (missing !== undefined) {
    const has = count === 1 ? 'one argument' : `${count} arguments`;
    return `\`format\` has ${has} after its text, none for ${missing[0]}; they count from 0`;
  }
  return /[{}]/.test(rest.replaceAll(/\{\d+\}/g, ''))
    ? 'A brace that belongs to no {0}: braces are written twice in the text of `format`'
    : null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
