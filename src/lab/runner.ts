/**
 * Steps a run for the page, whatever its kind: start, pause, step, stop, change, recover, continue. Knows nothing of
 * Workers or pages; `worker.ts` connects it to messages. One command at a time; a command that comes while a step is running acts
 * after that step.
 */

import { BadInput } from '../data/errors';
import type { SymbolicJudge } from '../data/maths';
import type { Gpu } from '../gpu/device';
import { WebGpuUnavailable } from '../gpu/errors';
import { parseTrainConfig, type TrainConfig } from './config';
import { openAtCheckpoint, stepsToContinue } from './continue-run';
import { type DeviceReport, EVENT_VERSION, type LabCommand, type LabMessage, type RunEvent } from './events';
import { faultOf } from './fault';
import { LastGood } from './last-good';
import { ModelDesk, type Opening, refusalOf } from './model-desk';
import type { ModelShelf } from './model-shelf';
import { type PreparedRun, prepareRun, type RunConfig, type RunPlace } from './open-run';
import type { RunFolder } from './run-folder';
import { Session } from './session';
import { previewData } from './sft-preview';
import { type RunsPlace, StoredRuns } from './stored-runs';
import type { TrainingRun } from './training-run';

export interface RunnerHost extends RunsPlace {
  openGpu(): Promise<Gpu>;
  /** Tunes and checks a device before its first run. */
  prepare(gpu: Gpu): Promise<DeviceReport>;
  /** The models and data that can be named. */
  readonly shelf: ModelShelf;
  /** Asked where the exact verifier calls an answer wrong; absent where no Worker can be started. */
  readonly symbolic?: SymbolicJudge;
  send(message: LabMessage): void;
}

/** A single step is stored at the pause after it where the last checkpoint took no longer, ms. */
const QUICK = 1000;

type Mode = 'idle' | 'paused' | 'running' | 'stepping' | 'stopping';

export class Runner {
  private gpu: Gpu | null = null;
  private device: DeviceReport | null = null;
  private run: TrainingRun | null = null;
  private prepared: { run: PreparedRun; folder: RunFolder | null } | null = null;
  private mode: Mode = 'idle';
  private looping = false;
  private opening = false;
  private readonly desk: ModelDesk;
  private readonly stored: StoredRuns;
  private readonly lastGood = new LastGood();
  /** The step of the last checkpoint, and how long a pause took to write one, ms. */
  private saved = { step: 0, took: 0 };

  constructor(private readonly host: RunnerHost) {
    this.stored = new StoredRuns(host);
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
        return this.start(command.config, command.paused);
      case 'continue-run':
        return this.continue(command.id);
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
        return this.list();
      case 'delete-run':
        await this.stored.remove(command.id);
        return this.list();
      case 'load-run':
        this.host.send({ type: 'run', id: command.id, events: await this.stored.load(command.id) });
        return;
      case 'drop':
      case 'access':
      case 'cancel':
      case 'describe':
      case 'list-models':
      case 'remove-model':
        return this.desk.act(command);
      case 'preview':
        this.host.send({
          type: 'previewed',
          config: command.config,
          preview: await previewData(command.config, this.host.shelf),
        });
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

  private async list(): Promise<void> {
    this.host.send({ type: 'runs', runs: await this.stored.list() });
  }

  private async start(partial: RunConfig, paused: boolean): Promise<void> {
    await this.whileOpening(() => this.desk.opening(partial.model, (how) => this.openNew(partial, how)));
    this.mode = paused ? 'paused' : 'running';
    if (paused) this.tellPaused();
    else void this.loop();
  }

  private async whileOpening(open: () => Promise<void>): Promise<void> {
    if (this.looping) throw new Error('A run is going. Stop it first.');
    if (this.opening) throw new Error('A run is being opened. Cancel it first, or wait.');
    this.opening = true;
    try {
      await open();
    } finally {
      this.opening = false;
    }
  }

  /** Where this fails, no run is open, no folder of the new one is left, and nothing of it is on the device. */
  private async openNew(partial: RunConfig, how: Opening): Promise<void> {
    const run = await this.prepare(partial, how);
    const gpu = await this.replace();
    const id = `${new Date().toISOString().replace(/[:.]/g, '-')}-${run.label}`;
    const folder = await this.newFolder(id, run.config);
    try {
      this.run = await run.open({ ...this.place(gpu, folder), onLoaded: how.onLoaded });
      this.prepared = { run, folder };
    } catch (error) {
      if (folder) await this.stored.discard(folder).catch(() => {});
      throw error;
    }
  }

  /** A stored run again, paused at its last checkpoint. Where its model or data are gone, what is open stays open. */
  private async continue(id: string): Promise<void> {
    await this.whileOpening(async () => {
      const { folder, config } = await this.stored.take(id);
      try {
        const steps = await stepsToContinue(folder.files);
        await this.desk.opening(config.model, (how) => this.openStored(folder, config, steps, how));
      } catch (error) {
        await folder.release();
        throw error;
      }
    });
    this.mode = 'paused';
    this.tellPaused();
  }

  private async openStored(folder: RunFolder, config: RunConfig, steps: number[], how: Opening): Promise<void> {
    const { id, files } = folder;
    const run = await this.prepare(config, how);
    const gpu = await this.replace();
    // What the run says while it opens follows what it said before.
    const early: RunEvent[] = [];
    let emit = (event: RunEvent): void => void early.push(event);
    const place = { ...this.place(gpu, folder), files, onLoaded: how.onLoaded, emit: (e: RunEvent) => emit(e) };
    const opened = await openAtCheckpoint(run, place, steps);
    emit = (event) => this.event(event);
    this.run = opened.run;
    this.prepared = { run, folder };
    const { step } = opened.run;
    this.saved.step = step;
    await this.lastGood.keep(opened.run, false);
    this.host.send({ type: 'continued', id, step, config: opened.config, events: [...opened.events] });
    for (const event of early) this.event(event);
    if (opened.damaged.length > 0) {
      const message = `The checkpoint of step ${opened.damaged.join(' and ')} cannot be read. The run goes on from step ${step}.`;
      this.host.send({ type: 'problem', message });
    }
  }

  private prepare(config: RunConfig, options: Opening): Promise<PreparedRun> {
    const { shelf, symbolic } = this.host;
    return prepareRun(config, {
      model: (name) => shelf.open(name, options),
      file: (name) => shelf.readData(name),
      symbolic,
    });
  }

  /** Closes the run that is open, for another one on this device. */
  private async replace(): Promise<Gpu> {
    this.closeRun();
    await this.prepared?.folder?.release();
    this.prepared = null;
    this.lastGood.forget();
    this.saved = { step: 0, took: 0 };
    return this.gpu ?? (await this.open());
  }

  /** Where a run is opened. */
  private place(gpu: Gpu, folder: RunFolder | null): RunPlace {
    return {
      gpu,
      device: this.device as DeviceReport,
      files: folder?.files ?? null,
      onStorageError: 'go on',
      emit: (event) => this.event(event),
    };
  }

  /** Null, and a word to the user, where this browser or its disk cannot store runs. */
  private async newFolder(id: string, config: RunConfig): Promise<RunFolder | null> {
    try {
      return await this.stored.create(id, config);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.host.send({ type: 'problem', message: `Runs cannot be stored here (${reason}); this one goes on unsaved.` });
      return null;
    }
  }

  private go(mode: Mode): void {
    if (!this.run || this.mode === 'idle') throw new Error('No run is open. Press Start.');
    this.mode = mode;
    void this.loop();
  }

  /** Steps until paused, stopped, finished or failed. Never rejects. */
  private async loop(): Promise<void> {
    if (this.looping || !this.run) return;
    this.looping = true;
    const { run } = this;
    try {
      while (this.mode !== 'paused' && this.mode !== 'idle') {
        if (run.finished || this.mode === 'stopping') {
          await this.end(run);
          continue;
        }
        await run.next();
        await this.lastGood.keep(run, this.mode === 'running');
        if (run.finished) this.mode = 'stopping';
        else await this.rest(run); // what is asked meanwhile is done after it
      }
      if (this.mode === 'paused') this.tellPaused();
    } catch (error) {
      this.fail(error);
    } finally {
      this.looping = false;
    }
  }

  /** At a pause the run is stored, so that a tab closed then loses nothing; after a single step, where that is quick. */
  private async rest(run: TrainingRun): Promise<void> {
    const single = this.mode === 'stepping';
    if (single) this.mode = 'paused';
    if (this.mode !== 'paused' || this.saved.step === run.step || (single && this.saved.took > QUICK)) return;
    const started = performance.now();
    await run.checkpoint(true);
    this.saved.took = performance.now() - started;
  }

  private async end(run: TrainingRun): Promise<void> {
    if (!run.finished && this.saved.step !== run.step) await run.checkpoint();
    await run.finish(run.finished ? 'finished' : 'stopped');
    this.mode = 'idle';
    await this.prepared?.folder?.release();
    void this.list().catch(() => {}); // it has this run now
  }

  private tellPaused(): void {
    if (this.run) this.event({ v: EVENT_VERSION, type: 'phase', step: this.run.step, phase: 'paused' });
  }

  private fail(error: unknown): void {
    this.mode = 'paused';
    const fault = faultOf(error, this.lastGood.held?.step ?? 0);
    this.event({ v: EVENT_VERSION, type: 'fault', step: this.run?.step ?? 0, fault });
    if (fault.kind === 'device-lost') this.gpu = null;
  }

  private event(event: RunEvent): void {
    if (event.type === 'checkpoint') this.saved.step = event.step;
    this.host.send({ type: 'event', event });
  }

  /** A new device where the old one is gone, and the run again at the last good step, paused. */
  private async recover(): Promise<void> {
    if (!this.prepared) throw new Error('There is no run to continue.');
    if (this.looping) throw new Error('The run is going already.');
    const config = this.run?.config; // with what was changed while it ran
    const { run, folder } = this.prepared;
    await folder?.hold(); // let go where the run had ended
    this.closeRun();
    this.saved.step = 0;
    const gpu = this.gpu ?? (await this.open());
    this.run = await this.desk.opening(run.config.model, ({ onLoaded }) =>
      run.open({ ...this.place(gpu, folder), onLoaded }, config, this.lastGood.held ?? undefined),
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
