/** Input that cannot be used: one message that says what is wrong, where, and how to mend it. Exit code 2 in the CLI. */
import { BOUNDS } from './bounds';
import { visible } from './visible';

/** Names and values in a message come from strangers' files: what shows nothing is escaped, and what is long is cut. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  readonly what: string;
  readonly where: string;
  readonly mend: string;

  constructor(what: string, where: string, mend: string) {
    const [told, place, way] = [what, where, mend].map(fitted);
    super(`${told} (${place}). ${way}`);
    this.what = told;
    this.where = place;
    this.mend = way;
  }
}

/** Why something that was thrown was, in a reader's words: what walks into itself has filled the stack. */
export function causeOf(thrown: unknown): string {
  const { message } = thrown as Error;
  return /call stack|recursion/i.test(message) ? 'its parts lie too deep inside each other' : message;
}

/** Cut in its middle: a path says most at its end. */
function fitted(text: string): string {
  if (text.length <= BOUNDS.message) return visible(text);
  const end = Math.floor(BOUNDS.message / 3);
  return visible(`${text.slice(0, BOUNDS.message - end - 1)}…${text.slice(-end)}`);
}
