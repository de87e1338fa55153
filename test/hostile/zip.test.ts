/** Archives of runs that lie about themselves, hold each other, or unpack to far more than they are. */
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../src/data/crc32';
import { zipBlob, zipEntries } from '../../src/data/zip';
import { attempts } from '../faults/attempts';
import { utf8 } from '../setup/checkpoints';
import { type Expected, Rows } from './refusals';

const zips = new Rows('archives');
const MiB = 2 ** 20;

interface Part {
  name: string;
  data: Uint8Array;
  method?: number;
  flags?: number;
  /** What the directory says, where that is not so. */
  size?: number;
  packed?: number;
  at?: number;
  /** Of `data` where it is not said: right for a file that is stored. */
  crc?: number;
  /** What of size, packed and place stands in eight bytes of an extra field, as in archives of more than 4 GiB. */
  large?: readonly bigint[];
}

const ELSEWHERE = 0xffff_ffff;
const eightBytes = (numbers: readonly bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(numbers).buffer);

/** A zip archive in which everything can be said. */
function zip(
  parts: readonly Part[],
  { count = parts.length, comment = '', largeAt = -1n } = {},
): Uint8Array<ArrayBuffer> {
  const out: Uint8Array[] = [];
  let at = 0;
  const put = (bytes: Uint8Array): number => {
    out.push(bytes);
    at += bytes.length;
    return at - bytes.length;
  };
  const record = (length: number, ...fields: readonly (readonly [at: number, value: number, bytes: 2 | 4])[]) => {
    const view = new DataView(new ArrayBuffer(length));
    for (const [offset, value, bytes] of fields)
      bytes === 2 ? view.setUint16(offset, value, true) : view.setUint32(offset, value, true);
    return new Uint8Array(view.buffer);
  };
  const places = parts.map(({ name, data, method = 0 }) => {
    const text = utf8(name);
    const first = put(record(30, [0, 0x04034b50, 4], [8, method, 2], [26, text.length, 2]));
    put(text);
    put(data);
    return first;
  });
  const directory = at;
  parts.forEach(({ name, data, method = 0, flags = 0, size = data.length, packed = data.length, ...said }, i) => {
    const text = utf8(name);
    const extra = said.large && eightBytes(said.large);
    put(
      record(
        46,
        ...([
          [0, 0x02014b50, 4],
          [8, flags, 2],
          [10, method, 2],
          [16, said.crc ?? crc32(data), 4],
          [20, packed, 4],
          [24, size, 4],
        ] as const),
        ...([
          [28, text.length, 2],
          [30, extra ? extra.length + 4 : 0, 2],
          [42, said.at ?? places[i], 4],
        ] as const),
      ),
    );
    put(text);
    if (!extra) return;
    put(record(4, [0, 1, 2], [2, extra.length, 2]));
    put(extra);
  });
  const length = at - directory;
  if (largeAt >= 0n) {
    put(record(32, [0, 0x06064b50, 4], [4, 44, 4]));
    const end = put(eightBytes([BigInt(count), BigInt(length), BigInt(directory)])) - 32;
    put(record(8, [0, 0x07064b50, 4]));
    put(eightBytes([largeAt || BigInt(end)]));
    put(record(4, [0, 1, 4]));
  }
  put(
    record(
      22,
      [0, 0x06054b50, 4],
      [8, count, 2],
      [10, count, 2],
      [12, length, 4],
      [16, directory, 4],
      [20, comment.length, 2],
    ),
  );
  put(utf8(comment));
  return new Uint8Array(Buffer.concat(out));
}

/** Every file of an archive, read to its end. */
async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for (const entry of await zipEntries(new Blob([bytes]), 'x.zip')) {
    let read = 0;
    for await (const piece of entry.stream()) read += piece.length;
    if (read !== entry.size) throw new Error(`${entry.name} has ${read} bytes of ${entry.size}`);
  }
}

const data = utf8('{"arm": "antisd"}');
const plain = { name: 'run/config.json', data };
const length = BigInt(data.length);
const ALL_LARGE = { size: ELSEWHERE, packed: ELSEWHERE, at: ELSEWHERE };
const bomb = deflateRawSync(new Uint8Array(128 * MiB));
const ARCHIVES: Record<string, [bytes: () => Uint8Array<ArrayBuffer>, message: Expected]> = {
  nothing: [() => new Uint8Array(), /no zip archive/],
  'one letter': [() => utf8('P'), /no zip archive/],
  'no files': [() => zip([]), null],
  'a comment of 65,535 letters': [() => zip([plain], { comment: 'x'.repeat(65_535) }), null],
  'a comment that is an end': [() => zip([plain], { comment: 'PK\u0005\u0006' }), null],
  'a bomb': [() => zip([{ name: 'a', data: bomb, method: 8, size: 128 * MiB }]), /more than 100 times its size/],
  'a bomb that says it is small': [() => zip([{ name: 'a', data: bomb, method: 8, size: 10 }]), /damaged/],
  'files in each other': [
    () => zip([{ name: 'a', data: bomb, method: 8, size: 10 }, ...['b', 'c'].map((name) => ({ name, data, at: 0 }))]),
    /lie in each other/,
  ],
  'a file beyond its end': [() => zip([{ ...plain, packed: 10_000, size: 10_000 }]), /outside it/],
  'a place beyond its end': [() => zip([{ ...plain, at: 2 ** 31 }]), /outside it/],
  'a size that is not so': [() => zip([{ ...plain, size: 5 }]), /damaged/],
  'a name twice': [() => zip([plain, plain]), /stands twice/],
  'a name that leads out': [() => zip([{ name: '../../x', data }]), /leads out/],
  'a name from the root': [() => zip([{ name: '/etc/passwd', data }]), /leads out/],
  'a drive': [() => zip([{ name: 'C:x', data }]), /leads out/],
  'a backslash': [() => zip([{ name: 'a\\..\\b', data }]), /leads out/],
  'no name': [() => zip([{ name: '', data }]), /leads out/],
  'a password': [() => zip([{ ...plain, flags: 1 }]), /encrypted/],
  'another method': [() => zip([{ ...plain, method: 14 }]), /compressed in a way/],
  'a bit that fell over': [
    () => zip([plain, { name: 'run/events.jsonl', data, crc: crc32(data) ^ 1 }]),
    /run\/events\.jsonl is damaged/,
  ],
  'a bit that fell over, deflated': [
    () => zip([{ ...plain, data: deflateRawSync(data), method: 8, size: data.length, crc: 7 }]),
    /run\/config\.json is damaged/,
  ],
  'a file that is deflated': [
    () => zip([{ ...plain, data: deflateRawSync(data), method: 8, size: data.length, crc: crc32(data) }]),
    null,
  ],
  'deflate that is none': [() => zip([{ ...plain, method: 8 }]), /damaged/],
  'more files than it says': [() => zip([plain, { ...plain, name: 'b' }], { count: 1 }), null],
  'fewer files than it says': [() => zip([plain], { count: 7 }), null],
  '30,000 files': [
    () => zip(Array.from({ length: 30_000 }, (_, i) => ({ name: `${i}`, data: new Uint8Array() }))),
    /too many files/,
  ],
  'a count of one, and 30,000 files': [
    () =>
      zip(
        Array.from({ length: 30_000 }, (_, i) => ({ name: `${i}`, data: new Uint8Array() })),
        { count: 1 },
      ),
    /too many files/,
  ],
  'numbers in eight bytes': [
    () => zip([{ ...plain, ...ALL_LARGE, large: [length, length, 0n] }], { count: 0xffff, largeAt: 0n }),
    null,
  ],
  'a place in eight bytes alone': [() => zip([{ ...plain, at: ELSEWHERE, large: [0n] }]), null],
  'eight bytes that are missing': [
    () => zip([{ ...plain, ...ALL_LARGE, large: [length, length] }]),
    /directory is damaged/,
  ],
  'no extra field where one is needed': [() => zip([{ ...plain, at: ELSEWHERE }]), /directory is damaged/],
  'eight bytes beyond all numbers': [() => zip([{ ...plain, at: ELSEWHERE, large: [2n ** 64n - 1n] }]), /outside it/],
  'a size of 2^60': [() => zip([{ ...plain, size: ELSEWHERE, large: [2n ** 60n] }]), /unpacks to/],
  'an end elsewhere that is not there': [() => zip([plain], { count: 0xffff, largeAt: 7n }), /no zip archive/],
  'an end elsewhere beyond the end': [() => zip([plain], { count: 0xffff, largeAt: 2n ** 63n }), /no zip archive/],
  'an end elsewhere that nothing says': [() => zip([plain], { count: 0xffff }), /no zip archive/],
};
for (const [id, [bytes, message]] of Object.entries(ARCHIVES))
  zips.add(id, `an archive: ${id}`, message, () => unpacked(bytes()), true);
const whole = new Uint8Array(await (await zipBlob([{ name: 'a/config.json', bytes: data }])).arrayBuffer());
const content = 30 + 'a/config.json'.length;
for (const at of Array.from({ length: whole.length }, (_, i) => i)) {
  zips.add(`cut at ${at}`, `an archive that ends at byte ${at}`, /./, () => unpacked(whole.slice(0, at)));
  const within = at >= content && at < content + data.length;
  zips.add(`byte ${at}`, `an archive whose byte ${at} is another`, within ? /damaged/ : null, () => {
    const bytes = whole.slice();
    bytes[at] ^= 0x55;
    return unpacked(bytes);
  });
}

attempts(zips.list);
