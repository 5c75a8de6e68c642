import { unzipSync } from 'fflate';

/** What an archive holds. */
export type Zip =
  | {
      readonly kind: 'files';
      readonly files: readonly { readonly name: string; readonly bytes: Uint8Array }[];
    }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'damaged'; readonly problem: string };

/**
 * Reads the files of a zip archive, folders left out. Never unpacks more than `mostBytes` in all, as the archive's directory
 * states them: an archive comes from strangers, and what is longer than stated is cut there.
 */
export function readZip(bytes: Uint8Array, mostBytes: number): Zip {
  let left = mostBytes;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name.endsWith('/')) return false;
        left -= originalSize;
        return left >= 0;
      },
    });
    if (left < 0) return { kind: 'too-large' };
    return {
      kind: 'files',
      files: Object.entries(files).map(([name, content]) => ({ name, bytes: content })),
    };
  } catch (error) {
    return { kind: 'damaged', problem: error instanceof Error ? error.message : String(error) };
  }
}
