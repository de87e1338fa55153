/** A run of whatever kind, headless: its folder, its device, its loop to the end or to a Ctrl-C, which saves it. */
import { openAtCheckpoint, openFork, type Resumable } from '../runs/continue-run';
import { eventLine } from '../runs/event-lines';
import type { RunEvent } from '../runs/events';
import { type PreparedRun, prepareRun, type RunBench } from '../runs/open-run';
import type { Run } from '../runs/run';
import type { RunConfig, RunKind } from '../runs/run-config';
import type { RunStore } from '../runs/run-store';
import { EXIT, stopSignal } from './command';
import { INVOKED } from './invoked';
import type { Flags } from './options';
import { note, print } from './output';
import { dataFor, loadModel, openDevice, python, pythonTold, symbolic } from './places';
import { begun, create, reopened } from './run-folder';
import { type Given, resumeOnly } from './setting-flags';

/** Flags of every command that runs. */
export const runFlags = (out: string) =>
  ({
    out: { kind: 'text', doc: out, placeholder: 'DIR' },
    resume: { kind: 'text', doc: 'continue this run folder from its last checkpoint', placeholder: 'DIR' },
    fork: {
      kind: 'text',
      doc: 'begin a new run (--out) where this one’s last checkpoint stands, with its config.json as it is now and the settings given here',
      placeholder: 'DIR',
    },
    json: { kind: 'boolean', doc: 'print every event to stdout as a JSON line' },
  }) as const satisfies Flags;

export interface HeadlessRun {
  /** Also the command's name. */
  readonly kind: RunKind;
  readonly given: Given;
  /** The settings and the folder of a new run; `of`: of a fork, those that it has where nothing else is said. Throws BadInput. */
  begin(of: RunConfig | null): Promise<{ out: string; config: RunConfig }>;
  /** What a person reads of an event; '' for nothing. */
  line(event: RunEvent): string;
}

/** Gives the exit code. Throws BadInput, and rejects with the fault that ended the run. */
export async function runHeadless({ kind, given, begin, line }: HeadlessRun): Promise<number> {
  const resume = resumeOnly(given, `lab ${kind}`);
  const { store, config, from, forked } =
    resume === undefined ? await begun(kind, given.fork, begin) : await reopened(kind, resume);
  try {
    const prepared = await prepareRun(config, {
      model: loadModel,
      data: dataFor('train'),
      symbolic,
      python,
      wanted: pythonTold(),
    });
    const { gpu, report: device } = await openDevice();
    // Only now is there a folder: what is bad, or not there, was refused before.
    if (resume === undefined) await create(store);
    const storage = storageLine();
    const emit = (event: RunEvent) => {
      if (given.json === true) print(eventLine(event));
      note(`${line(event)}${storage(event)}`);
    };
    const bench = { gpu, device, store, emit, watched: false };
    const opening = forked ? fork(prepared, bench, forked, from) : open(prepared, bench, from);
    const fitting = opening.then(async (run) => {
      if (resume === undefined) await store.expectRoom(run.policy.trainedLayout.count);
      return run;
    });
    const run = await fitting.catch(async (error) => {
      if (resume === undefined) await store.clear().catch(() => {});
      throw error;
    });
    note(`${gpu.adapter.name}; ${store.where}\n`);
    // Not before: until here a signal ends the process whatever it is at, and there is nothing to save.
    return await toTheEnd(run, kind, store, stopSignal());
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

type Bench = RunBench & { store: RunStore };

/** At the newest checkpoint that is whole, and says what was passed over; where there is none yet, at the beginning. */
async function open(prepared: PreparedRun, bench: Bench, from: Resumable): Promise<Run> {
  if (from.points.length === 0) {
    await bench.store.cut(0, 0);
    if (!bench.store.bound) bench.store.beginsWith(prepared.config);
    const begun = await prepared.open(bench);
    await bench.store.writeDue(); // a new run that cannot store it does not begin
    return begun;
  }
  const { run, problem } = await openAtCheckpoint(prepared, bench, from);
  if (problem) note(`${problem}\n`);
  return run;
}

/** At the newest checkpoint of another run that is whole. */
async function fork(prepared: PreparedRun, bench: Bench, of: RunStore, from: Resumable): Promise<Run> {
  const { run, problem } = await openFork(prepared, bench, of, from);
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
