/** Typed access to GGUF's metadata; what is missing or of another kind is refused by name. */
import { BadInput } from '../../../data/errors';
import type { MetadataValue } from './cursor';
import type { Metadata } from './header';

export class Fields {
  constructor(
    readonly metadata: Metadata,
    readonly where: string,
  ) {}

  /** Throws the BadInput for a file that this program cannot use. */
  refuse(what: string, mend = 'Use another file of the model.'): never {
    throw new BadInput(what, this.where, mend);
  }

  has(key: string): boolean {
    return this.metadata.has(key);
  }

  /** A finite number, or `fallback` where the key is missing. */
  number(key: string, fallback?: number): number {
    const value = this.metadata.get(key) ?? fallback;
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.wrong(key, value, 'a number');
    return value;
  }

  /** A number that f32 holds, as the shortest decimal that means it: 1e-5, not 0.000009999999747378752. */
  decimal(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (Math.fround(value) !== value) return value;
    for (let digits = 1; digits < 9; digits++) {
      const shorter = Number(value.toPrecision(digits));
      if (Math.fround(shorter) === value) return shorter;
    }
    return value;
  }

  /** A whole number from 0. */
  whole(key: string, fallback?: number): number {
    const value = this.number(key, fallback);
    if (!Number.isInteger(value) || value < 0) this.wrong(key, value, 'a whole number');
    return value;
  }

  /** A whole number, given once or (the same) for every layer. */
  wholeOfLayers(key: string, fallback?: number): number {
    const value = this.metadata.get(key);
    if (!Array.isArray(value)) return this.whole(key, fallback);
    if (new Set(value).size !== 1) this.refuse(`${key} differs from layer to layer, which is not supported`);
    return new Fields(new Map([[key, value[0]]]), this.where).whole(key);
  }

  text(key: string): string {
    const value = this.metadata.get(key);
    return typeof value === 'string' ? value : this.wrong(key, value, 'a text');
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.metadata.get(key) ?? fallback;
    return typeof value === 'boolean' ? value : this.wrong(key, value, 'true or false');
  }

  texts(key: string): readonly string[] {
    const value = this.metadata.get(key);
    const valid = Array.isArray(value) && value.every((v) => typeof v === 'string');
    return valid ? (value as string[]) : this.wrong(key, value, 'a list of texts');
  }

  numbers(key: string): readonly number[] {
    const value = this.metadata.get(key);
    const valid = Array.isArray(value) && value.every((v) => typeof v === 'number');
    return valid ? (value as number[]) : this.wrong(key, value, 'a list of numbers');
  }

  private wrong(key: string, value: MetadataValue | undefined, wanted: string): never {
    const got = value === undefined ? 'it is missing' : `it is ${show(value)}`;
    return this.refuse(`The GGUF key ${key} must be ${wanted}: ${got}`, 'Convert or download the file again.');
  }
}

const show = (value: MetadataValue): string =>
  (Array.isArray(value) ? `a list of ${value.length}` : JSON.stringify(String(value))).slice(0, 60);
