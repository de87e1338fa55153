/** Input that cannot be used: one message that says what is wrong, where, and how to mend it. Exit code 2 in the CLI. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  constructor(
    readonly what: string,
    where: string,
    mend: string,
  ) {
    super(`${what} (${where}). ${mend}`);
  }
}
