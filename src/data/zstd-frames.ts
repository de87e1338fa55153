/** What a zstd file promises (RFC 8878), read from its frames' headers before anything is unpacked. */
import { BOUNDS } from './bounds';
import { bytesText } from './bytes';
import { BadInput } from './errors';

/**
 * Throws BadInput where a frame's window is above its bound, and where windows and blocks together are: the unpacking
 * library moves a whole window at every block. A file that is broken is left to the library, which says where.
 */
export function expectSmallWindows(packed: Uint8Array, where: string): void {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let moved = 0;
  for (let at = 0; at + 8 < packed.length; ) {
    const magic = view.getUint32(at, true);
    if (magic >>> 4 === 0x184d2a5) {
      at += 8 + view.getUint32(at + 4, true); // a frame to be skipped
      continue;
    }
    const frame = frameHeader(view, at);
    if (magic !== 0xfd2fb528 || frame === null) return;
    if (frame.window > BOUNDS.window)
      throw tooMuch(
        `its window has ${bytesText(frame.window)}, more than the ${bytesText(BOUNDS.window)} that are held`,
        where,
      );
    at = frame.blocks;
    for (let last = false; !last; ) {
      if (at + 3 > packed.length) return;
      const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
      last = (header & 1) === 1;
      at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3); // a run is one byte
      moved += frame.window;
      if (moved > BOUNDS.moved) throw tooMuch('its blocks are too small for its window', where);
    }
    at += frame.checksum;
  }
}

interface Frame {
  /** Bytes. */
  readonly window: number;
  /** Where its blocks begin. */
  readonly blocks: number;
  /** Bytes behind them. */
  readonly checksum: number;
}

/** The header of the frame at `start`; null where the file ends before it does. */
function frameHeader(view: DataView, start: number): Frame | null {
  const flags = view.getUint8(start + 4);
  const single = ((flags >> 5) & 1) === 1;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6];
  const sizeAt = start + 5 + (single ? 0 : 1) + [0, 1, 2, 4][flags & 3];
  if (sizeAt + sizeBytes > view.byteLength) return null;
  const descriptor = view.getUint8(start + 5);
  const base = 2 ** (10 + (descriptor >> 3));
  const window = single ? contentSize(view, sizeAt, sizeBytes) : base + (base / 8) * (descriptor & 7);
  return { window, blocks: sizeAt + sizeBytes, checksum: ((flags >> 2) & 1) * 4 };
}

function contentSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

const tooMuch = (what: string, where: string): BadInput =>
  new BadInput(
    `The zstd file would take too much to unpack: ${what}`,
    where,
    'Unpack it first, or pack it with zstd -19 or less.',
  );
