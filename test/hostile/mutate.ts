/** Mutations for fuzzing: bytes, and JSON values. Everything follows from the given stream of random numbers. */
import type { Random } from '../../src/data/random';

const NUMBERS = [
  0n,
  1n,
  2n,
  7n,
  31n,
  255n,
  65_535n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 40n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** A copy with one to four faults: flipped bits, planted numbers, pieces cut, doubled or moved. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let out = new Uint8Array(bytes);
  for (let n = 1 + random.below(4); n > 0 && out.length > 0; n--) out = fault(out, random);
  return out;
}

function fault(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length);
  const end = Math.min(bytes.length, at + 1 + random.below(random.below(4) === 0 ? bytes.length : 16));
  switch (random.below(7)) {
    case 0:
      bytes[at] ^= 1 << random.below(8);
      return bytes;
    case 1:
      bytes[at] = random.below(256);
      return bytes;
    case 2: {
      const wide = random.below(2) === 0 ? 4 : 8;
      if (at + wide > bytes.length) return bytes;
      const number = NUMBERS[random.below(NUMBERS.length)];
      const view = new DataView(bytes.buffer);
      if (wide === 4) view.setUint32(at, Number(number & 0xffffffffn), true);
      else view.setBigUint64(at, number, true);
      return bytes;
    }
    case 3:
      return bytes.slice(0, at);
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(end));
    case 5:
      return joined(bytes.subarray(0, end), bytes.subarray(at));
    default: {
      const to = random.below(bytes.length);
      bytes.copyWithin(to, at, end);
      return bytes;
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

const ODD: readonly unknown[] = [
  ...[null, true, false, 0, 1, -1, 0.5, 3, 255, 2 ** 31, 2 ** 32 - 2, 2 ** 53, 1e308, -1e-9],
  ...[
    '',
    ' ',
    'a',
    'ab',
    '▁',
    '<0x0A>',
    '\u0000',
    '\ud800',
    '😀',
    '__proto__',
    'constructor',
    '[',
    '(a+)+$',
    '\\p{L}',
    '(?<a>',
  ],
  ...[[], [[]], ['a'], ['a', 'b'], [1, 2], {}, { type: 'Sequence' }, { type: 'BPE' }, { Regex: 'a*' }, { String: '' }],
];

/** A copy of a JSON value with one to three faults at any depth: values replaced, dropped, doubled, moved, misnamed. */
export function mutateJson(value: unknown, random: Random): unknown {
  const root = { value: structuredClone(value) };
  for (let n = 1 + random.below(3); n > 0; n--) faultInside(root, random);
  return root.value;
}

function faultInside(root: { value: unknown }, random: Random): void {
  const holders: (Record<string, unknown> | unknown[])[] = [root];
  for (let i = 0; i < holders.length && i < 2000; i++) {
    for (const inner of Object.values(holders[i])) {
      if (typeof inner === 'object' && inner !== null) holders.push(inner as Record<string, unknown>);
    }
  }
  // Half of the time close to the top, where the structure is.
  const holder = holders[random.below(random.below(2) === 0 ? Math.min(12, holders.length) : holders.length)];
  const keys = Object.keys(holder);
  if (keys.length === 0) return;
  const key = keys[random.below(keys.length)];
  const target = holder as Record<string, unknown>;
  const other = holders[random.below(holders.length)];
  switch (random.below(7)) {
    case 0:
    case 1:
    case 2:
      target[key] = structuredClone(ODD[random.below(ODD.length)]);
      return;
    case 3:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else if (holder !== root) delete target[key];
      return;
    case 4:
      if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(holder[Number(key)]));
      else
        Object.defineProperty(target, String(ODD[random.below(24)]), {
          value: target[key],
          enumerable: true,
          writable: true,
          configurable: true,
        });
      return;
    case 5:
      target[key] = structuredClone(Object.values(other)[0] ?? null);
      return;
    default: {
      const number = target[key];
      if (typeof number === 'number') target[key] = number + [-1, 1, 0.5, 2 ** 32, -number][random.below(5)];
      else if (typeof number === 'string') target[key] = mutateText(number, random);
    }
  }
}

/** A text with one character changed, doubled or dropped. */
export function mutateText(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const [a, b] = [text.slice(0, at), text.slice(at)];
  return [`${a}${b.slice(1)}`, `${a}${b[0] ?? ''}${b}`, `${a}${String.fromCharCode(random.below(300))}${b}`][
    random.below(3)
  ];
}
