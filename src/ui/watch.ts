/**
 * Whether an engine is there. It is asked once a second, and any word of it is an answer: it answers between two awaits,
 * however long a step takes. Only work in one piece keeps it silent, so silence is told and nothing is ended for it. That
 * its Worker is gone shows in a lock, which the Worker holds while it lives: browsers tell nobody when they close one.
 */

/** What is wrong with an engine as a whole. */
export interface Trouble {
  readonly kind: 'unloaded' | 'unready' | 'closed' | 'error' | 'silent';
  /** What is known of it. */
  readonly message: string;
}

/** Whether nothing can come of this engine any more. */
export const isGone = ({ kind }: Trouble): boolean => kind === 'unloaded' || kind === 'closed';

const TICK_MS = 1000;
/** Unanswered ticks after which it is told. Ticks and not a clock: while a machine sleeps neither side does anything. */
const TOLD_AT: Readonly<Record<number, string>> = { 10: '10 seconds', 60: 'a minute', 300: '5 minutes' };

const SILENT =
  'It may be at work in one long piece, such as a large file, or it may hang. If it answers, this notice goes and all goes on.';
const CLOSED =
  'Its Worker was closed from outside: by the browser, mostly for want of memory, by an extension or by the developer tools.';

export class Watch {
  private readonly timer: ReturnType<typeof setInterval>;
  private waiting = false;
  private unanswered = 0;
  private gone: Promise<void> = Promise.resolve();
  private over = false;

  /** @param ask has it say something, @param tell hears of a trouble, and null when it is over */
  constructor(
    private readonly ask: () => void,
    private readonly tell: (trouble: Trouble | null) => void,
  ) {
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** It has said something. */
  heard(): void {
    if (this.unanswered >= Number(Object.keys(TOLD_AT)[0])) this.tell(null);
    this.waiting = false;
    this.unanswered = 0;
  }

  /** It holds this lock as long as it lives. */
  follow(lock: string): void {
    this.gone = navigator.locks.request(lock, () => {
      if (!this.over) this.tell({ kind: 'closed', message: CLOSED });
    });
  }

  /** Watches no more. Resolves when the Worker is gone, with the locks of its runs; at once where that cannot be known. */
  end(): Promise<void> {
    this.over = true;
    clearInterval(this.timer);
    return this.gone;
  }

  private tick(): void {
    if (!this.waiting) {
      this.waiting = true;
      this.ask();
      return;
    }
    const long = TOLD_AT[++this.unanswered];
    if (long) this.tell({ kind: 'silent', message: `It has not answered for ${long}. ${SILENT}` });
  }
}
