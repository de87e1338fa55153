/** A zip archive without compression (PKWARE APPNOTE 6.3, method 0): a model's weights do not shrink anyway. */
import { crc32 } from '../data/crc32';

export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

// 1980-01-01, the format's first day: the same files give the same archive.
const DOS_DATE = 0x21;
const UTF8_NAMES = 0x0800;

const u16 = (n: number): number[] => [n & 255, (n >>> 8) & 255];
const u32 = (n: number): number[] => [...u16(n), ...u16(n >>> 16)];

/** Archive of `files`, up to 4 GiB in all. */
export function storedZip(files: readonly ZipFile[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const path = new TextEncoder().encode(name);
    // version needed, flags, method, time, date, crc, both sizes, name length, extra length
    const common = [
      ...u16(20),
      ...u16(UTF8_NAMES),
      ...u16(0),
      ...u16(0),
      ...u16(DOS_DATE),
      ...u32(crc32(bytes)),
      ...u32(bytes.length),
      ...u32(bytes.length),
      ...u16(path.length),
      ...u16(0),
    ];
    const local = Uint8Array.from([...u32(0x04034b50), ...common, ...path]);
    directory.push(
      Uint8Array.from([
        ...u32(0x02014b50),
        ...u16(20),
        ...common,
        ...u16(0),
        ...u16(0),
        ...u16(0),
        ...u32(0),
        ...u32(offset),
        ...path,
      ]),
    );
    parts.push(local, bytes);
    offset += local.length + bytes.length;
  }
  const size = directory.reduce((n, d) => n + d.length, 0);
  const end = Uint8Array.from([
    ...u32(0x06054b50),
    ...u16(0),
    ...u16(0),
    ...u16(files.length),
    ...u16(files.length),
    ...u32(size),
    ...u32(offset),
    ...u16(0),
  ]);
  return joined([...parts, ...directory, end]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
