/**
 * Values of JSON, packed: as bytes outside of the heap they take the room of their text, as objects two to four times that. A
 * file of a million examples is kept so.
 */
const CHUNK = 4 * 2 ** 20;

export class Packed<T> {
  private readonly chunks: Uint8Array[] = [];
  /** Of each value: its chunk, and where in that it begins and ends. */
  private places = new Uint32Array(3 * 1024);
  private count = 0;
  private used = CHUNK;

  get length(): number {
    return this.count;
  }

  push(value: T): void {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    if (this.used + bytes.length > CHUNK) {
      this.chunks.push(new Uint8Array(Math.max(CHUNK, bytes.length)));
      this.used = 0;
    }
    this.chunks[this.chunks.length - 1].set(bytes, this.used);
    if (3 * this.count === this.places.length) {
      const more = new Uint32Array(2 * this.places.length);
      more.set(this.places);
      this.places = more;
    }
    this.places.set([this.chunks.length - 1, this.used, this.used + bytes.length], 3 * this.count++);
    this.used += bytes.length;
  }

  /** The last value is no more. */
  pop(): T {
    const last = this.at(this.count - 1);
    this.count--;
    return last;
  }

  at(i: number): T {
    if (!(i >= 0 && i < this.count)) throw new Error(`There is no value ${i} of ${this.count}.`);
    const [chunk, from, to] = this.places.subarray(3 * i, 3 * i + 3);
    return JSON.parse(new TextDecoder().decode(this.chunks[chunk].subarray(from, to)));
  }
}
