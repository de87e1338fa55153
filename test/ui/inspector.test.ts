import { expect, test } from 'vitest';
import type { Ask, Failure, Part, Reply } from '../../src/engine/protocol';
import { writeInspectLink } from '../../src/inspect/inspect-link';
import { inspectionOf } from '../../src/ui/inspector/export/inspection';
import { afterFailure, afterNews, afterPart, afterReply, type InspectName } from '../../src/ui/inspector/fold';
import { linkStateOf, stateFromHash } from '../../src/ui/inspector/link';
import { statusOf } from '../../src/ui/inspector/StatusLine';
import { INITIAL, type InspectState, type Lane } from '../../src/ui/inspector/store';
import { viewOf } from '../../src/ui/inspector/view';
import { FAKE_DEVICE } from './fake-events';
import { FAKE_TREE, fakeLayers, fakeScores } from './fake-inspector';

const TEXTS = { student: 'make 11', teacher: 'make 11 Hint 4 7', response: '4 9 13 no Wait 4 7 11 yes So Answer 4 7' };
const CONTEXT = { source: 'sibling', solution: '4 7 11 yes So Answer 4 7', feedback: 'correct' } as const;
const PROBLEM = { id: 'p', question: 'make 11', solution: null, answer: '4 7', facts: {} };
const SCORE: Ask<'score'> = { type: 'score', texts: TEXTS, slot: 'main', withAdapter: true };
const scores = (salt = 0): Reply<'score'> => ({ scored: fakeScores(TEXTS, salt), seconds: 0.1 });
const replied = <N extends InspectName>(
  state: InspectState,
  lane: Lane,
  ask: Ask<N>,
  reply: Reply<N>,
): InspectState => ({
  ...state,
  ...afterReply(state, lane, ask, reply),
});
const failed = (state: InspectState, lane: Lane, failure: Failure): InspectState => ({
  ...state,
  ...afterFailure(state, lane, failure),
});
const heard = (state: InspectState, part: Part<'generate' | 'contexts' | 'search' | 'evaluate'>): InspectState => ({
  ...state,
  ...afterPart(state, part),
});
const waiting = (asked: InspectState['asked'], rest: Partial<InspectState> = {}): InspectState => ({
  ...INITIAL,
  texts: TEXTS,
  ...rest,
  asked,
});
const complete = replied(
  waiting(
    { score: 7 },
    {
      problem: { task: 'two-cards', problem: PROBLEM, samples: [] },
      source: { context: CONTEXT, origin: 'a sample' },
      verdict: { reward: 1, reason: 'right' },
    },
  ),
  ...(['score', SCORE, scores()] as const),
);

test('an answer frees its lane, and its progress is over', () => {
  const progress = { of: 9, what: 'weights', done: 1, total: 2, download: null };
  const state = replied(waiting({ score: 9, contexts: 10 }, { progress }), 'score', SCORE, scores());
  expect(state.scored?.columns.u).toHaveLength(fakeScores(TEXTS).u.length);
  expect([state.asked, state.progress]).toEqual([{ contexts: 10 }, null]);
});

test('scores belong to the texts that were sent, not to those of the fields', () => {
  const state = waiting({ score: 1 }, { texts: { ...TEXTS, response: 'newer' } });
  expect(replied(state, 'score', SCORE, scores()).scored?.texts).toBe(TEXTS);
});

test('a slot that the engine emptied is empty, whoever waits for what', () => {
  const state = { ...complete, main: {} as InspectState['main'] };
  expect({ ...state, ...afterNews([{ type: 'unloaded', slot: 'main' }]) }.main).toBeNull();
});

test('a failure keeps the last good data, empties the slot of a model that did not open, and is told', () => {
  const state = { ...complete, asked: { main: 3 }, main: {} as InspectState['main'] };
  const after = failed(state, 'main', { kind: 'out-of-memory', message: 'Too large.', refused: false });
  expect(after.failure).toEqual({ lane: 'main', kind: 'out-of-memory', message: 'Too large.' });
  expect(after.main).toBeNull();
  expect(after.scored).toBe(complete.scored);
  const cancelled = failed(state, 'main', { kind: 'cancelled', message: 'Stopped.', refused: true });
  expect(cancelled.failure).toBeNull();
});

test('a reading of the layers is exported while it is of what is on screen', () => {
  const layers = fakeLayers(TEXTS, 8);
  const ask = {
    type: 'layers',
    problem: PROBLEM,
    task: 'two-cards',
    texts: TEXTS,
    context: INITIAL.context,
    contexts: 8,
  } as const;
  const state = replied({ ...complete, asked: { layers: 2 } }, 'layers', ask, { layers });
  expect(inspectionOf(state)?.layers).toBe(layers);
  expect(inspectionOf({ ...state, context: { ...state.context, mode: 'none' } })?.layers).toBeNull();
});

test('a tree is shown as it grows, and whole in the end', () => {
  const tree = { prompt: 'make 11', search: { nodes: [], chains: [], tokens: { drawn: 0, scored: 0 } } };
  const growing = heard({ ...complete, tree, asked: { search: 3 } }, { ...FAKE_TREE, chains: [] });
  expect([growing.tree?.search.nodes.length, growing.tree?.search.chains]).toEqual([5, []]);
  const { searching, sampling, context } = growing;
  const settings = { ...searching, ...sampling };
  const ask = { type: 'search', prompt: 'make 11', problem: PROBLEM, task: 'two-cards', context, settings } as const;
  expect(replied(growing, 'search', ask, FAKE_TREE).tree).toEqual({ prompt: 'make 11', search: FAKE_TREE });
});

test('an evaluation says how far it is, and what is stored is known when it ends', () => {
  const progress = { asked: 8, of: 64, tokens: 1234 };
  const evaluation = { name: 'now', model: 'nano', complete: false, settings: { samples: 4 }, datasets: [] };
  const going = heard({ ...complete, asked: { evaluate: 3 } }, { progress, evaluation } as unknown as Part<'evaluate'>);
  expect(statusOf(going)).toMatch(/^Evaluating: 8 of 64 problems asked, 1.?234 tokens/);
  const { sampling, evaluating } = going;
  const asked = { ...sampling, ...evaluating, thinking: false, wording: 'standard' };
  const ended = replied(going, 'evaluate', { type: 'evaluate', evaluation: asked }, []);
  expect([ended.evaluated, ended.evaluations, ended.asked]).toEqual([null, [], {}]);
  const refused = failed(going, 'evaluate', { kind: 'not-found', message: 'No such dataset.', refused: true });
  expect([refused.evaluated, refused.failure?.lane]).toEqual([null, 'evaluate']);
});

test('prompts that were edited stay, the others follow the problem', () => {
  const prompts = { student: 'new x', teacher: 'new x, c', context: CONTEXT, origin: 'there' };
  const reply: Reply<'prompts'> = { prompts, verdict: { reward: 0, reason: 'wrong sum' } };
  const ask: Ask<'prompts'> = {
    type: 'prompts',
    problem: PROBLEM,
    task: 'two-cards',
    response: '',
    context: INITIAL.context,
  };
  const state = waiting({ prompts: 2 }, { edited: { student: false, teacher: true } });
  expect(replied(state, 'prompts', ask, reply).texts).toEqual({ ...TEXTS, student: 'new x' });
});

test('a streamed response is shown as it comes and then becomes the response', () => {
  const state = waiting({ generate: 4 }, { generating: '', sample: 'gives up' });
  const writing = heard(state, '4 9');
  expect(writing.generating).toBe('4 9');
  const ask: Ask<'generate'> = { type: 'generate', prompt: 'make 11', ...INITIAL.sampling };
  const done = replied(writing, 'generate', ask, { text: '4 9 13', tokens: 3, seconds: 1, ended: true });
  expect([done.generating, done.texts.response, done.sample]).toEqual([null, '4 9 13', null]);
});

test('contexts gather one by one until they are done', () => {
  const { u, t, H_T } = fakeScores(TEXTS);
  const effect = { mode: 'none', context: CONTEXT, origin: '', teacher: '', t, u, H_T } as const;
  const state = waiting({ contexts: 5 }, { effects: { key: 'k', list: [] } });
  const { context } = state;
  const ask: Ask<'contexts'> = {
    type: 'contexts',
    problem: PROBLEM,
    task: 'two-cards',
    texts: TEXTS,
    context,
    modes: [],
  };
  const both = replied(heard(heard(state, effect), effect), 'contexts', ask, undefined);
  expect(both.effects?.list).toHaveLength(2);
  expect(both.asked.contexts).toBeUndefined();
});

test('the view has the chosen method’s columns; a group’s advantage follows the verdict', () => {
  const view = viewOf({ ...complete, measure: 'term', arm: 'antisd-paper' });
  const wait = view?.names.findIndex((name) => name.includes('Wait')) ?? -1;
  expect(view?.values).toBe(view?.columns.term);
  expect(view?.columns.term[wait]).toBeGreaterThan(0); // AntiSD praises deliberation
  const half = 0.5 / (Math.sqrt(2 / 7) + 1e-4); // four of eight are right
  expect(view?.groupAdvantage).toBeCloseTo(half, 9);
  const wrong = viewOf({ ...complete, verdict: { reward: 0, reason: 'wrong' }, measure: 'term', arm: 'sd' });
  expect(wrong?.groupAdvantage).toBeCloseTo(-half, 9);
  expect(wrong?.columns.term[wait]).toBeLessThan(0); // self-distillation blames it
});

test('a comparison adds Δu = u here − u there, of the same texts only', () => {
  const compared = { texts: TEXTS, columns: fakeScores(TEXTS, 5), seconds: 0.1, revision: 0 };
  const view = viewOf({ ...complete, compared, measure: 'delta' });
  expect(view?.values[3]).toBeCloseTo((view?.columns.u[3] ?? 0) - compared.columns.u[3], 6);
  const stale = viewOf({ ...complete, compared: { ...compared, texts: { ...TEXTS } }, measure: 'delta' });
  expect([stale?.other, stale?.measureName]).toEqual([null, 'u']);
});

test('models that cut the text differently are compared by their sums alone', () => {
  const other = fakeScores({ ...TEXTS, response: TEXTS.response.slice(0, 12) }, 5);
  const view = viewOf({
    ...complete,
    compared: { texts: TEXTS, columns: other, seconds: 0.1, revision: 0 },
    measure: 'delta',
  });
  expect(view?.other).toEqual({ u: other.u, delta: null });
  expect(view?.measureName).toBe('u');
});

test('a model without an adapter ends the comparison with the adapter off', () => {
  const open = { ...INITIAL.main, adapter: null } as unknown as NonNullable<InspectState['main']>;
  const state = waiting({ main: 6 }, { compare: 'adapter-off' });
  const load: Ask<'load'> = { type: 'load', subject: state.subject, slot: 'main' };
  expect(replied(state, 'main', load, open).compare).toBe('nothing');
});

test('what cannot be scored leaves nothing of another model or response on screen, and an edited text its last scores', () => {
  const open = { ...INITIAL.main, adapter: null } as unknown as NonNullable<InspectState['main']>;
  const load: Ask<'load'> = { type: 'load', subject: complete.subject, slot: 'main' };
  const unknown: Failure = { kind: 'bad-input', refused: true, message: 'The vocabulary has no "Tom".' };
  const opened = replied(complete, 'main', load, open);
  expect(opened.scored).toBe(complete.scored); // until the new model has read it
  for (const lane of ['prompts', 'score'] as const) {
    const left = failed(opened, lane, unknown);
    expect([left.scored, left.texts.response, left.failure?.lane]).toEqual([null, TEXTS.response, lane]);
  }
  expect(failed(opened, 'contexts', unknown).scored).toBe(complete.scored);
  const edited = { ...complete, texts: { ...TEXTS, response: 'Tom has 4' } };
  expect(failed(edited, 'score', unknown).scored).toBe(complete.scored);
});

test('a link brings back texts, choices and view', async () => {
  const state: InspectState = {
    ...complete,
    edited: { student: false, teacher: true },
    choice: { task: 'own', question: 'Wie viel ist 2 + 2? 😀', solution: '4', answer: '4' },
    context: { mode: 'shuffled', thinking: true, wording: 'bare' },
    arm: 'sd',
    measure: 'term',
    tab: 'signals',
    group: { size: 16, right: 3 },
  };
  const back = await stateFromHash(`#inspect?${await writeInspectLink(linkStateOf(state))}`);
  const { subject, choice, context, sampling, edited, arm, measure, tab, group, compare } = state;
  expect(back).toMatchObject({ subject, choice, context, sampling, edited, arm, measure, tab, group, compare });
  expect(back?.texts).toEqual({ student: '', teacher: TEXTS.teacher, response: TEXTS.response });
  expect(await stateFromHash('#inspect')).toBeNull();
  await expect(stateFromHash('#inspect?1zbroken')).rejects.toThrow('The link cannot be read');
});

test('the exported inspection holds the comparison only where it is of these texts', () => {
  const compared = { texts: TEXTS, columns: fakeScores(TEXTS, 5), seconds: 0.1, revision: 0 };
  expect(inspectionOf({ ...complete, compared, compare: 'adapter-off' })?.compared?.withAdapter).toBe(false);
  expect(inspectionOf({ ...complete, compared: { ...compared, texts: { ...TEXTS } } })?.compared).toBeNull();
  expect(inspectionOf(INITIAL)).toBeNull();
});

test('the status line says what is going on', () => {
  expect(statusOf(waiting({ device: 1 }))).toBe('Looking for a GPU and checking it.');
  expect(statusOf(waiting({ score: 1 }))).toBe('Scoring the response.');
  const found = { ...waiting({ device: 1 }), ...afterNews([{ type: 'device', device: FAKE_DEVICE }]) };
  const ready = replied(found, 'device', { type: 'open' }, undefined);
  expect(statusOf(ready)).toBe('No model is open.');
});

test('an engine that is gone takes its models with it; texts and scores stay, and it is no missing WebGPU', () => {
  const scored = replied(waiting({ score: 1 }, { texts: TEXTS }), 'score', SCORE, scores());
  const trouble = { kind: 'closed', message: 'Its Worker was closed.' } as const;
  const gone = { ...scored, ...afterNews([{ type: 'trouble', trouble }]) };
  expect(gone).toMatchObject({ engine: { state: 'failed' }, trouble, main: null, other: null, texts: TEXTS });
  expect(gone.scored).toBe(scored.scored);
  expect(statusOf(gone)).toBe('The engine has stopped.');
  const left = failed(waiting({ score: 2 }), 'score', { kind: 'gone', message: '', refused: false });
  expect([left.failure, left.asked]).toEqual([null, {}]); // told as the trouble it is
  const unready = failed(waiting({ device: 3 }), 'device', {
    kind: 'validation',
    message: 'A shader.',
    refused: false,
  });
  expect(unready).toMatchObject({ engine: { state: 'failed' }, trouble: { kind: 'unready', message: 'A shader.' } });
});
