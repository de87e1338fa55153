/** The page's side of supervised runs: what it knows of one, its link, its curves. */
import { describe, expect, test } from 'vitest';
import { EVENT_VERSION, type RunEvent, type RunEventOf } from '../../src/runs/events';
import { SFT_METRICS } from '../../src/runs/metrics';
import type { DataPreview, ExampleLosses, SftFigures } from '../../src/runs/sft-events';
import { parseSftConfig, type SftConfig } from '../../src/settings/settings-sft';
import { figuresOf, rowsOf } from '../../src/ui/charts/curves';
import { loadingLines } from '../../src/ui/notices/NextStep';
import { statusText } from '../../src/ui/notices/StatusLine';
import { afterPreview, epochsWanted, type SftDraft, type SftForm, updatesOf, withWarmup } from '../../src/ui/sft/form';
import { lossAt, meanLoss } from '../../src/ui/sft/losses';
import { chosenConfig, chosenQuery, stateFromQuery } from '../../src/ui/state/chosen';
import { EMPTY, fold } from '../../src/ui/state/snapshot';
import { INITIAL } from '../../src/ui/state/store';
import { FAKE_DEVICE, fakeRun } from './fake-events';

const v = EVENT_VERSION;
const config = parseSftConfig({ data: 'sums.jsonl', batch: 4 }, 'test');
const start = (resumedFrom: number | null): RunEvent => ({
  ...{ v, type: 'sft-start', config, examples: 40, heldOut: 5, leftOut: 1, steps: 10, parameters: 99 },
  ...{ device: FAKE_DEVICE, resumedFrom },
  memory: { weights: 1, gradients: 1, optimizer: 1, activations: 1, kvCache: 1, scratch: 1, total: 6 },
});
const step = (n: number): RunEventOf<'sft-step'> => ({
  ...{ v, type: 'sft-step', step: n, epoch: 1, loss: 1 / n, heldOutLoss: 2, gradNorm: 1, lr: 1e-4 },
  ...{ tokens: 100, learnt: 40, tokensPerSecond: 50, totalTokens: 100 * n, seconds: 2, eta: 10 - n },
});
const measured = (n: number, loss: number): RunEvent => ({ v, type: 'sft-eval', step: n, loss, examples: 5 });
const sample = (n: number, index: number, text: string): RunEvent => ({
  ...{ v, type: 'sample', step: n, index, prompt: `p${index}`, text, ended: true, expected: '4' },
});
const example: ExampleLosses = { tokens: ['a', 'b', 'c', 'd'], from: 1, loss: [9, 1, 3], learnt: [0, 1, 1] };
const tokens: RunEvent = { v, type: 'sft-tokens', step: 2, examples: [example] };
const run = [
  start(null),
  measured(0, 3),
  sample(0, 0, '5'),
  step(1),
  tokens,
  step(2),
  measured(2, 1),
  sample(2, 0, '4'),
];

describe('a supervised run', () => {
  test('is folded into figures, losses and answers before and after', () => {
    const { sft, step: at, eta, stage, parameters, device } = fold(EMPTY, run);
    expect([at, eta, stage, parameters, device]).toEqual([2, 8, 'working', 99, FAKE_DEVICE]);
    const unsure = { ...(start(null) as RunEventOf<'sft-start'>), warnings: ['It does not say how.'] };
    expect(fold(EMPTY, [unsure]).warnings).toEqual(['It does not say how.']);
    expect(sft?.figures.slice().map((f: SftFigures) => f.loss)).toEqual([1, 0.5]);
    expect(sft?.evals.slice().map((e) => [e.step, e.loss])).toEqual([
      [0, 3],
      [2, 1],
    ]);
    expect(sft?.batch).toEqual({ step: 2, examples: [example] });
    expect(sft?.comparisons).toHaveLength(1);
    expect(sft?.comparisons[0]).toMatchObject({ expected: '4', before: { text: '5' }, after: { step: 2, text: '4' } });
  });

  test('that goes on after a fault keeps what was known up to there, and the answers before', () => {
    const fault: RunEvent = {
      ...{ v, type: 'fault', step: 2 },
      fault: { kind: 'device-lost', message: 'gone', lastGoodStep: 1, resumable: true },
    };
    const after = fold(EMPTY, [...run, fault, start(1)]);
    expect(after.fault).toBeNull();
    expect(after.sft?.figures.slice().map((f) => f.step)).toEqual([1]);
    expect(after.sft?.evals.slice().map((e) => e.step)).toEqual([0]);
    expect(after.sft?.comparisons[0].before.text).toBe('5');
  });

  test('takes the place of one of reinforcement, and gives way to it', () => {
    const rl = fold(EMPTY, fakeRun(3));
    const sft = fold(rl, run);
    expect([sft.steps.slice(), sft.config]).toEqual([[], null]);
    expect(fold(sft, fakeRun(3)).sft).toBeNull();
    expect(fold(EMPTY, [step(1), tokens]).sft).toBeNull(); // a log without its beginning
  });

  test('is told in words', () => {
    const state = { ...INITIAL, source: 'live' as const, snapshot: fold(EMPTY, run) };
    expect(statusText(state)).toBe('Running: loss 0.500, held-out loss 2.00, 50.0 tokens a second.');
  });

  test('has curves of its own', () => {
    const { sft } = fold(EMPTY, run);
    const dots = (sft?.evals.slice() ?? []).map(({ step: s, loss }) => ({ step: s, value: loss }));
    expect(rowsOf(figuresOf<SftFigures>(SFT_METRICS)[0], sft?.figures ?? [], dots, 100)).toEqual([
      { step: 0, dots: 3 },
      { step: 1, loss: 1, dots: null },
      { step: 2, loss: 0.5, dots: 1 },
    ]);
  });
});

test('a token that is given has no loss, and another’s turn counts for nothing', () => {
  expect([0, 1, 2, 3].map((i) => lossAt(example, i))).toEqual([null, 9, 1, 3]);
  expect(meanLoss(example)).toBe(2);
  expect(meanLoss({ ...example, loss: [] })).toBe(0);
});

describe('the form', () => {
  test('survives a link, and a link of reinforcement leaves it alone', () => {
    const given = stateFromQuery('?kind=sft&data=sums.jsonl&batch=4', INITIAL.sft);
    const state = { ...INITIAL, ...given };
    expect(chosenConfig(state)).toEqual(config);
    expect(chosenQuery(state)).toBe('kind=sft&data=sums.jsonl&batch=4');
    expect(chosenQuery({ ...INITIAL, kind: 'sft' })).toBe('kind=sft');
    expect(stateFromQuery('?arm=grpo', INITIAL.sft)).toEqual({ draft: { ...INITIAL.draft, arm: 'grpo' } });
    expect(() => stateFromQuery('?kind=sft&arm=grpo', INITIAL.sft)).toThrow(/Unknown setting "arm"/);
  });

  test('amounts to nothing while a field is wrong', () => {
    const sft = { ...INITIAL.sft, draft: { ...INITIAL.sft.draft, epochs: '0' } };
    expect(chosenConfig({ ...INITIAL, kind: 'sft', sft })).toBeNull();
    expect(chosenQuery({ ...INITIAL, kind: 'sft', sft })).toBeNull();
  });

  test('shows a preview only for what it was asked with', () => {
    const asked = { ...INITIAL.sft, looking: true, draft: { ...INITIAL.sft.draft, data: 'sums.jsonl' } };
    const preview: DataPreview = {
      ...{ examples: 40, heldOut: 5, leftOut: 0, why: [], unused: [], tokens: 900, longest: 30, templated: true },
      first: example,
      separator: ' ',
    };
    expect(afterPreview(asked, config, preview)).toMatchObject({ looking: false, preview });
    const other = { ...config, data: 'other.jsonl' };
    expect(afterPreview(asked, other, preview)).toMatchObject({ looking: false, preview: null });
  });
});

describe('the form follows its data', () => {
  const seen = { examples: 12, tokens: 99, leftOut: 0 } as DataPreview;
  const form = (settings: Partial<SftDraft>, preview: DataPreview | null = seen): SftForm => ({
    ...INITIAL.sft,
    ...{ draft: { ...INITIAL.sft.draft, ...settings }, preview },
  });

  test('the warm-up is a tenth of the run, at most ten updates, unless somebody set it', () => {
    const warmup = (settings: Partial<SftDraft>) => withWarmup(form(settings)).draft.warmupSteps;
    expect([warmup({}), warmup({ epochs: '20' }), warmup({ epochs: '1000' })]).toEqual(['0', '4', '10']);
    expect(withWarmup({ ...form({}), ownWarmup: true }).draft.warmupSteps).toBe('10');
    expect(withWarmup(form({}, null)).draft.warmupSteps).toBe('10'); // nothing is known yet
    expect(
      afterPreview(form({}, null), chosenConfig({ ...INITIAL, kind: 'sft' }) as SftConfig, seen).draft.warmupSteps,
    ).toBe('0');
  });

  test('a run too short to learn is named before Start, with the epochs that mend it', () => {
    expect([updatesOf(form({})), epochsWanted(form({}))]).toEqual([2, 10]);
    expect(epochsWanted(form({ epochs: '10' }))).toBeNull();
    expect(epochsWanted(form({ epochs: 'ten' }))).toBeNull(); // the field says so itself
    expect(epochsWanted(form({}, null))).toBeNull();
  });

  test('what was trained is loaded by lines that name its base', () => {
    expect(loadingLines('Qwen/Qwen3-0.6B@v1', true).split('\n').slice(2)).toEqual([
      'from peft import PeftModel',
      'base = "Qwen/Qwen3-0.6B"',
      'model = AutoModelForCausalLM.from_pretrained(base, revision="v1")',
      'model = PeftModel.from_pretrained(model, "antisd-adapter")',
      'tokenizer = AutoTokenizer.from_pretrained(base, revision="v1")',
    ]);
    expect(loadingLines('dropped:my "model"', true)).toContain('base = "my \\"model\\""  # where');
    expect(loadingLines('nano', true)).toContain('base = "public/models/nano"');
    expect(loadingLines('Qwen/Qwen3-0.6B', false)).not.toContain('peft');
  });
});
