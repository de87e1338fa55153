/**
 * Steps a run for the page, whatever its kind: start, pause, step, stop, change, recover. Knows nothing of Workers or
 * pages; `worker.ts` connects it to messages. One command at a time; a command that comes while a step is running acts
 * after that step.
 */

import { BadInput } from '../data/errors';
import type { SymbolicJudge } from '../data/maths';
import type { Gpu } from '../gpu/device';
import { WebGpuUnavailable } from '../gpu/errors';
import { parseTrainConfig, type TrainConfig } from './config';
import { type DeviceReport, EVENT_VERSION, type LabCommand, type LabMessage, type RunEvent } from './events';
import { faultOf } from './fault';
import type { Files } from './files';
import { ModelDesk, type Opening, refusalOf } from './model-desk';
import type { ModelShelf } from './model-shelf';
import { openConversations } from './open-conversations';
import { type PreparedRun, prepareRun, type RunConfig, type RunPlace } from './open-run';
import { Session } from './session';
import { parseSftConfig, type SftConfig } from './settings-sft';
import type { DataPreview } from './sft-events';
import { previewExamples } from './sft-examples';
import { listRuns, loadRun } from './stored-runs';
import type { HeldStep, TrainingRun } from './training-run';

export interface RunnerHost {
  openGpu(): Promise<Gpu>;
  /** Tunes and checks a device before its first run. */
  prepare(gpu: Gpu): Promise<DeviceReport>;
  /** The models and data that can be named. */
  readonly shelf: ModelShelf;
  /** Asked where the exact verifier calls an answer wrong; absent where no Worker can be started. */
  readonly symbolic?: SymbolicJudge;
  /** The folder that holds all runs, or null where there is no storage. */
  runsFolder(): Promise<Files | null>;
  runFolder(id: string): Promise<Files | null>;
  send(message: LabMessage): void;
}

/** Of the time, one part goes into keeping steps at most. */
const HOLD_PART = 20;

type Mode = 'idle' | 'paused' | 'running' | 'stepping' | 'stopping';

export class Runner {
  private gpu: Gpu | null = null;
  private device: DeviceReport | null = null;
  private run: TrainingRun | null = null;
  private prepared: { run: PreparedRun; files: Files | null } | null = null;
  private mode: Mode = 'idle';
  private looping = false;
  private opening = false;
  private readonly desk: ModelDesk;
  /** The last good step, in host memory: a lost device or a bad step continues from here. */
  private lastGood: HeldStep<unknown> | null = null;
  /** When a step was kept last, and how long that took, ms. */
  private holding = { at: 0, took: 0 };

  constructor(private readonly host: RunnerHost) {
    this.desk = new ModelDesk(host.shelf, host.send, () => this.gpu);
  }

  async handle(command: LabCommand): Promise<void> {
    try {
      await this.act(command);
    } catch (error) {
      if (error instanceof WebGpuUnavailable) this.host.send({ type: 'unavailable', reason: error.message });
      else if (error instanceof BadInput) this.host.send({ type: 'problem', ...refusalOf(error) });
      else this.host.send({ type: 'problem', message: error instanceof Error ? error.message : String(error) });
    }
  }

  private async act(command: LabCommand): Promise<void> {
    switch (command.type) {
      case 'open':
        await this.open();
        return;
      case 'start':
        await this.start(command.config, command.paused);
        return;
      case 'pause':
        if (this.mode === 'running' || this.mode === 'stepping') this.mode = 'paused';
        if (!this.looping) this.tellPaused();
        return;
      case 'resume':
        return this.go('running');
      case 'step':
        return this.go('stepping');
      case 'stop':
        return this.go('stopping');
      case 'set':
        if (this.run instanceof Session) this.run.change(parsePatch(command.patch));
        return;
      case 'recover':
        return this.recover();
      case 'list-runs':
        this.host.send({ type: 'runs', runs: await listRuns(await this.host.runsFolder()) });
        return;
      case 'load-run':
        this.host.send({
          type: 'run',
          id: command.id,
          events: await loadRun(await this.host.runsFolder(), command.id),
        });
        return;
      case 'drop':
      case 'access':
      case 'cancel':
      case 'describe':
      case 'list-models':
      case 'remove-model':
        return this.desk.act(command);
      case 'preview':
        this.host.send({ type: 'previewed', config: command.config, preview: await this.preview(command.config) });
        return;
      case 'export-model': {
        if (!this.run) throw new Error('There is no trained model yet. Start a run first.');
        const files = [...(await this.run.exportModel())].map(([name, bytes]) => ({ name, bytes }));
        this.host.send({ type: 'exported', files });
        return;
      }
      case 'lose-device':
        this.gpu?.destroy();
        return;
      default:
        command satisfies never;
    }
  }

  private async open(): Promise<Gpu> {
    const gpu = await this.host.openGpu();
    this.gpu = gpu;
    this.device = await this.host.prepare(gpu);
    this.host.send({ type: 'opened', device: this.device });
    void gpu.lost.then((error) => {
      // A loss between steps has nobody waiting on it; tell it here. One within a step comes out of the step.
      if (this.gpu === gpu && this.run && !this.looping) this.fail(error);
    });
    return gpu;
  }

  /** What cannot be used is told with its reason: it is an answer, not a failure. */
  private async preview(partial: SftConfig): Promise<DataPreview | { refused: string }> {
    try {
      const config = parseSftConfig(partial, 'settings');
      const { shelf } = this.host;
      const conversations = await openConversations(config.data, (name) => shelf.readData(name));
      return previewExamples(await shelf.open(config.model, { peek: true }), conversations, config);
    } catch (error) {
      if (error instanceof BadInput) return { refused: error.message };
      throw error;
    }
  }

  private async start(partial: RunConfig, paused: boolean): Promise<void> {
    if (this.looping) throw new Error('A run is going. Stop it first.');
    if (this.opening) throw new Error('A run is being opened. Cancel it first, or wait.');
    this.opening = true;
    try {
      await this.desk.opening(partial.model, (how) => this.openRun(partial, how));
    } finally {
      this.opening = false;
    }
    this.mode = paused ? 'paused' : 'running';
    if (paused) this.tellPaused();
    else void this.loop();
  }

  /** Where this fails, no run is open, no folder of the new one is left, and nothing of it is on the device. */
  private async openRun(partial: RunConfig, { onLoaded, ...options }: Opening): Promise<void> {
    const { shelf } = this.host;
    const run = await prepareRun(partial, {
      model: (name) => shelf.open(name, options),
      file: (name) => shelf.readData(name),
      symbolic: this.host.symbolic,
    });
    this.closeRun();
    this.prepared = null;
    this.lastGood = null;
    const gpu = this.gpu ?? (await this.open());
    const id = `${new Date().toISOString().replace(/[:.]/g, '-')}-${run.label}`;
    const files = await this.newRunFolder(id, run.config);
    try {
      this.run = await run.open({ ...this.place(gpu, files), onLoaded });
      this.prepared = { run, files };
    } catch (error) {
      if (files) await (await this.host.runsFolder())?.remove(id).catch(() => {});
      throw error;
    }
  }

  /** Where a run is opened. */
  private place(gpu: Gpu, files: Files | null): RunPlace {
    return {
      gpu,
      device: this.device as DeviceReport,
      files,
      onStorageError: 'go on',
      emit: (event) => this.event(event),
    };
  }

  /** A folder with the configuration in it; null, and a word to the user, where this browser or its disk cannot store runs. */
  private async newRunFolder(id: string, config: RunConfig): Promise<Files | null> {
    try {
      const files = await this.host.runFolder(id);
      await files?.write('config.json', new TextEncoder().encode(JSON.stringify(config)));
      return files;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.host.send({ type: 'problem', message: `Runs cannot be stored here (${reason}); this one goes on unsaved.` });
      return null;
    }
  }

  private go(mode: Mode): void {
    if (!this.run) throw new Error('No run is open. Press Start.');
    this.mode = mode;
    void this.loop();
  }

  /** Steps until paused, stopped, finished or failed. Never rejects. */
  private async loop(): Promise<void> {
    if (this.looping || !this.run) return;
    this.looping = true;
    const { run } = this;
    try {
      while (this.mode === 'running' || this.mode === 'stepping') {
        if (run.finished) break;
        await run.next();
        await this.hold(run);
        if ((this.mode as Mode) === 'stepping') this.mode = 'paused';
      }
      if (run.finished || this.mode === 'stopping') {
        if (!run.finished) await run.checkpoint();
        await run.finish(run.finished ? 'finished' : 'stopped');
        this.mode = 'idle';
      } else {
        this.tellPaused();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.looping = false;
    }
  }

  /**
   * Keeps the step in host memory. Of a large model that takes a while: where the run goes on, at most one part in
   * HOLD_PART of the time goes into it, and a fault goes back by as many steps as were not kept.
   */
  private async hold(run: TrainingRun): Promise<void> {
    const now = performance.now();
    const { at, took } = this.holding;
    if (this.lastGood && this.mode === 'running' && now - at < HOLD_PART * took) return;
    this.lastGood = await run.held();
    this.holding = { at: performance.now(), took: performance.now() - now };
  }

  private tellPaused(): void {
    if (this.run) this.event({ v: EVENT_VERSION, type: 'phase', step: this.run.step, phase: 'paused' });
  }

  private fail(error: unknown): void {
    this.mode = 'paused';
    const fault = faultOf(error, this.lastGood?.step ?? 0);
    this.event({ v: EVENT_VERSION, type: 'fault', step: this.run?.step ?? 0, fault });
    if (fault.kind === 'device-lost') this.gpu = null;
  }

  private event(event: RunEvent): void {
    this.host.send({ type: 'event', event });
  }

  /** A new device where the old one is gone, and the run again at the last good step, paused. */
  private async recover(): Promise<void> {
    if (!this.prepared) throw new Error('There is no run to continue.');
    if (this.looping) throw new Error('The run is going already.');
    const config = this.run?.config; // with what was changed while it ran
    this.closeRun();
    const gpu = this.gpu ?? (await this.open());
    const { run, files } = this.prepared;
    this.run = await this.desk.opening(run.config.model, ({ onLoaded }) =>
      run.open({ ...this.place(gpu, files), onLoaded }, config, this.lastGood ?? undefined),
    );
    this.mode = 'paused';
    this.tellPaused();
  }

  private closeRun(): void {
    this.run?.destroy();
    this.run = null;
  }
}

/** Live settings, checked like a whole configuration. */
function parsePatch(patch: Partial<TrainConfig>): Partial<TrainConfig> {
  parseTrainConfig(patch, 'settings');
  return patch;
}
