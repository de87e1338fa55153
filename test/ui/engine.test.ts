/** The page's line to an engine: one hand-over a frame, answers to those who asked, lanes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command, Failure, Message } from '../../src/engine/protocol';
import { EngineLine, Lanes, type Line, type Told, tellAll } from '../../src/ui/engine';
import { NO_MODELS, useModels } from '../../src/ui/models/store';
import { play } from '../../src/ui/replay/player';
import { INITIAL, useLab } from '../../src/ui/state/store';
import { ask, askToOpen, trainer, trainerLanes } from '../../src/ui/trainer';
import { type Trouble, Watch } from '../../src/ui/watch';
import { ownPage } from '../setup/page-state';
import { fakeStart, fakeStep } from './fake-events';

/** A Worker that says what the test has it say. */
class FakeLine implements Line {
  readonly asked: Command[] = [];
  onmessage: Line['onmessage'] = null;
  onerror: Line['onerror'] = null;
  onmessageerror: Line['onmessageerror'] = null;
  ended = false;
  terminate(): void {
    this.ended = true;
  }
  postMessage(command: Command): void {
    this.asked.push(command);
  }
  say(...messages: Message[]): void {
    for (const data of messages) this.onmessage?.({ data } as MessageEvent<Message>);
  }
}

let frames: (() => void)[] = [];
/** The next frame, and what the page makes of it. */
const frame = async (): Promise<void> => {
  for (const run of frames.splice(0)) run();
  await new Promise((resolve) => setTimeout(resolve));
};
ownPage({
  requestAnimationFrame: (run: () => void) => frames.push(run),
  matchMedia: () => ({ matches: false }),
  document: { hidden: false, addEventListener: () => {} },
});

let line: FakeLine;
let told: (readonly Told[])[];
let engine: EngineLine;
beforeEach(() => {
  frames = [];
  line = new FakeLine();
  told = [];
  engine = new EngineLine({ news: (news) => told.push(news) });
});
const connected = (): EngineLine => {
  engine.connect(line);
  line.asked.length = 0;
  return engine;
};
const event = (step: number): Message => ({ type: 'event', event: fakeStep(step) });
const done = (id: number): Message => ({ id, type: 'done', reply: [] });
const progress = (id: number, at: number): Message => ({
  ...{ id, type: 'progress', progress: { what: 'weights', done: at, total: 3, download: null } },
});
const FAILURE: Failure = { kind: 'denied', message: 'It is gated.', refused: true };

describe('a frame', () => {
  it('hands on everything that came, once', async () => {
    connected();
    line.say(event(1), event(2), { type: 'problem', message: 'full' });
    expect([told.length, frames.length]).toEqual([0, 1]);
    await frame();
    expect(told.map((news) => news.map(({ type }) => type))).toEqual([['event', 'event', 'problem']]);
  });

  it('tells of progress the last word only', async () => {
    const heard: number[] = [];
    const call = connected().call({ type: 'open' }, { onProgress: (p) => heard.push(p.done) });
    line.say(progress(1, 1), progress(1, 2), progress(1, 3), done(1));
    await frame();
    await call;
    expect(heard).toEqual([3]);
  });

  it('keeps the order: how far a command is, then what came of it', async () => {
    const order: string[] = [];
    engine = new EngineLine({ news: (news) => order.push(...news.map(({ type }) => type)) });
    void connected().call({ type: 'open' }, { onProgress: () => order.push('progress') });
    line.say(event(1), progress(1, 1), progress(1, 3), { type: 'problem', message: 'then' });
    await frame();
    expect(order).toEqual(['event', 'progress', 'problem']);
  });

  it('lets who asked act on the answer before what came after it is told', async () => {
    const order: string[] = [];
    engine = new EngineLine({
      news: (news) => order.push(...news.map((n) => (n.type === 'event' ? 'event' : n.type))),
    });
    const call = connected().call({ type: 'list-runs' });
    void call.then(() => order.push('answer'));
    line.say(event(1), done(1), { type: 'problem', message: 'full' });
    await frame();
    expect(order).toEqual(['event', 'answer']);
    await frame();
    expect(order).toEqual(['event', 'answer', 'problem']);
  });
});

describe('a call', () => {
  it('is answered by the answer with its id, or rejected with the failure', async () => {
    connected();
    const [list, load] = [engine.call({ type: 'list-runs' }), engine.call({ type: 'load-run', run: 'x' })];
    expect(line.asked.map(({ id, type }) => [id, type])).toEqual([
      [1, 'list-runs'],
      [2, 'load-run'],
    ]);
    line.say({ id: 2, type: 'failed', failure: FAILURE }, { id: 1, type: 'done', reply: [] }, done(9));
    const refused = expect(load).rejects.toBe(FAILURE);
    await frame();
    await refused;
    expect(await list).toEqual([]);
  });

  it('that is aborted cancels the command, and still gets its answer', async () => {
    const stop = new AbortController();
    const call = connected().call(
      { type: 'generate', prompt: 'x', temperature: 1, topP: 1, maxNewTokens: 9, seed: 0 },
      { signal: stop.signal },
    );
    stop.abort();
    expect(line.asked.at(-1)).toMatchObject({ type: 'cancel', of: 1 });
    const reply = { text: 'so far', tokens: 2, seconds: 1, ended: false };
    line.say({ id: 1, type: 'done', reply });
    await frame();
    expect(await call).toBe(reply);
  });

  it('waits for the engine to be there', () => {
    void engine.call({ type: 'list-models' });
    expect(line.asked).toEqual([]);
    engine.connect(line);
    expect(line.asked.at(-1)).toEqual({ id: 1, type: 'list-models' });
  });
});

describe('an engine in trouble', () => {
  const troubles = () => told.flat().flatMap((news) => (news.type === 'trouble' ? [news.trouble] : []));
  const error = (message: string): ErrorEvent =>
    ({ message, filename: 'http://x/worker-1.js', lineno: 7 }) as ErrorEvent;

  it('that could not be loaded answers nothing, and its cause is told', async () => {
    const call = connected().call({ type: 'open' });
    line.onerror?.({ message: '' } as ErrorEvent);
    const refused = expect(call).rejects.toMatchObject({ kind: 'gone' });
    await frame();
    await refused;
    expect(troubles()).toMatchObject([{ kind: 'unloaded', message: expect.stringMatching(/did not arrive/) }]);
  });

  it('that met an error tells it with its place, and may still answer', async () => {
    const call = connected().call({ type: 'list-runs' });
    line.say({ type: 'alive' });
    line.onerror?.(error('Uncaught TypeError: x is null'));
    line.say(done(1));
    await frame();
    expect(await call).toEqual([]);
    await frame(); // what came before an answer is told with it, what came after it in the next frame
    expect(troubles()).toEqual([{ kind: 'error', message: 'Uncaught TypeError: x is null (worker-1.js:7).' }]);
  });

  it('is ended and replaced: what it was asked is refused, and another is told what every engine is told', async () => {
    const call = connected().call({ type: 'open' });
    const refused = expect(call).rejects.toMatchObject({ kind: 'gone' });
    const other = new FakeLine();
    await engine.replace(() => other);
    await frame();
    await refused;
    expect([line.ended, other.ended]).toEqual([true, false]);
    void engine.call({ type: 'list-models' });
    expect(other.asked.map(({ type }) => type)).toEqual(['list-models']);
  });
});

describe('an engine that is told to stop', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['says a word in time', { type: 'alive' } as const, true],
    ['answers in time', done(1), true],
    ['is silent', null, false],
  ])('and %s', async (_, word, heard) => {
    connected();
    line.say({ type: 'alive' }); // before it was told
    const answers = engine.answersWithin(1000);
    expect(line.asked.map(({ type }) => type)).toEqual(['ping']);
    vi.advanceTimersByTime(999);
    if (word) line.say(word);
    vi.advanceTimersByTime(1);
    expect(await answers).toBe(heard);
  });
});

describe('the watch', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());
  const watched = () => {
    const [asked, heard]: [number[], (Trouble | null)[]] = [[], []];
    const watch = new Watch(
      () => asked.push(1),
      (trouble) => heard.push(trouble),
    );
    return { asked, heard, watch };
  };

  it('asks once a second, and is content with any word', () => {
    const { asked, heard, watch } = watched();
    for (let i = 0; i < 100; i++) {
      vi.advanceTimersByTime(1000);
      watch.heard();
    }
    expect([asked.length, heard]).toEqual([100, []]);
    void watch.end();
    vi.advanceTimersByTime(60_000);
    expect(asked).toHaveLength(100);
  });

  it('tells of silence after ten seconds, a minute and five, asks once only, and tells when it is over', () => {
    const { asked, heard, watch } = watched();
    vi.advanceTimersByTime(10_000);
    expect(heard).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(heard).toMatchObject([{ kind: 'silent', message: expect.stringMatching(/for 10 seconds/) }]);
    vi.advanceTimersByTime(400_000);
    expect([asked.length, heard.length]).toEqual([1, 3]);
    expect(heard.at(-1)?.message).toMatch(/for 5 minutes/);
    watch.heard();
    expect(heard.at(-1)).toBeNull();
  });
});

it('a newer call takes the place of the older, whose answer comes too late to change anything', async () => {
  const lanes = new Lanes<'score'>(connected());
  const heard: string[] = [];
  const ask = (name: string) =>
    void lanes.call('score', { type: 'list-runs' }, { onProgress: () => heard.push(`${name} goes on`) }).then(
      () => heard.push(`${name} is done`),
      () => heard.push(`${name} failed`),
    );
  ask('first');
  ask('second');
  expect(line.asked).toMatchObject([{ id: 1 }, { type: 'cancel', of: 1 }, { id: 3 }]);
  line.say(progress(1, 1), { id: 1, type: 'failed', failure: FAILURE }, progress(3, 1), done(3));
  await frame();
  expect(heard).toEqual(['second goes on', 'second is done']);
  ask('third');
  lanes.stop('score');
  expect(line.asked.at(-1)).toMatchObject({ type: 'cancel' });
  line.say(done(4));
  await frame();
  expect(heard.at(-1)).toBe('third is done');
});

it('what was dropped, and who asks, is told to every engine, also to one that starts later', () => {
  const access = (token: string) => ({ type: 'access', access: { endpoint: 'https://hub', token } }) as const;
  const drop = { type: 'drop', files: [] } as const;
  connected();
  tellAll(access('old'));
  tellAll(drop);
  tellAll(access('new'));
  expect(line.asked.map(({ type }) => type)).toEqual(['access', 'drop', 'access']);
  const later = new FakeLine();
  const other = new EngineLine({ news: () => {} });
  void other.call({ type: 'list-models' });
  other.connect(later);
  expect(later.asked).toMatchObject([drop, access('new'), { type: 'list-models' }]);
});

describe('the engine that trains', () => {
  const open = (): void => askToOpen({ type: 'recover' });
  const lastId = (): number => line.asked.findLast(({ type }) => type === 'recover')?.id as number;
  beforeEach(() => {
    useLab.setState(INITIAL, true);
    useModels.setState(NO_MODELS, true);
    trainer.connect(line);
  });

  it('folds a frame’s news into the store at once, and leaves what the page knows of models alone', async () => {
    let changes = 0;
    const unsubscribe = useLab.subscribe(() => changes++);
    line.say({ type: 'event', event: fakeStart() }, event(1), event(2));
    await frame();
    unsubscribe();
    expect([changes, useLab.getState().snapshot.steps.length]).toEqual([1, 2]);
    expect(useModels.getState()).toBe(NO_MODELS);
  });

  it('shows what is opened as far as it is; refused while it was, it can be tried again', async () => {
    open();
    line.say(progress(lastId(), 1));
    await frame();
    expect(useModels.getState().loading).toMatchObject({ done: 1 });
    line.say({ id: lastId(), type: 'failed', failure: FAILURE });
    await frame();
    expect(useModels.getState()).toMatchObject({ loading: null, refused: { kind: 'denied', again: true } });
    expect(line.asked.at(-1)?.type).toBe('list-models'); // a download has changed it
    trainerLanes.leave('open');
  });

  it('tells what of an answer cannot be shown', async () => {
    ask({ type: 'load-run', run: 'x' }, (events) => play(events, 'stored'));
    const id = line.asked.findLast(({ type }) => type === 'load-run')?.id as number;
    line.say({ id, type: 'done', reply: [{ v: 1, type: 'signals', step: 1 } as never] });
    await frame();
    await frame();
    expect(useLab.getState().problem).toMatch(/^What is stored cannot be shown: /);
  });

  it('is not tried again where nothing was being opened', async () => {
    open();
    line.say({ id: lastId(), type: 'failed', failure: FAILURE });
    await frame();
    expect(useModels.getState().refused).toEqual({ ...FAILURE, again: false });
  });
});
