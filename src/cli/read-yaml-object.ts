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

/** A part of such a file as a mapping or list; empty where it is neither. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
