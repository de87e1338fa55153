/** An engine on the test's own device, asked as the page asks it. */
import { Engine, type EngineHost } from '../../src/engine/engine';
import { givenAway } from '../../src/engine/given-away';
import type { Ask, Command, CommandName, Failure, Message, News, Part, Reply } from '../../src/engine/protocol';
import { deviceReport } from '../../src/kernels/device-report';
import type { LoadProgress } from '../../src/library/sources/progress';
import type { RunEvent } from '../../src/runs/events';
import { until } from './until';

export class TestEngine {
  /** Everything it said, as the page gets it. */
  readonly told: Message[] = [];
  /** Hears every message as it is said. */
  react: (message: Message) => void = () => {};
  /** Of the command that was asked last. */
  lastId = 0;
  private readonly engine: Engine;

  constructor(host: Pick<EngineHost, 'openGpu' | 'shelf'> & Partial<EngineHost>) {
    const none = async () => null;
    const nowhere = {
      runsFolder: none,
      runFolder: none,
      scratchFolder: none,
      indexFolder: none,
      evaluationsFolder: none,
      evaluationFolder: none,
    };
    // Neither tuned nor checked: the kernels have their own tests, and runs that are compared need one matmul variant.
    const prepare: EngineHost['prepare'] = async (gpu) => deviceReport(gpu);
    this.engine = new Engine({ prepare, ...nowhere, ...host }, (message) => {
      this.told.push(structuredClone(message, { transfer: givenAway(message) }));
      this.react(message);
    });
  }

  /** Rejects with the Failure. */
  async ask<N extends CommandName>(ask: Ask<N>): Promise<Reply<N>> {
    const id = ++this.lastId;
    await this.engine.handle({ ...ask, id } as Command);
    const answers = this.told.filter((m) => 'id' in m && m.id === id && (m.type === 'done' || m.type === 'failed'));
    const [answer] = answers;
    if (answers.length !== 1) throw new Error(`answered ${answers.length} times: ${JSON.stringify(ask)}`);
    if (answer.type === 'failed') throw answer.failure;
    return (answer as { reply: Reply<N> }).reply;
  }

  /** Why it was not carried out. */
  async failure(ask: Ask): Promise<Failure> {
    return this.ask(ask).then(
      (reply) => Promise.reject(new Error(`answered ${JSON.stringify(reply)}`)),
      (failure) => failure,
    );
  }

  /** Waits for what it says, or does, of itself. */
  async until(what: string, holds: () => boolean): Promise<void> {
    await until(what, holds, { seen: () => `It said: ${JSON.stringify(this.told.slice(-5))}` });
  }

  cancel(of = this.lastId): Promise<void> {
    return this.engine.handle({ id: ++this.lastId, type: 'cancel', of });
  }

  news<T extends News['type']>(type: T): Extract<News, { type: T }>[] {
    return this.told.filter((m): m is Extract<News, { type: T }> => m.type === type);
  }

  get events(): RunEvent[] {
    return this.news('event').map(({ event }) => event);
  }

  progress(id: number): LoadProgress[] {
    return this.told.flatMap((m) => (m.type === 'progress' && m.id === id ? [m.progress] : []));
  }

  parts(id = this.lastId): Part[] {
    return this.told.flatMap((m) => (m.type === 'part' && m.id === id ? [m.part] : []));
  }
}
