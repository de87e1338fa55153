/**
 * What the figures of the first chapters look at: one problem and responses of the built-in model to it, each scored under
 * both prompts. They come from a recording; once the learner says so, from an engine of the lessons' own on this device, with
 * the same questions that the inspector asks. A run on the training page is left alone.
 */

import { create } from 'zustand';
import type { Ask, CommandName, Failure, Part, Reply } from '../../engine/protocol';
import { type Inspection, readInspection } from '../../inspect/export';
import type { LoadProgress } from '../../library/sources/progress';
import type { RunEvent } from '../../runs/events';
import { EngineLine, startEngine } from '../engine';
import { NANO } from '../inspector/store';
import { recording } from '../recording';
import { type EngineFields, engineAfter, OPENING } from '../state/engine-state';
import { type LabState, useLab } from '../state/store';

/** A response with its columns, as an inspection has them. */
export type Sheet = Pick<Inspection, 'task' | 'problem' | 'context' | 'texts' | 'scored' | 'verdict'>;

interface Bench extends EngineFields {
  readonly origin: 'recorded' | 'live';
  readonly sheets: readonly Sheet[];
  /** The one on screen. */
  readonly at: number;
  /** What is being done; null where nothing is. */
  readonly progress: LoadProgress | null;
  readonly busy: boolean;
  /** Why what was asked for last did not come. */
  readonly failure: string | null;
}

export const useBench = create<Bench>(() => ({
  engine: { state: 'closed' },
  trouble: null,
  origin: 'recorded',
  sheets: [],
  at: 0,
  progress: null,
  busy: false,
  failure: null,
}));

/** Hears of the events of a lesson's run. */
let onEvent: (event: RunEvent) => void = () => {};

const engine = new EngineLine({
  news(news) {
    for (const told of news) {
      useBench.setState(engineAfter(told));
      if (told.type === 'event') onEvent(told.event);
    }
  },
});

/** What stands between two tokens of the built-in model. */
export const BLANK = ' ';

/** Inspections, one a line. Throws BadInput. */
export const sheetsIn = (text: string): Sheet[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line, i) => readInspection(line, `line ${i + 1} of the recording`));

/** Shows the recording, unless there is something already. */
export async function openBench(): Promise<void> {
  if (useBench.getState().sheets.length > 0) return;
  await attempt(async () => {
    const sheets = sheetsIn(await (await recording('lesson.jsonl', 'The recording of the lessons')).text());
    if (useBench.getState().origin === 'recorded') useBench.setState({ sheets });
  });
}

/** One thing at a time; what goes wrong is kept in words. */
async function attempt(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
  if (useBench.getState().busy) return;
  useBench.setState({ busy: true, failure: null });
  try {
    await work();
  } catch (error) {
    const { message } = error as Error | Failure;
    if (!signal?.aborted) useBench.setState({ failure: message });
  } finally {
    useBench.setState({ busy: false, progress: null });
  }
}

const call = <N extends CommandName>(ask: Ask<N>): Promise<Reply<N>> =>
  engine.call(ask, { onProgress: (progress) => useBench.setState({ progress }) });

/** The engine that trains checks the adapter, and this browser remembers it: who comes after it need not check it again. */
const trainerSettled = (): Promise<void> =>
  new Promise((resolve) => {
    const look = ({ engine: trainer }: Pick<LabState, 'engine'>): boolean => {
      if (trainer.state !== 'opening') return true;
      useBench.setState({ progress: trainer.progress });
      return false;
    };
    if (look(useLab.getState())) return resolve();
    const unsubscribe = useLab.subscribe((state) => {
      if (!look(state)) return;
      unsubscribe();
      resolve();
    });
  });

/** The engine with the built-in model open; another one where the last is gone. */
async function ready(): Promise<void> {
  const { state } = useBench.getState().engine;
  if (state === 'ready') return;
  await trainerSettled();
  useBench.setState(OPENING);
  if (engine.connected) await engine.replace(startEngine);
  else engine.connect(startEngine());
  await call({ type: 'open' });
  await call({ type: 'load', subject: NANO, slot: 'main' });
}

/** The response on screen, scored on this device. */
export const goLive = (): Promise<void> =>
  attempt(async () => {
    await ready();
    const { sheets, at } = useBench.getState();
    const { texts } = sheets[at];
    const { scored } = await call({ type: 'score', texts, slot: 'main', withAdapter: true });
    useBench.setState({ origin: 'live', sheets: sheets.map((sheet, i) => (i === at ? { ...sheet, scored } : sheet)) });
  });

/**
 * The response as it would go on from token `k`, with `word` in that place where one is given. Recorded, that is another
 * recorded response that begins alike; false where there is none.
 */
export async function goOnFrom(k: number, word: string | null): Promise<boolean> {
  const { origin, sheets, at } = useBench.getState();
  const before = [...sheets[at].scored.tokens.slice(0, k), ...(word === null ? [] : [word])];
  if (origin === 'recorded') {
    const next = nextLike(sheets, at, before);
    if (next !== null) useBench.setState({ at: next });
    return next !== null;
  }
  await attempt(async () => {
    const sheet = await written(sheets[at], before);
    useBench.setState({ sheets: [...sheets, sheet], at: sheets.length });
  });
  return true;
}

/** The next recorded response, around and around, that begins with these tokens and is another one. */
export function nextLike(sheets: readonly Sheet[], at: number, before: readonly string[]): number | null {
  const own = sheets[at].texts.response;
  for (let i = 1; i < sheets.length; i++) {
    const next = (at + i) % sheets.length;
    const { scored, texts } = sheets[next];
    if (texts.response !== own && before.every((token, k) => scored.tokens[k] === token)) return next;
  }
  return null;
}

/** Seeds of what the learner lets the model write, one after the other. */
let seed = 1;

async function written(sheet: Sheet, before: readonly string[]): Promise<Sheet> {
  const { problem, task, context, texts } = sheet;
  const prompt = [texts.student, ...before].join(BLANK);
  const sampling = { temperature: 1, topP: 1, maxNewTokens: 83 - before.length, seed: seed++ };
  const { text } = await call({ type: 'generate', prompt, ...sampling });
  const response = [...before, text].join(BLANK);
  const { prompts, verdict } = await call({ type: 'prompts', problem, task, response, context });
  const now = { student: prompts.student, teacher: prompts.teacher, response };
  const { scored } = await call({ type: 'score', texts: now, slot: 'main', withAdapter: true });
  return { problem, task, context, texts: now, scored, verdict };
}

/** What the engine says to one command; null where it could not be asked, which is told. */
async function answerTo<N extends CommandName>(ask: Ask<N>): Promise<Reply<N> | null> {
  let reply: Reply<N> | null = null;
  await attempt(async () => {
    await ready();
    reply = await call(ask);
  });
  return reply;
}

export const show = (at: number): void => useBench.setState({ at });

/** A token of a response in every layer of the built-in model; null where it could not be read. */
export async function readTrace(
  { student, response }: Pick<Sheet['texts'], 'student' | 'response'>,
  at: number,
): Promise<Reply<'trace'> | null> {
  return answerTo({ type: 'trace', prompt: student, response, at });
}

/** A step of a run of its own, dispatch by dispatch; null where it could not be measured. */
export async function profileOwn(config: Ask<'profile-step'>['config']): Promise<Reply<'profile-step'> | null> {
  return answerTo({ type: 'profile-step', config });
}

/** One training step on this device, which waits for `walkOn` after every stage. Aborted, it is gone. */
export const walkStep = (
  config: Ask<'walk-step'>['config'],
  onPart: (told: Part<'walk-step'>) => void,
  signal: AbortSignal,
): Promise<void> =>
  attempt(async () => {
    await ready();
    const onProgress = (progress: LoadProgress): void => useBench.setState({ progress });
    await engine.call({ type: 'walk-step', config }, { onPart, onProgress, signal });
  }, signal);

export const walkOn = (): Promise<void> => engine.call({ type: 'walk-on' });

/** A run on this device whose events go to `hear`; it is not kept. Aborted, it ends after its step. */
export const ownRun = (
  config: Ask<'start'>['config'],
  hear: (event: RunEvent) => void,
  signal: AbortSignal,
): Promise<void> =>
  attempt(async () => {
    await ready();
    let leave: () => void = () => {};
    const over = new Promise<void>((resolve, reject) => {
      onEvent = (event) => {
        hear(event);
        if (event.type === 'done') resolve();
        if (event.type === 'fault' && event.fault.kind !== 'storage') reject(event.fault);
      };
      leave = useBench.subscribe(({ engine: { state }, trouble }) => {
        if (state === 'failed') reject(new Error(trouble?.message));
      });
    });
    over.catch(() => {}); // what was asked fails with it
    try {
      signal.throwIfAborted();
      const { id } = await call({ type: 'start', config, paused: false });
      const end = (): unknown => call({ type: 'stop' }).catch(() => {}); // it may have ended by itself
      if (signal.aborted) end();
      signal.addEventListener('abort', end);
      await over;
      if (id) await call({ type: 'delete-run', run: id });
    } finally {
      leave();
      onEvent = () => {};
    }
  }, signal);
