import { expect, test } from 'vitest';
import { writeInspectLink } from '../../src/inspect/inspect-link';
import type { InspectMessage } from '../../src/inspect/protocol';
import { inspectionOf } from '../../src/ui/inspector/export/inspection';
import { afterMessages } from '../../src/ui/inspector/fold';
import { linkStateOf, stateFromHash } from '../../src/ui/inspector/link';
import { statusOf } from '../../src/ui/inspector/StatusLine';
import { INITIAL, type InspectState } from '../../src/ui/inspector/store';
import { viewOf } from '../../src/ui/inspector/view';
import { FAKE_DEVICE } from './fake-events';
import { fakeScores } from './fake-inspector';

const TEXTS = { student: 'make 11', teacher: 'make 11 Hint 4 7', response: '4 9 13 no Wait 4 7 11 yes So Answer 4 7' };
const CONTEXT = { source: 'sibling', solution: '4 7 11 yes So Answer 4 7', feedback: 'correct' } as const;
const PROBLEM = { id: 'p', question: 'make 11', solution: null, answer: '4 7', facts: {} };
const scored = (id: number, salt = 0): InspectMessage => {
  const columns = fakeScores(TEXTS, salt);
  return { type: 'scored', id, slot: 'main', withAdapter: true, scored: columns, seconds: 0.1 };
};
const after = (state: InspectState, ...messages: InspectMessage[]): InspectState => ({
  ...state,
  ...afterMessages(state, messages),
});
const waiting = (asked: InspectState['asked'], rest: Partial<InspectState> = {}): InspectState => ({
  ...INITIAL,
  texts: TEXTS,
  ...rest,
  asked,
});
const complete = after(
  waiting(
    { score: { id: 7, texts: TEXTS } },
    {
      problem: { task: 'two-cards', problem: PROBLEM, samples: [] },
      source: { context: CONTEXT, origin: 'a sample' },
      verdict: { reward: 1, reason: 'right' },
    },
  ),
  scored(7),
);

test('an answer that nobody waits for any more changes nothing', () => {
  const state = waiting({ score: { id: 9, texts: TEXTS } });
  expect(after(state, scored(8)).scored).toBeNull();
  const current = after(state, scored(8), scored(9));
  expect(current.scored?.columns.u).toHaveLength(fakeScores(TEXTS).u.length);
  expect(current.asked).toEqual({});
});

test('scores belong to the texts that were sent, not to those of the fields', () => {
  const state = waiting({ score: { id: 1, texts: TEXTS } }, { texts: { ...TEXTS, response: 'newer' } });
  expect(after(state, scored(1)).scored?.texts).toBe(TEXTS);
});

test('a failure keeps the last good data, empties the slot of a model that did not open, and is told', () => {
  const state = { ...complete, asked: { main: { id: 3 } }, main: {} as InspectState['main'] };
  const failed = after(state, { type: 'failed', id: 3, kind: 'out-of-memory', message: 'Too large.' });
  expect(failed.failure).toEqual({ lane: 'main', kind: 'out-of-memory', message: 'Too large.' });
  expect(failed.main).toBeNull();
  expect(failed.scored).toBe(complete.scored);
  const cancelled = after(state, { type: 'failed', id: 3, kind: 'cancelled', message: 'Stopped.' });
  expect(cancelled.failure).toBeNull();
});

test('prompts that were edited stay, the others follow the problem', () => {
  const prompts = { student: 'new x', teacher: 'new x, c', context: CONTEXT, origin: 'there' };
  const message: InspectMessage = { type: 'prompts', id: 2, prompts, verdict: { reward: 0, reason: 'wrong sum' } };
  const state = waiting({ prompts: { id: 2 } }, { edited: { student: false, teacher: true } });
  expect(after(state, message).texts).toEqual({ ...TEXTS, student: 'new x' });
});

test('a streamed response is shown as it comes and then becomes the response', () => {
  const state = waiting({ generate: { id: 4 } }, { generating: '', sample: 'gives up' });
  const writing = after(state, { type: 'piece', id: 4, text: '4 9' });
  expect(writing.generating).toBe('4 9');
  const done = after(writing, { type: 'generated', id: 4, text: '4 9 13', tokens: 3, seconds: 1, ended: true });
  expect([done.generating, done.texts.response, done.sample]).toEqual([null, '4 9 13', null]);
});

test('contexts gather one by one until they are done', () => {
  const { u, t, H_T } = fakeScores(TEXTS);
  const effect = { mode: 'none', context: CONTEXT, origin: '', teacher: '', t, u, H_T } as const;
  const state = waiting({ contexts: { id: 5 } }, { effects: { key: 'k', list: [] } });
  const one = after(state, { type: 'effect', id: 5, effect, done: 1, total: 2 });
  const both = after(one, { type: 'effect', id: 5, effect, done: 2, total: 2 }, { type: 'done', id: 5 });
  expect(both.effects?.list).toHaveLength(2);
  expect(both.asked.contexts).toBeUndefined();
});

test('the view has the chosen method’s columns; a group’s advantage follows the verdict', () => {
  const view = viewOf({ ...complete, measure: 'term', arm: 'antisd-paper' });
  const wait = view?.names.findIndex((name) => name.includes('Wait')) ?? -1;
  expect(view?.values).toBe(view?.columns.term);
  expect(view?.columns.term[wait]).toBeGreaterThan(0); // AntiSD praises deliberation
  expect(view?.groupAdvantage).toBeCloseTo(1, 4);
  const wrong = viewOf({ ...complete, verdict: { reward: 0, reason: 'wrong' }, measure: 'term', arm: 'sd' });
  expect(wrong?.groupAdvantage).toBeCloseTo(-1, 4);
  expect(wrong?.columns.term[wait]).toBeLessThan(0); // self-distillation blames it
});

test('a comparison adds Δu = u here − u there, of the same texts only', () => {
  const compared = { texts: TEXTS, columns: fakeScores(TEXTS, 5), seconds: 0.1 };
  const view = viewOf({ ...complete, compared, measure: 'delta' });
  expect(view?.values[3]).toBeCloseTo((view?.columns.u[3] ?? 0) - compared.columns.u[3], 12);
  const stale = viewOf({ ...complete, compared: { ...compared, texts: { ...TEXTS } }, measure: 'delta' });
  expect([stale?.other, stale?.measureName]).toEqual([null, 'u']);
});

test('models that cut the text differently are compared by their sums alone', () => {
  const other = fakeScores({ ...TEXTS, response: TEXTS.response.slice(0, 12) }, 5);
  const view = viewOf({ ...complete, compared: { texts: TEXTS, columns: other, seconds: 0.1 }, measure: 'delta' });
  expect(view?.other).toEqual({ u: other.u, delta: null });
  expect(view?.measureName).toBe('u');
});

test('a model without an adapter ends the comparison with the adapter off', () => {
  const open = { ...INITIAL.main, adapter: null } as unknown as NonNullable<InspectState['main']>;
  const state = waiting({ main: { id: 6 } }, { compare: 'adapter-off' });
  expect(after(state, { type: 'loaded', id: 6, slot: 'main', open }).compare).toBe('nothing');
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
  const compared = { texts: TEXTS, columns: fakeScores(TEXTS, 5), seconds: 0.1 };
  expect(inspectionOf({ ...complete, compared, compare: 'adapter-off' })?.compared?.withAdapter).toBe(false);
  expect(inspectionOf({ ...complete, compared: { ...compared, texts: { ...TEXTS } } })?.compared).toBeNull();
  expect(inspectionOf(INITIAL)).toBeNull();
});

test('the status line says what is going on', () => {
  expect(statusOf(waiting({ device: { id: 1 } }))).toBe('Looking for a GPU and checking it.');
  expect(statusOf(waiting({ score: { id: 1 } }))).toBe('Scoring the response.');
  const ready = after(waiting({ device: { id: 1 } }), { type: 'opened', id: 1, device: FAKE_DEVICE });
  expect(statusOf(ready)).toBe('No model is open.');
});
