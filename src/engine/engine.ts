/**
 * An engine: a device, a shelf of models, and the services that carry out commands on them. Knows nothing of Workers and
 * pages; `worker.ts` connects it to messages.
 */
import { BadInput } from '../data/errors';
import { WebGpuUnavailable } from '../gpu/errors';
import { SourceError } from '../library/sources/source-error';
import { ChangedConfig } from '../runs/continue-run';
import { type EvaluationsPlace, StoredEvaluations } from '../runs/evaluation/stored-evaluations';
import { faultOf } from '../runs/fault';
import { type RunsPlace, StoredRuns } from '../runs/stored-runs';
import { Device, type DeviceHost } from './device';
import { evaluationDesk } from './evaluation-desk';
import { InspectDesk } from './inspect-desk';
import { ModelDesk } from './model-desk';
import { profileDesk } from './profile-desk';
import type { Ask, Command, CommandName, Failure, Message, Reply } from './protocol';
import { Runner, type RunnerHost } from './runner';
import { RunsDesk } from './runs-desk';
import type { Handlers } from './service';
import { trlDesk } from './trl-desk';
import { walkDesk } from './walk-desk';

/** What an engine needs of where it runs. */
export interface EngineHost extends DeviceHost, RunsPlace, EvaluationsPlace, Omit<RunnerHost, 'tell'> {}

export class Engine {
  private readonly handlers: Handlers<CommandName>;
  private readonly pending = new Map<number, AbortController>();

  constructor(
    host: EngineHost,
    private readonly send: (message: Message) => void,
  ) {
    const device = new Device(host, {
      opened: (report, checking) => send({ type: 'device', device: report, checking }),
      checked: (selfTest) => runner.checked(selfTest),
      unchecked: (why) => send({ type: 'problem', message: `The kernels could not be checked: ${why}` }),
    });
    const evaluations = new StoredEvaluations(host);
    const inspector = new InspectDesk({ ...host, evaluations }, device, send);
    const models = new ModelDesk(host.shelf, device, () => inspector.forgetTasks());
    const stored = new StoredRuns(host);
    const runner = new Runner({ ...host, tell: send }, device, stored);
    const runs = new RunsDesk(stored, send);
    const trl = trlDesk(host);
    this.handlers = {
      ...device.handlers,
      ...runner.handlers,
      ...runs.handlers,
      ...models.handlers,
      ...inspector.handlers,
      ...evaluationDesk(evaluations),
      ...trl,
      ...profileDesk(host.shelf, device),
      ...walkDesk(host.shelf, device),
    };
  }

  /** Resolves when the command was answered. Never rejects. */
  async handle(command: Command): Promise<void> {
    if (command.type === 'ping') return this.send({ type: 'alive' });
    if (command.type === 'cancel') return this.pending.get(command.of)?.abort(new Error('Stopped.'));
    const { id } = command;
    const stop = new AbortController();
    this.pending.set(id, stop);
    try {
      this.send({ id, type: 'done', reply: await this.carryOut(command, id, stop.signal) });
    } catch (error) {
      this.send({ id, type: 'failed', failure: failureOf(error, stop.signal) });
    } finally {
      this.pending.delete(id);
    }
  }

  private carryOut<N extends CommandName>(ask: Ask<N>, id: number, signal: AbortSignal): Reply<N> | Promise<Reply<N>> {
    return this.handlers[ask.type as N](ask, {
      signal,
      progress: (progress) => this.send({ id, type: 'progress', progress }),
      part: (part) => this.send({ id, type: 'part', part }),
    });
  }
}

function failureOf(error: unknown, signal: AbortSignal): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof WebGpuUnavailable) return { kind: 'unavailable', message, refused: false };
  if (signal.aborted) return { kind: 'cancelled', message, refused: true };
  if (error instanceof ChangedConfig) return { kind: 'changed', message, refused: true };
  if (error instanceof SourceError) return { kind: error.kind, message, refused: true };
  return { kind: faultOf(error, null).kind, message, refused: error instanceof BadInput };
}
