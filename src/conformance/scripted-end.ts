import type { Json } from '../base/canonical-json.ts';
import { legIndexOf } from '../workflow/leg.ts';
import { fieldsOf, isFields, isList, textOf } from './case.ts';
import type { ScriptedEnd } from './simulate-run.ts';

/** How the script of a case has a job end: a result, a result with outputs, or one of these for each leg; success by default. */
export function endOfJob(scripted: Json | undefined, id: string): ScriptedEnd {
  const one = isList(scripted) ? scripted[legIndexOf(id) ?? 0] : scripted;
  const given = isFields(one) ? one['result'] : one;
  const result = textOf(given ?? 'success').toLowerCase();
  const outputs = Object.entries(isFields(one) ? fieldsOf(one['outputs']) : {});
  const isTimeout = ['timeout', 'timed_out', 'timed-out', 'cancelled'].includes(result);
  return {
    result: isTimeout ? 'timeout' : result === 'success' ? 'success' : 'failure',
    outputs: Object.fromEntries(outputs.map(([name, value]) => [name, textOf(value)])),
  };
}
