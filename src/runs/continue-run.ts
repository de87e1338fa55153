/**
 * A stored run goes on from its newest checkpoint that is whole, on the command line as in the page: what the log has
 * after it is dropped, what it has before it is told again, so that a page shows the run whole, and what was passed over
 * or lost is said.
 */
import { BadInput } from '../data/errors';
import { excerpt } from '../data/visible';
import { DamagedCheckpoint } from './checkpoint';
import type { CheckpointRecord } from './checkpoint-record';
import { readLog } from './event-lines';
import type { RunEvent, RunEventOf } from './events';
import type { PreparedRun, RunBench } from './open-run';
import type { Run } from './run';
import { parseRunConfig, type RunConfig } from './run-config';
import type { RunStore } from './run-store';
import type { Patch } from './trainer';

/** A checkpoint that is not used, and why. */
interface PassedOver {
  readonly step: number;
  readonly why: string;
}

/** A checkpoint that looks whole. */
interface ResumePoint {
  readonly step: number;
  readonly eventBytes: number | null;
}

/** Where a stored run can go on. */
export interface Resumable {
  /** The last first. */
  readonly points: readonly ResumePoint[];
  readonly passedOver: readonly PassedOver[];
}

/**
 * What of a run's folder can be gone on from. Throws BadInput where nothing is whole, and where `config`, which it has now,
 * is not what it was begun with; null: that does not matter.
 */
export async function resumable({ checkpoints, where }: RunStore, config: RunConfig | null): Promise<Resumable> {
  const points: CheckpointRecord[] = [];
  const passedOver: PassedOver[] = [];
  for (const step of (await checkpoints.steps()).reverse()) {
    const found = await checkpoints.look(step);
    if (found.record) points.push(found.record);
    else if (found.damage !== null) passedOver.push({ step, why: found.damage });
  }
  const bound = points.find((point) => point.config)?.config;
  if (bound && config) expectSame(config, parseRunConfig(bound, where), `${where}/config.json`);
  if (points.length === 0 && passedOver.length > 0) throw nothingWhole(passedOver, where);
  return { points: points.map(({ step, extra }) => ({ step, eventBytes: extra.eventBytes })), passedOver };
}

function expectSame(now: RunConfig, begun: RunConfig, where: string): void {
  const changed = changes({ ...begun }, { ...now });
  if (changed.length > 0) throw new ChangedConfig(changed, where);
}

/** A run's configuration is not the one that its checkpoints were made with: a new run can begin from them with it. */
export class ChangedConfig extends BadInput {
  constructor(changed: readonly string[], where: string) {
    super(
      `The configuration is not the one that the run was begun with: ${changed.join('; ')}`,
      where,
      'Put it back as it was, or fork the run (--fork): a new one begins from its checkpoint with this configuration.',
    );
  }
}

/** Where a run stands that another is to begin from: what is whole of it, and its settings there. Throws BadInput. */
export async function forkable(of: RunStore, stored: RunConfig): Promise<{ from: Resumable; config: RunConfig }> {
  const from = await resumable(of, null);
  if (from.points.length > 0) return { from, config: await settingsAt(of, stored, from.points[0]) };
  throw new BadInput('The run has no checkpoint to begin from', of.where, 'Begin a new one.');
}

/** "batch is 4 and was 8" for each setting that differs, at whatever depth. */
export function changes(was: Record<string, unknown>, now: Record<string, unknown>, path = ''): string[] {
  const record = (x: unknown): x is Record<string, unknown> => typeof x === 'object' && x !== null;
  return [...new Set([...Object.keys(was), ...Object.keys(now)])].flatMap((name) => {
    const [a, b] = [was[name], now[name]];
    if (record(a) && record(b)) return changes(a, b, `${path}${name}.`);
    const text = (x: unknown) => excerpt(JSON.stringify(x) ?? 'absent');
    return a === b ? [] : [`${path}${name} is ${text(b)} and was ${text(a)}`];
  });
}

export interface Continued {
  readonly run: Run;
  /** As it stood, with what was changed while the run was going. */
  readonly config: RunConfig;
  /** What was told up to the checkpoint; of what is shown once, the last. */
  readonly events: RunEvent[];
  /** What was passed over, and what is lost with it; null where nothing is. */
  readonly problem: string | null;
}

/** Opens a run at the newest of its checkpoints that is whole. Rejects as opening a run does, and where none is. */
export async function openAtCheckpoint(
  prepared: PreparedRun,
  bench: RunBench & { store: RunStore },
  from: Resumable,
): Promise<Continued> {
  const bytes = await bench.store.log.read();
  const open = async ({ step, eventBytes }: ResumePoint) => {
    const story = storyUpTo(bytes, step, eventBytes ?? bytes.length);
    return { story, run: await prepared.open(bench, { step }, story.patch) };
  };
  const { opened, passedOver } = await firstWhole(from, open, bench.store.where);
  const { run, story } = opened;
  const { config } = run;
  // Asked for after the checkpoint, for a step that is to come: asked for again.
  for (const { patch } of story.ahead) run.change(patch);
  const problem = [...passedWords(passedOver, run.step, story), ...logWords(story, run.step)].join(' ');
  return { run, config, events: story.events, problem: problem === '' ? null : problem };
}

/** A run's configuration with the settings that were changed up to a checkpoint. */
async function settingsAt(store: RunStore, config: RunConfig, point: ResumePoint): Promise<RunConfig> {
  const bytes = await store.log.read();
  const { patch } = storyUpTo(bytes, point.step, point.eventBytes ?? bytes.length);
  return { ...config, ...patch } as RunConfig;
}

/**
 * Begins a run, in an empty folder that is held, where another stands at the newest of its checkpoints that is whole. Its
 * own first checkpoint is stored at once, and only then is it a run: a folder that was left before counts as empty.
 * Rejects as opening a run does, and where none is whole.
 */
export async function openFork(
  prepared: PreparedRun,
  bench: RunBench & { store: RunStore },
  of: RunStore,
  from: Resumable,
): Promise<{ run: Run; problem: string | null }> {
  bench.store.bound = prepared.config;
  await bench.store.markUnborn();
  const open = ({ step }: ResumePoint) => prepared.open(bench, { step, of });
  const { opened: run, passedOver } = await firstWhole(from, open, of.where);
  try {
    if (run.finished)
      throw new BadInput(
        `The run that is begun from stands at step ${run.step}, and this one is to end there or before`,
        of.where,
        'Give it more steps: they count on from there.',
      );
    await run.checkpoint();
    if (run.unstored) throw run.unstored;
    await bench.store.bear(prepared.config);
  } catch (error) {
    run.destroy();
    throw error;
  }
  const words = passedOver.map(({ step, why }) => `The checkpoint of step ${step} is damaged (${why}).`);
  return { run, problem: words.length > 0 ? [...words, `The run begins at step ${run.step}.`].join(' ') : null };
}

/** What `open` makes of the newest point whose checkpoint is whole. Rejects where it does otherwise, and where none is. */
export async function firstWhole<T>(
  { points, passedOver: before }: Resumable,
  open: (point: ResumePoint) => Promise<T>,
  where: string,
): Promise<{ opened: T; passedOver: readonly PassedOver[] }> {
  const passedOver = [...before];
  for (const point of points) {
    try {
      return { opened: await open(point), passedOver };
    } catch (error) {
      if (!(error instanceof DamagedCheckpoint)) throw error;
      passedOver.push({ step: point.step, why: error.what });
    }
  }
  throw nothingWhole(passedOver, where);
}

const nothingWhole = (passedOver: readonly PassedOver[], where: string): BadInput =>
  new BadInput(
    `No checkpoint of the run is whole: ${passedOver.map(({ step, why }) => `of step ${step} ${why}`).join('; ')}`,
    where,
    'Start the run again in another folder.',
  );

/** The log as it stands to a checkpoint. */
interface Story {
  /** Up to it. */
  readonly events: RunEvent[];
  /** Settings changed by then, those that were to hold from the next step on, and the steps of later changes. */
  readonly patch: Patch;
  readonly ahead: readonly RunEventOf<'change'>[];
  readonly forgotten: readonly number[];
  /** Numbers of the lines up to it that are not as they were written. */
  readonly damaged: readonly number[];
  /** Whether there is less of a log than the checkpoint stands on; whether its last line was cut short. */
  readonly short: boolean;
  readonly torn: boolean;
  /** The last step that was told. */
  readonly last: number;
}

function storyUpTo(bytes: Uint8Array, step: number, at: number): Story {
  const { events, damaged, torn } = readLog(bytes.subarray(0, at), 'shown once');
  const after = readLog(bytes.subarray(at), 'shown once');
  const isChange = (event: RunEvent): event is RunEventOf<'change'> => event.type === 'change';
  const patch: Patch = {};
  for (const change of events.filter(isChange)) Object.assign(patch, change.patch);
  const later = after.events.filter(isChange);
  const steps = [...events, ...after.events].flatMap((e) => (e.type.endsWith('step') && 'step' in e ? [e.step] : []));
  return {
    ...{ events, patch, damaged, short: at > bytes.length, torn: torn || after.torn },
    ahead: later.filter((change) => change.step === step + 1),
    forgotten: later.filter((change) => change.step > step + 1).map((change) => change.step),
    last: Math.max(step, ...steps.slice(-1)),
  };
}

function passedWords(passedOver: readonly PassedOver[], step: number, { last, forgotten }: Story): string[] {
  if (passedOver.length === 0) return [];
  const again = last > step ? `; steps ${step + 1} to ${last} are taken again` : '';
  return [
    ...passedOver.map((passed) => `The checkpoint of step ${passed.step} is damaged (${passed.why}).`),
    `The run goes on from step ${step}${again}.`,
    ...(forgotten.length > 0
      ? [`Settings that were changed before step ${forgotten.join(' and ')} are as before.`]
      : []),
  ];
}

function logWords({ damaged, short, torn }: Story, step: number): string[] {
  const words: string[] = [];
  if (damaged.length > 0) words.push(damagedWords(damaged));
  if (short)
    words.push(`The log (events.jsonl) ends before the checkpoint of step ${step}: what was told last is lost.`);
  if (torn) words.push('The last line of the log (events.jsonl) was cut short and is dropped.');
  return words;
}

/** What is said of lines that are not as they were written. */
export function damagedWords(damaged: readonly number[]): string {
  const named = damaged.slice(0, 5).join(', ') + (damaged.length > 5 ? `, and ${damaged.length - 5} more` : '');
  return `In the log (events.jsonl) line${damaged.length === 1 ? '' : 's'} ${named} cannot be read and ${damaged.length === 1 ? 'is' : 'are'} left out.`;
}
