/**
 * Examples that are written when they are drawn. Of a line of a file that can be read again only its place is kept, sixteen
 * bytes; of a file that is packed, of JSON and parquet, the text, packed: those are bounded by what they unpack to.
 */
import { type Conversation, conversationAgain } from '../data/conversations';
import { BadInput } from '../data/errors';
import { Packed } from '../data/packed';
import { hash32 } from '../data/random';
import type { Line } from '../data/records';
import type { SupervisedExample } from '../data/types';

type Write = (conversation: Conversation) => SupervisedExample;

/** Of each: the file (0: what is packed), the bytes of its line (or its number among the packed), the hash of its ids. */
const FIELDS = 4;

export class FarExamples {
  private readonly files: Line['file'][] = [];
  private readonly packed = new Packed<Conversation>();
  private rows = new Uint32Array(FIELDS * 1024);
  length = 0;

  constructor(private readonly write: Write) {}

  push(conversation: Conversation, { ids }: SupervisedExample): void {
    const { line } = conversation;
    if (FIELDS * this.length === this.rows.length) {
      const more = new Uint32Array(2 * this.rows.length);
      more.set(this.rows);
      this.rows = more;
    }
    const place = line ? [this.numberOf(line.file), line.from, line.to] : [0, this.packed.length, 0];
    this.rows.set([...place, hash32(ids)], FIELDS * this.length++);
    if (!line) this.packed.push(conversation);
  }

  /** The last one is no more. */
  pop(): void {
    if (this.rows[FIELDS * --this.length] === 0) this.packed.pop();
  }

  /** Throws BadInput for a line that is gone or another one by now. */
  async at(i: number): Promise<SupervisedExample> {
    const [number, from, to, hash] = this.rows.subarray(FIELDS * i, FIELDS * (i + 1));
    if (number === 0) return this.write(this.packed.at(from));
    const file = this.files[number - 1];
    const bytes = await file.read(from, to); // where the file is gone, it says so
    const line = { file: { ...file, read: async () => bytes }, from, to };
    const example = await conversationAgain(line)
      .then(this.write)
      .catch((error) => {
        if (error instanceof BadInput) return null;
        throw error;
      });
    if (example && hash32(example.ids) === hash) return example;
    throw new BadInput(
      'The file was changed while it was learnt from',
      file.where,
      'Put it back as it was, and continue from the last checkpoint.',
    );
  }

  private numberOf(file: Line['file']): number {
    const found = this.files.indexOf(file);
    return found < 0 ? this.files.push(file) : found + 1;
  }
}
