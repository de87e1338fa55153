/** How much work a file's own instructions may cause: a count of steps, so that the same file is refused on every machine. */
export class Effort {
  /** Steps that are left. */
  left = 0;

  /** Before each piece of work. */
  allow(steps: number): void {
    this.left = steps;
  }

  /** Throws TooMuchWork when the steps are used up. */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new TooMuchWork();
  }
}

export class TooMuchWork extends Error {
  constructor(message = 'it takes too many steps') {
    super(message);
  }
}
