/**
 * The inspector's commands, one after the other, as messages. A command that waits or runs can be stopped; a device that
 * fails is given back with everything on it, and the next command opens a new one.
 */
import { WebGpuUnavailable } from '../gpu/errors';
import type { Inspector } from '../inspect/inspector';
import type { LoadHooks } from '../inspect/loaded-subject';
import type { InspectCommand, InspectMessage, Slot } from '../inspect/protocol';
import { SourceError } from '../library/sources/source-error';
import { faultOf } from '../runs/fault';

export class InspectCommands {
  private last: Promise<void> = Promise.resolve();
  private readonly pending = new Map<number, AbortController>();

  constructor(
    private readonly inspector: Inspector,
    private readonly send: (message: InspectMessage) => void,
  ) {}

  /** Resolves when the command was answered. Never rejects. */
  handle(command: InspectCommand): Promise<void> {
    if (command.type === 'cancel') {
      for (const [id, controller] of this.pending)
        if (command.of === undefined || command.of === id) controller.abort(cancelled());
      this.send({ type: 'done', id: command.id });
      return Promise.resolve();
    }
    const controller = new AbortController();
    this.pending.set(command.id, controller);
    this.last = this.last.then(() => this.answer(command, controller.signal));
    return this.last;
  }

  private async answer(command: Exclude<InspectCommand, { type: 'cancel' }>, signal: AbortSignal): Promise<void> {
    const held = this.inspector.loaded();
    try {
      signal.throwIfAborted();
      await this.act(command, signal);
    } catch (error) {
      this.fail(command.id, error, signal, held);
    } finally {
      this.pending.delete(command.id);
    }
  }

  /** Tells what went wrong, and first which slots were emptied by it. */
  private fail(id: number, error: unknown, signal: AbortSignal, held: readonly Slot[]): void {
    const { inspector, send } = this;
    const message = error instanceof Error ? error.message : String(error);
    if (!inspector.sound) inspector.close();
    const left = inspector.loaded();
    for (const slot of held) if (!left.includes(slot)) send({ type: 'unloaded', id, slot });
    if (error instanceof WebGpuUnavailable) send({ type: 'unavailable', id, reason: message });
    else send({ type: 'failed', id, kind: signal.aborted ? 'cancelled' : kindOf(error), message });
  }

  private async act(command: Exclude<InspectCommand, { type: 'cancel' }>, signal: AbortSignal): Promise<void> {
    const { inspector, send } = this;
    const { id } = command;
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const hooks = this.hooks(id, signal);
    switch (command.type) {
      case 'open':
        return send({ type: 'opened', id, device: await inspector.open() });
      case 'drop': {
        const { kind, name } = inspector.drop(command.files);
        return send({ type: 'dropped', id, model: name, adapter: kind === 'adapter', kind });
      }
      case 'access':
        inspector.use(command.access);
        return send({ type: 'done', id });
      case 'load': {
        const { slot, subject } = command;
        return send({ type: 'loaded', id, slot, open: await inspector.load(subject, slot, hooks) });
      }
      case 'unload':
        inspector.unload(command.slot);
        return send({ type: 'unloaded', id, slot: command.slot });
      case 'problem':
        return send({ type: 'problem', id, ...(await inspector.problem(command.choice)) });
      case 'prompts': {
        const { problem, task, response, context } = command;
        return send({ type: 'prompts', id, ...(await inspector.prompts(problem, task, response, context)) });
      }
      case 'generate': {
        const piece = (text: string) => send({ type: 'piece', id, text });
        const generated = await inspector.generate(command.prompt, command, piece, hooks);
        return send({ type: 'generated', id, ...generated, seconds: seconds() });
      }
      case 'score': {
        const { texts, slot, withAdapter } = command;
        const scored = await inspector.score(texts, slot, withAdapter, hooks);
        return send({ type: 'scored', id, slot, withAdapter, scored, seconds: seconds() });
      }
      case 'contexts':
        await inspector.contexts(
          command,
          (effect, done, total) => send({ type: 'effect', id, effect, done, total }),
          hooks,
        );
        return send({ type: 'done', id });
      default:
        command satisfies never;
    }
  }

  /** What a model that is being opened tells: bytes that come, then values that are on the device. */
  private hooks(id: number, signal: AbortSignal): LoadHooks {
    let told = 0;
    const progress = (m: Omit<Extract<InspectMessage, { type: 'progress' }>, 'type' | 'id'>) =>
      this.send({ type: 'progress', id, ...m });
    return {
      signal,
      onProgress: (download) =>
        progress({ what: download.file, done: download.totalReceived, total: download.totalSize, download }),
      onLoaded: (done, total) => {
        if (done < total && performance.now() - told < 100) return;
        told = performance.now();
        progress({ what: 'weights', done, total, download: null });
      },
    };
  }
}

const cancelled = (): Error => new Error('Stopped.');

const kindOf = (error: unknown): string => (error instanceof SourceError ? error.kind : faultOf(error, null).kind);
