/** Pieces of files and of tensors, checked. */
import type { ByteSource } from '../../data/bytes';
import { BadInput } from '../../data/errors';

/** Checks rows first … end − 1 of a tensor. Throws RangeError: such rows are the caller's mistake, not the file's. */
export function rowRange(name: string, shape: readonly number[], first: number, end: number): void {
  const rows = shape[0] ?? 1;
  if (!Number.isInteger(first) || !Number.isInteger(end) || first < 0 || end < first || end > rows) {
    throw new RangeError(`${name} has ${rows} rows, asked for ${first} to ${end}`);
  }
}

/** Bytes from … to − 1 of a file, all of them; they may lie in `room`. Throws BadInput where the source gives fewer. */
export async function readExactly(
  file: ByteSource,
  from: number,
  to: number,
  room?: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await file.read(from, to, room);
  if (bytes.length !== to - from) {
    throw new BadInput(
      `The file ends early: of bytes ${from} to ${to} there are ${bytes.length}`,
      file.where,
      'Download or copy the file again.',
    );
  }
  return bytes;
}
