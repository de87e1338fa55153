/**
 * Snappy data (format_description.txt of google/snappy) whose lengths lead forward: hyparquet reads the longest of them as
 * signed numbers, so that a literal of less than nothing would take it back to where it was, for ever.
 */

/** Throws Error for a literal that reaches beyond the data. */
export function expectForward(input: Uint8Array): void {
  let at = 0;
  while (at < input.length && (input[at++] & 0x80) !== 0); // the length of what is unpacked
  while (at < input.length) {
    const tag = input[at++];
    const kind = tag & 3;
    if (kind !== 0) {
      at += kind === 3 ? 4 : kind;
      continue;
    }
    const short = tag >>> 2;
    const more = Math.max(0, short - 59);
    let length = more === 0 ? short : 0;
    for (let i = 0; i < more; i++) length += (input[at + i] ?? 0) * 256 ** i;
    at += more + length + 1;
    if (at > input.length) throw new Error('a literal reaches beyond its page');
  }
}
