import { TreadleError } from '../base/errors.ts';

/** An option's value as a whole number. Throws `usage`. */
export function readCount(option: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= most) return count;
  const range = most === Number.MAX_SAFE_INTEGER ? 'a whole number' : `a whole number from 0 to ${most}`;
  throw new TreadleError('usage', `${option} ${text} is not ${range}`);
}
