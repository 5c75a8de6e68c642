import type { Expression, Template } from '../expression/model.ts';
import type { ValueTemplate } from '../expression/value-template.ts';

/**
 * The expressions that `matrix.NAME` can come from: of its vector, of what `include` adds, of all that is computed as a whole.
 *
 * @param strategy the `strategy` of the job
 * @param name in small letters; undefined asks for the whole matrix
 */
export function expressionsOfMatrix(
  strategy: ValueTemplate,
  name: string | undefined,
): readonly Expression[] {
  if (strategy.kind !== 'map') return expressionsIn(strategy);
  return strategy.entries.flatMap(({ key, value }) =>
    key.source === 'matrix' ? expressionsUnder(value, name) : [],
  );
}

function expressionsUnder(value: ValueTemplate, name: string | undefined): readonly Expression[] {
  if (value.kind === 'list') return value.items.flatMap((item) => expressionsUnder(item, name));
  if (value.kind !== 'map') return expressionsIn(value);
  return value.entries.flatMap(({ key, isInsert, value: below }) => {
    if (isInsert || holdsExpressions(key)) return [...expressionsOf(key), ...expressionsIn(below)];
    if (key.source === 'include') return expressionsUnder(below, name);
    const isRead = name === undefined || key.source.toLowerCase() === name;
    return isRead && key.source !== 'exclude' ? expressionsIn(below) : [];
  });
}

function expressionsIn(value: ValueTemplate): readonly Expression[] {
  switch (value.kind) {
    case 'literal':
      return [];
    case 'expression':
      return [value.expression];
    case 'text':
      return expressionsOf(value.template);
    case 'list':
      return value.items.flatMap(expressionsIn);
    case 'map':
      return value.entries.flatMap(({ key, value: below }) => [
        ...expressionsOf(key),
        ...expressionsIn(below),
      ]);
  }
}

function expressionsOf({ parts }: Template): readonly Expression[] {
  return parts.filter((part) => typeof part !== 'string');
}

function holdsExpressions(template: Template): boolean {
  return expressionsOf(template).length > 0;
}
