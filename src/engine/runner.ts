/**
 * Steps a run for the page, whatever its kind: start, pause, step, stop, change, recover, continue. Knows nothing of
 * Workers or pages; `worker.ts` connects it to messages. One command at a time; a command that comes while a step is running acts
 * after that step.
 */

import { BadInput } from '../data/errors';
import type { Gpu } from '../gpu/device';
import { WebGpuUnavailable } from '../gpu/errors';
import type { DeviceReport } from '../kernels/device-report';
import { EVENT_VERSION, type RunEvent } from '../runs/events';
import { faultOf } from '../runs/fault';
import { LastGood } from '../runs/last-good';
import type { RunConfig } from '../runs/open-run';
import { Session } from '../runs/session';
import { previewData } from '../runs/sft-preview';
import { type RunsPlace, StoredRuns } from '../runs/stored-runs';
import type { TrainingRun } from '../runs/training-run';
import { parseTrainConfig, type TrainConfig } from '../settings/config';
import { ModelDesk, refusalOf } from './model-desk';
import type { LabCommand } from './protocol';
import { type Bench, type OpenedRun, type OpenerHost, RunOpener } from './run-opener';

export interface RunnerHost extends RunsPlace, OpenerHost {
  openGpu(): Promise<Gpu>;
  /** Tunes and checks a device before its first run. */
  prepare(gpu: Gpu): Promise<DeviceReport>;
}

/** A single step is stored at the pause after it where the last checkpoint took no longer, ms. */
const QUICK = 1000;

type Mode = 'idle' | 'paused' | 'running' | 'stepping' | 'stopping';

export class Runner {
  private gpu: Gpu | null = null;
  private device: DeviceReport | null = null;
  private run: TrainingRun | null = null;
  /** What is open, or was: a lost device takes `run` with it. */
  private opened: OpenedRun | null = null;
  private mode: Mode = 'idle';
  private looping = false;
  private opening = false;
  private readonly desk: ModelDesk;
  private readonly stored: StoredRuns;
  private readonly opener: RunOpener;
  private readonly lastGood = new LastGood();
  /** The step of the last checkpoint, and how long a pause took to write one, ms. */
  private saved = { step: 0, took: 0 };

  constructor(private readonly host: RunnerHost) {
    this.stored = new StoredRuns(host);
    this.opener = new RunOpener(host, this.stored, () => this.clear());
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
    await this.whileOpening(async () => {
      this.opened = await this.desk.opening(partial.model, (how) => this.opener.begin(partial, how));
    });
    this.run = this.opened?.run ?? null;
    this.mode = paused ? 'paused' : 'running';
    if (paused) this.tellPaused();
    else void this.loop();
  }

  /** A stored run again, paused at its last checkpoint. */
  private async continue(id: string): Promise<void> {
    await this.whileOpening(async () => {
      const opened = await this.opener.continue(id, (model, work) => this.desk.opening(model, work));
      this.opened = opened;
      this.run = opened.run;
      this.saved.step = opened.run.step;
      for (const message of opened.story) this.host.send(message);
    });
    this.mode = 'paused';
    this.tellPaused();
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

  /** Closes the run that is open, for another one. */
  private async clear(): Promise<Bench> {
    this.closeRun();
    await this.opened?.folder?.release();
    this.opened = null;
    this.lastGood.forget();
    this.saved = { step: 0, took: 0 };
    return this.bench();
  }

  private async bench(): Promise<Bench> {
    const gpu = this.gpu ?? (await this.open());
    const emit = (event: RunEvent) => this.event(event);
    return { gpu, device: this.device as DeviceReport, onStorageError: 'go on', emit };
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
    await this.opened?.folder?.release();
    void this.list().catch(() => {}); // it has this run now
  }

  private tellPaused(): void {
    if (this.run) this.event({ v: EVENT_VERSION, type: 'phase', step: this.run.step, phase: 'paused' });
  }

  private fail(error: unknown): void {
    this.mode = 'paused';
    const fault = faultOf(error, this.lastGood.held?.step ?? this.saved.step);
    this.event({ v: EVENT_VERSION, type: 'fault', step: this.run?.step ?? 0, fault });
    if (fault.kind === 'device-lost') this.gpu = null;
  }

  private event(event: RunEvent): void {
    if (event.type === 'checkpoint') this.saved.step = event.step;
    this.host.send({ type: 'event', event });
  }

  /** A new device where the old one is gone, and the run again at the last good step, paused. */
  private async recover(): Promise<void> {
    if (!this.opened) throw new Error('There is no run to continue.');
    if (this.looping) throw new Error('The run is going already.');
    const config = this.run?.config; // with what was changed while it ran
    const { prepared, folder } = this.opened;
    await folder?.hold(); // let go where the run had ended
    this.closeRun();
    const from = this.lastGood.held ?? (this.saved.step > 0 ? { step: this.saved.step } : undefined);
    this.saved.step = 0; // later checkpoints are dropped
    const place = { ...(await this.bench()), files: folder?.files ?? null };
    this.run = await this.desk.opening(prepared.config.model, ({ onLoaded }) =>
      prepared.open({ ...place, onLoaded }, config, from),
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
