import { parse } from 'yaml';

/** A file of somebody else's as a mapping or list; null where it is neither, or cannot be read. */
export function readYamlObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
