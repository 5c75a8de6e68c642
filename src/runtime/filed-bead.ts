import { parseAutoFiled } from '../beads/auto-filed-text.ts';
import { fingerprintCodec, type FingerprintDocument } from '../codec/documents.ts';
import { layout } from '../codec/layout.ts';
import type { Documents } from '../store/documents.ts';

/**
 * The failure that an issue was filed for, by what we wrote down: anybody can write the mark of a failure into an issue of theirs.
 * Undefined where we filed it for none.
 */
export async function readFiled(
  documents: Documents,
  { number, body }: { readonly number: number; readonly body: string },
): Promise<FingerprintDocument | undefined> {
  const fingerprint = parseAutoFiled(body);
  if (fingerprint === null) return undefined;
  const filed = await documents.read(layout.fingerprintIndex(fingerprint), fingerprintCodec);
  return filed?.issue === number ? filed : undefined;
}
