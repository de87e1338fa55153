/** Start waits for what it needs, and says for what. */
import { expect, test } from 'vitest';
import { PRESETS, presetConfig } from '../../src/settings/presets';
import { whyNotReady, whyNotStarted } from '../../src/ui/actions/startRun';
import { stepRun } from '../../src/ui/actions/stepRun';
import { stopRun } from '../../src/ui/actions/stopRun';
import { draftOf } from '../../src/ui/state/draft';
import { INITIAL, type LabState } from '../../src/ui/state/store';
import { FAKE_DEVICE } from './fake-events';

const own = PRESETS.find(({ keepsModel }) => keepsModel) as (typeof PRESETS)[number];
const ready: LabState = { ...INITIAL, engine: { state: 'ready', device: FAKE_DEVICE } };
const withDraft = (draft: Partial<LabState['draft']>): LabState => ({ ...ready, draft: { ...ready.draft, ...draft } });

test('one’s own model is to be chosen first', () => {
  const draft = draftOf(presetConfig(own));
  expect(whyNotReady(withDraft(draft))).toMatch(/^Choose a model first: nano knows the words of .* only\.$/);
  expect(whyNotReady(withDraft({ ...draft, model: 'dropped:mine' }))).toBeNull();
  // A file may hold problems of nano's own kind: the engine will say.
  expect(whyNotReady(withDraft({ task: 'dropped:problems.jsonl' }))).toBeNull();
});

test('examples that nothing can be learnt from, and a wrong field, are in the way; reading that was stopped is not', () => {
  const refused = { refused: 'None can be learnt from.', unreadable: false } as const;
  const sft = (preview: LabState['sft']['preview']): LabState => ({
    ...ready,
    kind: 'sft',
    sft: { ...ready.sft, preview },
  });
  expect(whyNotReady(sft(refused))).toMatch(/^Choose other examples or another model first/);
  expect([whyNotReady(sft({ ...refused, stopped: true })), whyNotReady(sft(null))]).toEqual([null, null]);
  expect(whyNotReady(withDraft({ steps: 'many' }))).toBe('A setting is wrong: its field says how.');
});

test('a button that cannot be used says why, one that can says nothing', () => {
  expect([whyNotStarted(INITIAL), whyNotStarted(ready)]).toEqual(['The GPU is being made ready.', null]);
  for (const action of [stepRun, stopRun])
    for (const state of [INITIAL, ready, withDraft({ steps: 'many' })])
      expect(action.whyNot?.(state) === null, action.id).toBe(action.enabled(state));
});
