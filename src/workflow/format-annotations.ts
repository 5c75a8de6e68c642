import type { Diagnostic } from './diagnostic.ts';

/**
 * Diagnostics as commands to GitHub's runner, which shows each at its place in the changed file. One a line.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function formatAnnotations(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((one) => `${formatAnnotation(one)}\n`).join('');
}

function formatAnnotation({ path, start, end, severity, code, message }: Diagnostic): string {
  const place = {
    file: path,
    line: start.line,
    endLine: end.line,
    col: start.column,
    // The runner takes a last column on one line only.
    ...(end.line === start.line ? { endColumn: Math.max(end.column - 1, start.column) } : {}),
    title: code,
  };
  const properties = Object.entries(place).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
  return `::${severity} ${properties.join(',')}::${escapeText(`${message} [${code}]`)}`;
}

function escapeText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
