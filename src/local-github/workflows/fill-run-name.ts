/**
 * Fills a `run-name` in. Of GitHub's expressions only the plain look-ups `inputs.NAME` and `github.event.PATH` are understood, which
 * is what run names are made of to tell runs apart; any other expression stands for nothing, as an unset one does.
 */
export function fillRunName(template: string, payload: Readonly<Record<string, unknown>>): string {
  return template
    .replace(/\$\{\{\s*([^}]*?)\s*\}\}/g, (_, expression: string) => {
      const path = expression.split('.');
      const [first, second] = path;
      if (first === 'inputs') return lookUp(payload['inputs'], path.slice(1));
      return first === 'github' && second === 'event' ? lookUp(payload, path.slice(2)) : '';
    })
    .trim();
}

function lookUp(value: unknown, path: readonly string[]): string {
  const found = path.reduce<unknown>((current, name) => {
    if (typeof current !== 'object' || current === null) return undefined;
    return Object.entries(current).find(([key]) => key === name)?.[1];
  }, value);
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean'
    ? String(found)
    : '';
}
