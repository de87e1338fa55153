/**
 * The page's line to an engine. What comes is collected and handed on once a frame (once a second while the tab is
 * hidden, where no frames come), so the page's work does not grow with the engine's chatter.
 */
import type { Answer, Ask, Command, CommandName, Failure, Message, News, Part, Reply } from '../engine/protocol';
import type { LoadProgress } from '../library/sources/progress';
import { isGone, type Trouble, Watch } from './watch';

const HIDDEN_INTERVAL_MS = 1000;

/** How long an engine that was told to stop may be silent, ms: files that take longer in one piece are mostly hostile. */
export const CANCEL_PATIENCE = 1000;
/** What is said where one was longer. */
export const DEAF = 'It was stopped. The engine was deep in its work and did not hear it, so another one was begun.';

/** What a line needs of a Worker. */
export interface Line {
  postMessage(command: Command): void;
  terminate(): void;
  onmessage: ((message: MessageEvent<Message>) => void) | null;
  onmessageerror: ((message: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export const startEngine = (): Line =>
  new Worker(new URL('../engine/worker.ts', import.meta.url), { type: 'module' }) as unknown as Line;

/** What comes unasked, from the engine or about it; a trouble of null: the last one is over. */
export type Told = News | { readonly type: 'trouble'; readonly trouble: Trouble | null };

export interface Listener {
  /** A frame's news, in order. What was asked before they came has been answered. */
  news(news: readonly Told[]): void;
  /** At once, before the frame: what of a message is to be told, or one more before it. */
  admit?(news: Told): readonly Told[];
}

export interface CallOptions<N extends CommandName> {
  /** Aborted, the engine is told to stop; it answers with what it has, or that it was cancelled. */
  readonly signal?: AbortSignal;
  /** Once a frame at most. */
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly onPart?: (part: Part<N>) => void;
}

interface Pending {
  resolve(reply: Reply): void;
  reject(failure: Failure): void;
  onProgress?(progress: LoadProgress): void;
  onPart?(part: Part): void;
}

export class EngineLine {
  private line: Line | null = null;
  private watch: Watch | null = null;
  /** Words that the engine that is connected has said. */
  private words = 0;
  private lastId = 0;
  /** What was asked before there was anybody to ask. */
  private early: Command[] = [];
  private readonly pending = new Map<number, Pending>();
  private waiting: (Answer | Told)[] = [];
  private scheduled = false;

  constructor(private readonly listener: Listener) {}

  get connected(): boolean {
    return this.line !== null;
  }

  /** Begins to listen. The engine hears first what every engine is told, then what was asked already. */
  connect(line: Line): void {
    if (!lines.includes(this)) this.join();
    this.line = line;
    this.words = 0;
    this.watch = new Watch(
      () => line.postMessage({ id: ++this.lastId, type: 'ping' }),
      (trouble) => this.inTrouble(trouble),
    );
    line.onmessage = ({ data }) => this.receive(data);
    line.onmessageerror = () => this.inTrouble({ kind: 'error', message: 'It said something that cannot be read.' });
    line.onerror = (event) => this.inTrouble(troubleOf(event, this.words > 0));
    const { early } = this;
    this.early = [];
    for (const ask of toldToAll) this.call(ask).catch(() => {});
    for (const command of early) line.postMessage(command);
  }

  private join(): void {
    lines.push(this);
    // A frame that was asked for before the tab was hidden does not come; a timer does.
    document.addEventListener('visibilitychange', () => {
      if (document.hidden && this.scheduled) setTimeout(() => this.flush(), HIDDEN_INTERVAL_MS);
    });
  }

  /** Ends the engine, whatever it is at, and connects another once it is gone. What it was asked is not answered. */
  async replace(makeLine: () => Line): Promise<void> {
    const { line, watch } = this;
    this.line = null;
    this.watch = null;
    line?.terminate();
    this.abandon('The engine was ended.');
    await watch?.end();
    this.connect(makeLine());
  }

  /** Rejects with a Failure. */
  call<N extends CommandName>(ask: Ask<N>, { signal, onProgress, onPart }: CallOptions<N> = {}): Promise<Reply<N>> {
    const id = ++this.lastId;
    signal?.addEventListener('abort', () => this.post({ id: ++this.lastId, type: 'cancel', of: id }));
    return new Promise<Reply<N>>((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onProgress, onPart } as Pending);
      this.post({ ...ask, id } as Command);
    });
  }

  /** Whether the engine says a word within `ms`, for which it is asked. One that is at work in one long piece does not. */
  async answersWithin(ms: number): Promise<boolean> {
    const { line, words } = this;
    line?.postMessage({ id: ++this.lastId, type: 'ping' });
    await new Promise((resolve) => setTimeout(resolve, ms));
    return this.line !== line || this.words > words;
  }

  /** Takes news for the next frame. The replay player hands its events in here too. */
  tell(news: Told): void {
    this.keep(...(this.listener.admit?.(news) ?? [news]));
  }

  /** Forgets events that were received for a snapshot that is being replaced. */
  forgetEvents(): void {
    this.waiting = this.waiting.filter((message) => message.type !== 'event');
  }

  private post(command: Command): void {
    if (this.line) this.line.postMessage(command);
    else this.early.push(command);
  }

  private receive(message: Message): void {
    this.words++;
    this.watch?.heard();
    if (message.type === 'alive') return;
    if (message.type === 'holds') this.watch?.follow(message.lock);
    else if ('id' in message) this.keep(message);
    else this.tell(message);
  }

  private inTrouble(trouble: Trouble | null): void {
    this.tell({ type: 'trouble', trouble });
    if (trouble && isGone(trouble)) this.abandon(trouble.message);
  }

  /** Nobody is there to answer. */
  private abandon(message: string): void {
    const failure: Failure = { kind: 'gone', message, refused: false };
    for (const id of this.pending.keys()) this.keep({ id, type: 'failed', failure });
  }

  private keep(...messages: readonly (Answer | Told)[]): void {
    this.waiting.push(...messages);
    if (this.scheduled || this.waiting.length === 0) return;
    this.scheduled = true;
    if (document.hidden) setTimeout(() => this.flush(), HIDDEN_INTERVAL_MS);
    else requestAnimationFrame(() => this.flush());
  }

  /** In order. Whoever asked acts on an answer before the page hears what came after it: that waits for the next frame. */
  private flush(): void {
    this.scheduled = false;
    const messages = this.waiting;
    const answered = messages.findIndex(({ type }) => type === 'done' || type === 'failed');
    const later = messages.findIndex((m, i) => answered >= 0 && i > answered && !('id' in m));
    this.waiting = later < 0 ? [] : messages.splice(later);
    let news: Told[] = [];
    const tell = (): void => {
      if (news.length > 0) this.listener.news(news);
      news = [];
    };
    for (const [i, message] of messages.entries()) {
      if (!('id' in message)) news.push(message);
      else if (!outdated(messages, i, message)) {
        tell();
        this.answer(message);
      }
    }
    tell();
    this.keep();
  }

  private answer(answer: Answer): void {
    const pending = this.pending.get(answer.id);
    if (!pending) return;
    if (answer.type === 'done' || answer.type === 'failed') this.pending.delete(answer.id);
    switch (answer.type) {
      case 'progress':
        pending.onProgress?.(answer.progress);
        break;
      case 'part':
        pending.onPart?.(answer.part);
        break;
      case 'done':
        pending.resolve(answer.reply);
        break;
      case 'failed':
        pending.reject(answer.failure);
        break;
      default:
        answer satisfies never;
    }
  }
}

/** An exception that nothing caught, or before the first word a program that could not be loaded. */
function troubleOf({ message, filename, lineno }: ErrorEvent, spoken: boolean): Trouble {
  const where = filename ? ` (${filename.replace(/^.*\//, '')}:${lineno})` : '';
  if (spoken) return { kind: 'error', message: `${message || 'The browser does not say which'}${where}.` };
  const cause = message ? `${message}${where}.` : 'Its program did not arrive, or this browser refuses it.';
  return { kind: 'unloaded', message: `${cause} If that stays so after a reload, report it.` };
}

/** Of how far a command is, the last word in a frame is enough. */
const outdated = (messages: readonly (Answer | Told)[], at: number, { id, type }: Answer): boolean =>
  type === 'progress' && messages.some((m, i) => i > at && 'id' in m && m.id === id && m.type === type);

const lines: EngineLine[] = [];
/** Everything that was dropped, and who asks the Hub. */
let toldToAll: readonly Ask<'drop' | 'access'>[] = [];

/** Tells every engine of the page, also those that start later: each has a shelf of its own. */
export function tellAll(ask: Ask<'drop' | 'access'>): void {
  toldToAll = [...toldToAll.filter(({ type }) => type === 'drop' || type !== ask.type), ask];
  for (const line of lines) line.call(ask).catch(() => {}); // what cannot be used was refused by the page already
}

/** One call at a time for each purpose: a newer one takes the place of the older, which is told to stop. */
export class Lanes<L extends string> {
  private readonly held = new Map<L, AbortController>();

  constructor(private readonly line: EngineLine) {}

  /** Once another call has taken its place, nothing is heard of this one any more, not even its end. */
  call<N extends CommandName>(lane: L, ask: Ask<N>, { onProgress, onPart }: CallOptions<N> = {}): Promise<Reply<N>> {
    this.leave(lane);
    const stop = new AbortController();
    this.held.set(lane, stop);
    const wanted = (): boolean => this.held.get(lane) === stop;
    const call = this.line.call(ask, {
      signal: stop.signal,
      onProgress: (progress) => wanted() && onProgress?.(progress),
      onPart: (part) => wanted() && onPart?.(part),
    });
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        if (!wanted()) return;
        this.held.delete(lane);
        settle();
      };
      call.then(
        (reply) => end(() => resolve(reply)),
        (failure) => end(() => reject(failure)),
      );
    });
  }

  /** Waits for it no longer; the engine is told to stop. */
  leave(lane: L): void {
    const stop = this.held.get(lane);
    this.held.delete(lane);
    stop?.abort();
  }

  /** The engine is told to stop, and its answer is waited for. */
  stop(lane: L): void {
    this.held.get(lane)?.abort();
  }
}
