import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** How much of the end is kept in memory, in UTF-16 units. */
const TAIL_LENGTH = 16 * 1024;
/** How much is kept in a file, in UTF-16 units. */
const FILE_LENGTH = 16 * 1024 * 1024;
const TOO_LONG = '… the log is longer than is kept';
/** A line longer than this is written in pieces. */
const LINE_LENGTH = 64 * 1024;

/** What steps print: line by line, masked before it is kept anywhere. */
export interface StepLog {
  write(text: string): void;
  /** Hides a text from here on. */
  mask(secret: string): void;
  /** Whether a text holds what is hidden. */
  holdsSecret(text: string): boolean;
  /** The same text without secrets and what steers a terminal. */
  clean(text: string): string;
  /** Ends the log. Returns its end. */
  close(): Promise<string>;
}

/**
 * Opens a log.
 *
 * @param secrets are replaced by `***` wherever they occur
 * @param file keeps it whole; null: only the end is kept
 * @param hear hears each line
 */
export function openStepLog(
  secrets: readonly string[],
  file: string | null,
  hear: (line: string) => void = () => undefined,
): StepLog {
  const masked = new Set(secrets.filter((secret) => secret.trim().length >= 4));
  const stream: WriteStream | null =
    file === null ? null : createWriteStream(file, { flags: 'w', mode: 0o600 });
  // A full disk costs the log, not the job.
  stream?.on('error', () => undefined);
  let pending = '';
  let tail = '';
  let written = 0;
  const clean = (text: string): string => {
    let shown = text;
    for (const secret of [...masked].sort((a, b) => b.length - a.length))
      shown = shown.replaceAll(secret, '***');
    return withoutControls(shown);
  };
  const keep = (line: string): void => {
    const [, added] = /^::add-mask::(.+)$/.exec(line) ?? [];
    if (added !== undefined) masked.add(added.trim());
    const cleaned = clean(line);
    const shown = `${cleaned}\n`;
    tail = `${tail}${shown}`.slice(-TAIL_LENGTH);
    if (written > FILE_LENGTH) return;
    written += shown.length;
    const isFull = written > FILE_LENGTH;
    hear(isFull ? TOO_LONG : cleaned);
    stream?.write(isFull ? `${TOO_LONG}\n` : shown);
  };
  const flush = (): void => {
    const lines = pending.split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) keep(line);
    if (pending.length <= LINE_LENGTH) return;
    keep(pending);
    pending = '';
  };
  return {
    write(text) {
      pending += text;
      if (text.includes('\n') || pending.length > LINE_LENGTH) flush();
    },
    mask: (secret) => masked.add(secret),
    holdsSecret: (text) => [...masked].some((secret) => text.includes(secret)),
    clean,
    async close() {
      if (pending !== '') keep(pending);
      pending = '';
      if (stream !== null) {
        stream.end();
        await finished(stream).catch(() => undefined);
      }
      return clean(tail);
    },
  };
}

/** Without escape sequences and control characters, apart from line ends and tabs. */
function withoutControls(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- these are what is looked for
      .replace(/\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g, '')
      // eslint-disable-next-line no-control-regex -- these are what is looked for
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
  );
}
