import { dirname } from 'node:path';

import type { Ended } from './built-cli.ts';

/** A command and what came of it, as a golden file holds it: what differs from run to run is replaced. */
export function transcript(args: readonly string[], { code, stdout, stderr }: Ended, folder: string): string {
  const command = ['treadle', ...args.map((arg) => (/^[\w./:#=-]+$/.test(arg) ? arg : JSON.stringify(arg)))];
  const parts = [`$ ${command.join(' ')}`, stdout, stderr === '' ? '' : `--- standard error\n${stderr}`];
  return `${settle(parts.join('\n'), folder).trimEnd()}\n--- exit code ${code}\n`;
}

/** Replaces what differs from run to run. */
export function settle(text: string, folder: string): string {
  return text
    .replaceAll(folder, '<repository>')
    .replaceAll(dirname(folder), '<above>')
    .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '<minute>')
    .replaceAll(/\b[0-9a-f]{40}\b|\b[0-9a-f]{64}\b/g, '<oid>')
    .replaceAll(/\b[0-9a-f]{24}\b/g, '<id>')
    .replaceAll(/\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{8}\b|\b\d{8}(?= )/g, '<oid>')
    .replaceAll(/wake-\w+/g, '<wake>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<server>')
    .replaceAll(/process \d+/g, 'process <pid>')
    .replaceAll(/\b(?:\d+ h )?(?:\d+ min )?\d+ s\b/g, '<while>');
}
