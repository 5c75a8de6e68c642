import { diagnosticCodes, type DiagnosticCode } from './codes.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { InputDeclaration, Place } from './model.ts';
import type { Call } from './read-calls.ts';

/** What is wrong with the inputs of a call: those that are not declared, of another type, or missing. */
export function* checkInputs(
  path: string,
  call: Call,
  declared: readonly InputDeclaration[],
): Iterable<Diagnostic> {
  const names = declared.map(({ name }) => name).join(', ') || 'none';
  for (const [name, template] of Object.entries(call.with)) {
    const at = call.places.with[name] ?? call.places.uses;
    const input = declared.find((one) => one.name.toLowerCase() === name.toLowerCase());
    const [only = ''] = template.parts;
    if (input === undefined) {
      yield diagnosticAt(path, at, `${call.uses} has no input '${name}' (it has: ${names})`);
    } else if (template.parts.length < 2 && typeof only === 'string' && !isOfType(input, only)) {
      yield diagnosticAt(path, at, `The input '${name}' of ${call.uses} is a ${input.type}, not '${only}'`);
    }
  }
  const given = Object.keys(call.with).map((name) => name.toLowerCase());
  for (const { name, required, default: otherwise, computedDefault } of declared) {
    if (!required || otherwise !== null || computedDefault !== null || given.includes(name.toLowerCase()))
      continue;
    yield diagnosticAt(path, call.places.uses, `${call.uses} needs the input '${name}'`);
  }
}

/** Of the inputs that say who is asked those that are made of what strangers or agents wrote. */
export function untrustedInputs({ origins }: Call, forRoles: ReadonlySet<string>): readonly string[] {
  return Object.entries(origins).flatMap(([name, { why }]) =>
    why !== null && forRoles.has(name.toLowerCase()) ? [name] : [],
  );
}

/** Errors for the inputs that say who is asked, and are made of what strangers or agents wrote. */
export function checkRoles(path: string, call: Call, forRoles: ReadonlySet<string>): readonly Diagnostic[] {
  return untrustedInputs(call, forRoles).map((name) => untrustedRole(path, call, name));
}

function untrustedRole(path: string, call: Call, name: string): Diagnostic {
  const why = call.origins[name]?.why ?? '';
  const message = `The input '${name}' of ${call.uses} says who is asked, and what is given here ${why}. Give a role, or an output with an \`enum\` of roles`;
  return diagnosticAt(path, call.places.with[name] ?? call.places.uses, message, 'runs-on-unchecked');
}

function isOfType({ type }: InputDeclaration, text: string): boolean {
  if (type === 'number') return text.trim() === '' || Number.isFinite(Number(text));
  return type !== 'boolean' || ['', 'true', 'false'].includes(text);
}

/** What is wrong with a call, at a place of it. */
export function diagnosticAt(
  path: string,
  { start, end }: Place,
  message: string,
  code: DiagnosticCode = 'bad-call',
): Diagnostic {
  return { path, start, end, severity: diagnosticCodes[code].severity, code, message };
}
