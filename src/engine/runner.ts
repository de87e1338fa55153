/**
 * Steps a run for the page, whatever its kind: start, pause, step, stop, change, recover, continue. Knows nothing of
 * Workers or pages; `worker.ts` connects it to messages. One command at a time; a command that comes while a step is running acts
 * after that step.
 */

import type { Gpu } from '../gpu/device';
import { WrongKernel } from '../gpu/errors';
import type { SelfTest } from '../kernels/device-report';
import { firstWhole, resumable } from '../runs/continue-run';
import { EVENT_VERSION, type RunEvent } from '../runs/events';
import { faultOf } from '../runs/fault';
import { LastGood } from '../runs/last-good';
import type { Resume, Run } from '../runs/run';
import { modelName } from '../runs/run-config';
import { previewData } from '../runs/sft-preview';
import type { ListedRun, StoredRuns } from '../runs/stored-runs';
import type { Device } from './device';
import { openingFor } from './opening';
import type { Ask, Continued, ModelFile, Reply } from './protocol';
import { type Bench, type ContinuedRun, type OpenedRun, type OpenerHost, RunOpener } from './run-opener';
import type { Call, Handlers } from './service';

export interface RunnerHost extends OpenerHost {}

type Transport = 'start' | 'pause' | 'resume' | 'step' | 'stop' | 'set' | 'recover' | 'continue-run' | 'fork-run';
type RunCommand = Transport | 'export-model' | 'preview';

/** A single step is stored at the pause after it where the last checkpoint took no longer, ms. */
const QUICK = 1000;

/** What a person can do about a kernel that was found wrong late. */
const BEGIN_AGAIN =
  'The kernels were checked while the first steps went on, and what was computed meanwhile may be wrong. Begin again: what failed is left out where something can take its place.';

type Mode = 'idle' | 'paused' | 'running' | 'stepping' | 'stopping';

export class Runner {
  /** That of the run, where there is one. */
  private gpu: Gpu | null = null;
  private run: Run | null = null;
  /** What is open, or was: a lost device takes `run` with it. */
  private opened: OpenedRun | null = null;
  private mode: Mode = 'idle';
  /** The steps that are going on; settles when they rest. */
  private looping: Promise<void> | null = null;
  private opening = false;
  private readonly opener: RunOpener;
  private readonly lastGood = new LastGood();
  /** Found while a step was going on; it is the last. */
  private wrong: WrongKernel | null = null;
  private lacksVerdict = false;
  /** The step of the last checkpoint, and how long a pause took to write one, ms. */
  private saved = { step: 0, took: 0 };

  constructor(
    private readonly host: RunnerHost,
    private readonly device: Device,
    private readonly stored: StoredRuns,
  ) {
    this.opener = new RunOpener(host, stored, () => this.clear());
  }

  readonly handlers: Handlers<RunCommand> = {
    start: (ask, call) => this.start(ask, call),
    'continue-run': ({ run }, call) => this.goOn(() => this.opener.continue(run, (model) => openingFor(model, call))),
    'fork-run': ({ run, config }, call) =>
      this.goOn(() => this.opener.fork(run, (model) => openingFor(model, call), config)),
    pause: () => {
      if (this.mode === 'running' || this.mode === 'stepping') this.mode = 'paused';
      if (!this.looping) this.tellPaused();
    },
    resume: () => this.go('running'),
    step: () => this.go('stepping'),
    stop: () => this.go('stopping'),
    set: ({ patch }) => this.run?.change(patch),
    recover: (_, call) => this.recover(call),
    'export-model': () => this.exportModel(),
    preview: ({ config }, { signal }) => previewData(config, this.host.shelf, { signal }),
  };

  private async exportModel(): Promise<ModelFile[]> {
    if (!this.run) throw new Error('There is no trained model yet. Start a run first.');
    return [...(await this.run.exportModel())].map(([name, bytes]) => ({ name, bytes }));
  }

  private async start({ config, paused }: Ask<'start'>, call: Call): Promise<Reply<'start'>> {
    await this.whileOpening(async () => {
      this.opened = await this.opener.begin(config, openingFor(modelName(config), call));
    });
    this.run = this.opened?.run ?? null;
    this.mode = paused ? 'paused' : 'running';
    this.logVerdict(this.device.selfTest); // it may have come while the model was loading
    if (paused) this.tellPaused();
    else this.loop();
    return { id: this.opened?.store?.id ?? null };
  }

  /** A stored run, or a new one in its place, paused at its last checkpoint. */
  private async goOn(open: () => Promise<ContinuedRun>): Promise<Continued> {
    return this.whileOpening(async () => {
      const opened = await open();
      this.opened = opened;
      this.run = opened.run;
      this.saved.step = opened.run.step;
      this.mode = 'paused';
      this.logVerdict(this.device.selfTest);
      const { story } = opened;
      return { ...story, since: [...story.since, pausedAt(opened.run.step)] };
    });
  }

  private async whileOpening<T>(open: () => Promise<T>): Promise<T> {
    const ending = this.mode === 'stopping' || this.mode === 'idle';
    if (this.looping && !ending) throw new Error('A run is going. Stop it first.');
    if (this.opening) throw new Error('A run is being opened. Cancel it first, or wait.');
    this.opening = true;
    try {
      await this.looping; // its end was told, and it still puts its things away
      return await open();
    } finally {
      this.opening = false;
    }
  }

  /** Closes the run that is open, for another one. */
  private async clear(): Promise<Bench> {
    this.closeRun();
    await this.opened?.store?.release();
    this.opened = null;
    this.lastGood.forget();
    this.wrong = null; // it was about the run that is closed
    this.saved = { step: 0, took: 0 };
    return this.bench();
  }

  private async bench(): Promise<Bench> {
    const { gpu, report } = await this.device.open();
    if (this.gpu !== gpu) this.watch(gpu);
    this.lacksVerdict = report.selfTest === null;
    const emit = (event: RunEvent) => this.event(event);
    return { gpu, device: report, watched: true, emit };
  }

  /** A loss between steps has nobody waiting on it; it is told here. One within a step comes out of the step. */
  private watch(gpu: Gpu): void {
    this.gpu = gpu;
    void gpu.lost.then((error) => {
      if (this.gpu === gpu && this.run && !this.looping) this.fail(error);
    });
  }

  private go(mode: Mode): void {
    if (!this.run || this.mode === 'idle') throw new Error('No run is open. Press Start.');
    if (this.opening) throw new Error('Another run is being opened. Cancel it first, or wait.');
    this.mode = mode;
    this.loop();
  }

  private loop(): void {
    if (this.looping || !this.run) return;
    this.looping = this.steps(this.run);
  }

  /** Steps until paused, stopped, finished or failed. Never rejects. */
  private async steps(run: Run): Promise<void> {
    try {
      while (this.mode !== 'paused' && this.mode !== 'idle') {
        if (run.finished || this.mode === 'stopping') {
          await this.end(run);
          continue;
        }
        await run.next();
        if (this.wrong) throw this.wrong;
        await this.lastGood.keep(run, this.mode === 'running');
        if (run.finished) this.mode = 'stopping';
        else await this.rest(run); // what is asked meanwhile is done after it
      }
      if (this.mode === 'paused') this.tellPaused();
    } catch (error) {
      this.fail(error);
    } finally {
      this.looping = null;
    }
  }

  /** At a pause the run is stored, so that a tab closed then loses nothing; after a single step, where that is quick. */
  private async rest(run: Run): Promise<void> {
    const single = this.mode === 'stepping';
    if (single) this.mode = 'paused';
    if (this.mode !== 'paused' || this.saved.step === run.step || (single && this.saved.took > QUICK)) return;
    const started = performance.now();
    await run.checkpoint(true);
    this.saved.took = performance.now() - started;
  }

  private async end(run: Run): Promise<void> {
    if (!run.finished && this.saved.step !== run.step) await run.checkpoint();
    await run.finish(run.finished ? 'finished' : 'stopped');
    this.mode = 'idle';
    const store = this.opened?.store;
    await store?.release();
    const tell = (runs: ListedRun[]) => this.host.tell({ type: 'runs', runs });
    void this.stored.list().then(tell, () => {}); // they have this one now
    if (store) void this.stored.keep(store.id).catch(() => {}); // or the first comparison does
  }

  private tellPaused(): void {
    if (this.run) this.event(pausedAt(this.run.step));
  }

  /** The verdict on the kernels in use. Where one is wrong, no step of the run that is going on is good. */
  checked(selfTest: SelfTest): void {
    this.logVerdict(selfTest);
    if (selfTest.failed.length > 0) this.stopAsWrong(selfTest.failed);
  }

  /** A run that began without the verdict has it in its log as soon as it is known. */
  private logVerdict(selfTest: SelfTest | null): void {
    if (!this.lacksVerdict || !selfTest || !this.run || this.mode === 'idle') return;
    this.lacksVerdict = false;
    this.run.checked(selfTest);
  }

  private stopAsWrong([first, ...others]: readonly string[]): void {
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    const wrong = new WrongKernel(`This adapter computes wrongly: ${first}${more}. ${BEGIN_AGAIN}`);
    if (!this.run || this.mode === 'idle') this.host.tell({ type: 'problem', message: wrong.message });
    else if (this.looping) this.wrong = wrong;
    else this.fail(wrong);
  }

  private fail(error: unknown): void {
    this.mode = 'paused';
    this.wrong = null;
    const fault = faultOf(error, this.lastGood.held?.step ?? this.saved.step);
    this.event({ v: EVENT_VERSION, type: 'fault', step: this.run?.step ?? 0, fault });
    if (fault.kind !== 'device-lost' || !this.gpu) return;
    this.device.forget(this.gpu);
    this.gpu = null;
  }

  private event(event: RunEvent): void {
    if (event.type === 'checkpoint') this.saved.step = event.step;
    this.host.tell({ type: 'event', event });
  }

  /** A new device where the old one is gone, and the run again at the last good step, paused. */
  private async recover(call: Call): Promise<void> {
    if (!this.opened) throw new Error('There is no run to continue.');
    if (this.looping) throw new Error('The run is going already.');
    const { prepared, store, run } = this.opened;
    await store?.hold(); // let go where the run had ended
    this.closeRun();
    const { held } = this.lastGood;
    const saved = held || this.saved.step === 0 ? null : store;
    this.saved.step = 0; // later checkpoints are dropped
    const { onLoaded } = openingFor(modelName(prepared.config), call);
    const place = { ...(await this.bench()), store, onLoaded };
    const open = (from?: Resume) => prepared.open(place, from, run.patch); // with what was changed while it ran
    this.run = saved
      ? (await firstWhole(await resumable(saved, prepared.config), open, saved.where)).opened
      : await open(held ?? undefined);
    this.opened = { prepared, store, run: this.run };
    this.mode = 'paused';
    this.tellPaused();
  }

  private closeRun(): void {
    this.run?.destroy();
    this.run = null;
  }
}

const pausedAt = (step: number): RunEvent => ({ v: EVENT_VERSION, type: 'phase', step, phase: 'paused' });
