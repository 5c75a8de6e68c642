import type { Question } from './compose-query.ts';

/** The code of an error of GraphQL for a field that the schema does not have. */
const UNDEFINED_FIELD = 'undefinedField';

/**
 * Makes what asks questions also of servers with an older schema, such as earlier versions of GitHub Enterprise Server: where they say
 * that a field does not exist, the question for older ones is asked instead, and from then on at once.
 */
export function createAskOlder(
  ask: (question: Question) => Promise<unknown>,
): (question: Question) => Promise<unknown> {
  const lacking = new Set<string>();
  const askOlder = async (question: Question): Promise<unknown> => {
    const { older } = question;
    if (older === undefined) return ask(question);
    const isLacking = (): boolean => older.lacks.some((name) => lacking.has(name));
    if (isLacking()) return askOlder(older.question);
    try {
      return await ask(question);
    } catch (error) {
      for (const name of readUndefinedFields(error)) lacking.add(name);
      if (!isLacking()) throw error;
      return askOlder(older.question);
    }
  };
  return askOlder;
}

function readUndefinedFields(error: unknown): readonly string[] {
  const errors = member(error, 'errors');
  return (Array.isArray(errors) ? errors : []).flatMap((each: unknown) => {
    const extensions = member(each, 'extensions');
    const name = member(extensions, 'fieldName');
    return member(extensions, 'code') === UNDEFINED_FIELD && typeof name === 'string' ? [name] : [];
  });
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
