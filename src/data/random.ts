/**
 * Seeded randomness for data: the same words give the same numbers in every browser, in Node and on every run.
 * A stream is named by integers, e.g. `new Random(STREAMS.problems, seed, index)`, so problem 4,711 of a run can be
 * drawn without drawing those before it. Integer arithmetic only; nothing here is meant for secrets.
 */

/** The first word of every stream, so that two uses of one seed never share numbers. */
export const STREAMS = {
  problems: 1,
  corpus: 2,
  fileOrder: 3,
  contexts: 4,
  wrongSolutions: 5,
  shuffles: 6,
  adapters: 7,
  wordProblems: 8,
  samples: 9,
  wrongHints: 10,
  bootstrap: 11,
  stories: 12,
  countdown: 13,
  spelling: 14,
  mixture: 15,
} as const;

const rotl = (x: number, k: number) => (x << k) | (x >>> (32 - k));

/** Hash of a list of safe integers to 32 bits: MurmurHash3 x86_32 (Appleby, public domain) over their low and high words. */
export function hash32(ints: readonly number[], seed = 0): number {
  let h = seed | 0;
  const mix = (word: number) => {
    const k = Math.imul(rotl(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
    h = (Math.imul(rotl(h ^ k, 13), 5) + 0xe6546b64) | 0;
  };
  for (const n of ints) {
    mix(n | 0);
    mix(Math.floor(n / 0x1_0000_0000) | 0);
  }
  h ^= ints.length * 8;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stream of numbers: sfc32 (Doty-Humphrey, PractRand), 96 bits of state from three hashes of the name, and a counter. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(...name: readonly number[]) {
    this.a = hash32(name, 0x9e3779b9) | 0;
    this.b = hash32(name, 0x243f6a88) | 0;
    this.c = hash32(name, 0xb7e15162) | 0;
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** Uniform in 0 … 2^32 - 1. */
  uint32(): number {
    const out = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (rotl(this.c, 21) + out) | 0;
    return out >>> 0;
  }

  /** Uniform in 0 … n - 1, exactly: numbers beyond the last multiple of n are drawn again. */
  below(n: number): number {
    if (!(n >= 1)) throw new RangeError(`below(${n}): nothing to choose from`);
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n);
    for (;;) {
      const x = this.uint32();
      if (x < limit) return x % n;
    }
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.uint32() < p * 0x1_0000_0000;
  }

  /** Puts the items into random order in place (Fisher-Yates) and returns them. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}
