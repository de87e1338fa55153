/** Tests as code datasets pack them: base64 of zlib of a pickle. */
import { BOUNDS } from '../bounds';
import { bytesText, collected, streamed } from '../bytes';
import { BadInput } from '../errors';
import type { DataRecord } from '../records';
import { pickledData } from './pickle';

/** Whether a text looks so: the base64 of zlib's first byte, and of nothing but base64. */
export const isPacked = (text: string): boolean => text.length > 20 && /^e[AFJN][\w+/]+={0,2}$/.test(text.trim());

/** The data in it. Throws BadInput where it cannot be unpacked, or is more than data. */
export async function unpacked(text: string, { where }: DataRecord): Promise<unknown> {
  try {
    const packed = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
    return pickledData(await inflated(packed));
  } catch (error) {
    throw new BadInput(`its tests cannot be unpacked: ${(error as Error).message}`, where, 'Leave this row out.');
  }
}

/** zlib's bytes, up to the bound on a line. */
const inflated = (packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> =>
  collected(
    streamed(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'))),
    BOUNDS.line,
    () => new Error(`they have more than ${bytesText(BOUNDS.line)}`),
  );
