import { sha256, type Sha256 } from '../base/digest.ts';
import type { Failure } from './failure.ts';

/** What makes two failures the same one. */
type Told = Pick<Failure, 'errorType' | 'message' | 'stack'>;

/**
 * The identity of a failure: the kind of error, its message without what differs from time to time, and the innermost frame of our
 * own code. Where it has none of these, the title and the source are all there is to go by.
 */
export function fingerprintOf(failure: Told & Pick<Failure, 'title' | 'source'>): Sha256 {
  const said = normalizeMessage(failure.message);
  const frame = findOwnFrame(failure.stack) ?? '';
  const kind = failure.errorType.trim().toLowerCase();
  const about = said === '' && frame === '' ? [normalizeMessage(failure.title), failure.source] : [];
  return sha256(JSON.stringify([kind, said, frame, ...about]));
}

/**
 * A message without what differs between occurrences of one failure: times, UUIDs, addresses, paths, hexadecimal and other numbers
 * are replaced by what they are; case and white space do not count.
 */
export function normalizeMessage(message: string): string {
  return message
    .toLowerCase()
    .replace(/\d{4}-\d{2}-\d{2}(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?/g, '<time>')
    .replace(/\b\d{1,2}:\d{2}:\d{2}(?:\.\d+)?\b/g, '<time>')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'`)\]]+/g, '<url>')
    .replace(/(?:\b[a-z]:)?(?:[\w.@~-]*[\\/])+[\w.@~-]+/g, '<path>')
    .replace(/\b0x[0-9a-f]+\b/g, '<hex>')
    .replace(/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{6,}\b/g, '<hex>')
    .replace(/\d+(?:[.,]\d+)*/g, '<n>')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Frames of these are not ours: the fault lies where they were called from. */
const FOREIGN =
  /node_modules|node:|\binternal\/|site-packages|dist-packages|\/usr\/(?:local\/)?(?:lib|go)|\bruntime[/.]|\/go\/(?:pkg|src)\/|<anonymous>$|native code/;

const FRAMES: readonly RegExp[] = [
  // JavaScript: "at total (src/total.js:7:3)", "at src/total.js:7:3"
  /^\s*at (?:async )?(?:(?<name>.*?) \()?(?<file>[^()]*?):\d+(?::\d+)?\)?$/,
  // Python: File "app/total.py", line 7, in total
  /^\s*File "(?<file>[^"]+)", line \d+(?:, in (?<name>.+))?$/,
  // Go: "	/app/total.go:7 +0x1d"
  /^\s+(?<file>\S+\.go):\d+/,
  // Others: "src/total.rs:7", "total.c:7: in total"
  /^\s*(?<file>[\w./\\-]+\.\w{1,5}):\d+(?::\d+)?(?::? .*)?$/,
];

/**
 * The innermost frame of our own code, as function and file without line numbers, which move with every change; null where the
 * text has none. Python writes the innermost frame last, the others first.
 */
export function findOwnFrame(stack: string): string | null {
  const lines = stack.split(/\r?\n/).slice(0, 200);
  const frames = lines.flatMap((line) => {
    // A line of a trace is short: what is longer is not looked at, whatever it would cost.
    const found =
      line.length > 500 ? undefined : FRAMES.map((frame) => frame.exec(line)).find((each) => each !== null);
    const file = found?.groups?.['file'];
    if (file === undefined || FOREIGN.test(line)) return [];
    return [`${found?.groups?.['name']?.trim() ?? ''} ${shortenPath(file)}`.trim()];
  });
  const isPython = lines.some((line) => line.startsWith('Traceback (most recent call last)'));
  return (isPython ? frames.at(-1) : frames[0]) ?? null;
}

/** The last folders and the name of a file: where it is checked out differs from machine to machine. */
function shortenPath(path: string): string {
  return path
    .replace(/^file:\/\//, '')
    .split(/[\\/]/)
    .slice(-3)
    .join('/');
}
