/** A run of whatever kind, headless: its folder, its device, its loop to the end or to a Ctrl-C, which saves it. */
import { BadInput } from '../data/errors';
import { Busy } from '../host/files';
import { openAtCheckpoint, type Resumable, resumable } from '../runs/continue-run';
import { eventLine } from '../runs/event-lines';
import type { RunEvent } from '../runs/events';
import { type PreparedRun, prepareRun, type RunBench } from '../runs/open-run';
import type { Run } from '../runs/run';
import { kindOf, type RunConfig, type RunKind } from '../runs/run-config';
import { RunStore } from '../runs/run-store';
import { EXIT, stopSignal } from './command';
import { INVOKED } from './invoked';
import type { Flags } from './options';
import { note, print } from './output';
import { loadModel, newFolder, openDevice, readDataFile, runFiles, symbolic } from './places';

/** Flags of every command that runs. */
export const runFlags = (out: string) =>
  ({
    out: { kind: 'text', doc: out, placeholder: 'DIR' },
    resume: { kind: 'text', doc: 'continue this run folder from its last checkpoint', placeholder: 'DIR' },
    json: { kind: 'boolean', doc: 'print every event to stdout as a JSON line' },
  }) as const satisfies Flags;

export interface HeadlessRun {
  /** Also the command's name. */
  readonly kind: RunKind;
  readonly json: boolean;
  /** The folder of a run that goes on; absent for a new one, */
  readonly resume?: string;
  /** which has its settings from here, and its folder. Throws BadInput. */
  begin(): Promise<{ out: string; config: RunConfig }>;
  /** What a person reads of an event; '' for nothing. */
  line(event: RunEvent): string;
}

/** Gives the exit code. Throws BadInput, and rejects with the fault that ended the run. */
export async function runHeadless(o: HeadlessRun): Promise<number> {
  const { store, config, from } = o.resume === undefined ? await begun(o) : await reopened(o.kind, o.resume);
  try {
    const prepared = await prepareRun(config, { model: loadModel, file: readDataFile, symbolic });
    const { gpu, report: device } = await openDevice();
    // Only now is there a folder: what is bad, or not there, was refused before.
    if (o.resume === undefined) await create(store, prepared.config);
    const storage = storageLine();
    const emit = (event: RunEvent) => {
      if (o.json) print(eventLine(event));
      note(`${o.line(event)}${storage(event)}`);
    };
    const run = await open(prepared, { gpu, device, store, emit, watched: false }, from);
    note(`${gpu.adapter.name}; ${store.where}\n`);
    // Not before: until here a signal ends the process whatever it is at, and there is nothing to save.
    return await toTheEnd(run, o.kind, store, stopSignal());
  } finally {
    await store.release();
  }
}

/** What a person reads of events about the storage: that it refuses, and that it takes something again. */
function storageLine(): (event: RunEvent) => string {
  let refused = false;
  return (event) => {
    if (event.type === 'fault' && event.fault.kind === 'storage') {
      refused = true;
      return `${event.fault.message}\n`;
    }
    if (event.type !== 'checkpoint' || !refused) return '';
    refused = false;
    return `The run is stored again, with a checkpoint of step ${event.step}.\n`;
  };
}

/** At the newest checkpoint that is whole, and says what was passed over; where there is none yet, at the beginning. */
async function open(prepared: PreparedRun, bench: RunBench & { store: RunStore }, from: Resumable): Promise<Run> {
  if (from.points.length === 0) {
    await bench.store.cut(0, 0);
    return prepared.open(bench);
  }
  const { run, problem } = await openAtCheckpoint(prepared, bench, from);
  if (problem) note(`${problem}\n`);
  return run;
}

async function toTheEnd(run: Run, kind: RunKind, store: RunStore, stop: ReturnType<typeof stopSignal>) {
  const { where } = store;
  const again = `${INVOKED} ${kind} --resume ${where}`;
  try {
    while (!run.finished) {
      await run.next();
      if (stop.requested) break;
    }
    const stopped = !run.finished;
    if (stopped) await run.checkpoint();
    await run.finish(stopped ? 'stopped' : 'finished');
    if (run.unstored) {
      note(await unstored(run, store, again));
      return EXIT.gaveOut;
    }
    note(stopped ? `Stopped and saved at step ${run.step}. Continue: ${again}\n` : `Done: ${where}/final\n`);
    return stopped ? EXIT.stopped : EXIT.done;
  } catch (error) {
    await run.fault(error);
    note(`The run stopped at step ${run.step}; its checkpoints are in ${where}.\n`);
    throw error;
  }
}

/** What a person is told of a run that ended while the storage refused. */
async function unstored({ step, unstored }: Run, { checkpoints }: RunStore, again: string): Promise<string> {
  const last = await checkpoints.last().catch(() => null);
  const stored = last === null ? 'no checkpoint of it is stored' : `it is stored up to its checkpoint of step ${last}`;
  return `The run ended at step ${step}; ${stored}. ${unstored?.message} Once there is room, continue: ${again}\n`;
}

/** A run and where it goes on from. */
interface Found {
  readonly store: RunStore;
  readonly config: RunConfig;
  readonly from: Resumable;
}

/** A new run, whose folder must be new. */
async function begun({ begin }: HeadlessRun): Promise<Found> {
  const { out, config } = await begin();
  return { store: await newFolder(out), config, from: { points: [], passedOver: [] } };
}

/** The folder comes to be, held, with the configuration in it. */
async function create(store: RunStore, config: RunConfig): Promise<void> {
  await hold(store);
  await newFolder(store.where); // another process may have begun a run here meanwhile
  await store.writeConfig(config);
}

/** A run that was begun before, held. */
async function reopened(kind: RunKind, folder: string): Promise<Found> {
  const store = new RunStore(runFiles(folder));
  const config = await store.config();
  if (!config)
    throw new BadInput(
      'There is no run to resume',
      store.where,
      'Give --resume the folder of a run that train, sft or pretrain made.',
    );
  const made = kindOf(config);
  if (made !== kind)
    throw new BadInput('This run was made by another command', store.where, `Resume it with ${made} --resume.`);
  await hold(store);
  try {
    return { store, config, from: await resumable(store, config) };
  } catch (error) {
    await store.release();
    throw error;
  }
}

async function hold(store: RunStore): Promise<void> {
  try {
    await store.hold();
  } catch (error) {
    if (!(error instanceof Busy)) throw error;
    const by = error.holder ? `process ${error.holder}` : 'another process';
    throw new BadInput(
      `The run is in use by ${by}`,
      store.where,
      'Wait until it has ended, or stop it with Ctrl-C there.',
    );
  }
}
