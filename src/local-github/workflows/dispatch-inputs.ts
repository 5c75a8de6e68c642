import type { DispatchInput, Trigger } from './workflow-file.ts';

/** The inputs that a dispatched run gets, or why the dispatch is refused. */
export type DispatchInputs =
  | { readonly kind: 'accepted'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly reason: string };

/** Checks the given inputs against the declared ones and fills in the defaults. */
export function inputsOf(trigger: Trigger, given: Readonly<Record<string, unknown>>): DispatchInputs {
  const unknown = Object.keys(given).filter((name) => !(name in trigger.inputs));
  if (unknown.length > 0) return refused(`Unexpected inputs provided: ${JSON.stringify(unknown)}`);
  const values: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(trigger.inputs)) {
    const value = given[name] ?? input.default;
    if (value === undefined || value === '') {
      if (input.required) return refused(`Required input '${name}' not provided`);
      continue;
    }
    const problem = problemOf(name, input, value);
    if (problem !== null) return refused(problem);
    values[name] = value;
  }
  return { kind: 'accepted', values };
}

function problemOf(name: string, input: DispatchInput, value: unknown): string | null {
  const text = String(value);
  if (input.type === 'choice' && !input.options.includes(text)) {
    return `Provided value '${text}' for input '${name}' not in the list of allowed values`;
  }
  if (input.type === 'boolean' && text !== 'true' && text !== 'false') {
    return `Provided value '${text}' for input '${name}' is not a boolean`;
  }
  if (input.type === 'number' && Number.isNaN(Number(text))) {
    return `Provided value '${text}' for input '${name}' is not a number`;
  }
  return null;
}

function refused(reason: string): DispatchInputs {
  return { kind: 'refused', reason };
}
