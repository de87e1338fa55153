import { describe, expect, it } from 'vitest';
import { resolveMethod } from '../../src/antisd/arms';
import { parseFlags } from '../../src/cli/options';
import { type Given, settingFlags, settingsFrom } from '../../src/cli/setting-flags';
import {
  checkSetting,
  configFromQuery,
  configToQuery,
  DEFAULT_CONFIG,
  parseTrainConfig,
  settled,
  TRAIN_TABLE,
  valueFromText,
} from '../../src/settings/config';
import { PRESETS, presetConfig } from '../../src/settings/presets';
import { SETTINGS, type Setting, type SettingName } from '../../src/settings/settings';
import { parseSftConfig } from '../../src/settings/settings-sft';
import { warningsOf } from '../../src/settings/warnings';

/** The settings of the first version, whose `storage` is weightFormat now. */
const FIRST = `
advantageStd beta1 beta2 aggregation arm checkpointEvery clampNats clipEpsilon clipNorm context contextLength
correctOnly divergence entropyBeta evalEvery evalProblems evalSamples evalTemperature evalTopP gate
gateDown gateFloor gateLag gateSmoothing gateStatistic gateUp gateWarmup group klCoefficient lambda
lambdaSchedule lambdaSteps learningRate loraAlpha loraRank loraTargets maskNats maskSigma
maxNewTokens microBatch minDepth model problems recompute seed solutionTokens standardise steps task
temperature thinking topK topP updates warmupSteps weightDecay wording wrongShare
`
  .trim()
  .split(/\s+/) as SettingName[];

describe('the configuration', () => {
  it.each(Object.entries(SETTINGS) as [SettingName, Setting][])('%s has a valid default and a doc', (name, s) => {
    expect(checkSetting(name, s.default)).toBeNull();
    expect(s.doc.length).toBeGreaterThan(10);
    expect(s.doc.endsWith('.')).toBe(true);
  });

  it('refuses unknown names with the nearest known one, and impossible values with the range', () => {
    expect(() => parseTrainConfig({ learningrate: 1 })).toThrow(/Did you mean "learningRate"/);
    expect(() => parseTrainConfig({ group: 1 })).toThrow(/group must be a whole number from 2 to 64, got 1/);
    expect(() => parseTrainConfig({ arm: 'gpo' })).toThrow(/must be one of antisd/);
    expect(() => parseTrainConfig({ steps: Number.NaN })).toThrow(/steps must be/);
    expect(() => parseTrainConfig([])).toThrow(/no object/);
  });

  it('survives a link', () => {
    const config = parseTrainConfig({ arm: 'sd', lambda: 0.25, minDepth: 3, advantageStd: false, seed: 7 });
    expect(configFromQuery(configToQuery(config))).toEqual(config);
    expect(configToQuery(DEFAULT_CONFIG)).toBe('');
    expect(valueFromText('lambda', '')).toBeNull();
  });

  it('leaves the length of responses to the task; a number of earlier versions that is the task’s stands for that', () => {
    const lengthOf = (settings: object) => settled(parseTrainConfig(settings)).maxNewTokens;
    expect([{}, { task: 'stories' }, { task: 'a.jsonl' }, { maxNewTokens: 90 }].map(lengthOf)).toEqual([
      83, 136, 83, 90,
    ]);
    expect(parseTrainConfig({ maxNewTokens: 83 })).toEqual(DEFAULT_CONFIG);
    expect(parseTrainConfig({ task: 'stories', maxNewTokens: 83 }).maxNewTokens).toBe(83);
  });

  it('keeps what runs of earlier versions did, whose configurations do not say it', () => {
    const stored = (settings: object, lacking: readonly string[]) =>
      Object.fromEntries(
        Object.entries({ ...DEFAULT_CONFIG, ...settings }).filter(([name]) => !lacking.includes(name)),
      );
    const first = ['alpha', 'ratioClip', 'tau', 'wrongHints', 'groupStd', 'scoreTemperature', 'decayAll'];
    const stand = (settings: object, lacking = first) => parseTrainConfig(stored(settings, lacking));
    const meant = { alpha: 0.5, groupStd: 'population', scoreTemperature: null, decayAll: false };
    expect(stand({})).toEqual({ ...DEFAULT_CONFIG, ...meant });
    expect(stand({ temperature: 0.7, weightDecay: 0.1 })).toMatchObject({ scoreTemperature: 1, decayAll: true });
    expect(stand({ arm: 'no-teacher' }).arm).toBe('no-context');
    expect(stand({ arm: 'antisd-paper' }).gateStatistic).toBe('median-rollouts');
    // The version after it had group std and α.
    const second = stand({ arm: 'no-teacher', weightDecay: 0.1 }, ['scoreTemperature', 'decayAll']);
    expect(second).toMatchObject({ arm: 'no-teacher', groupStd: 'sample', decayAll: true });
    // What is partial is new.
    expect(parseTrainConfig({ temperature: 0.7, weightDecay: 0.1 })).toMatchObject({
      ...{ groupStd: 'sample', scoreTemperature: null, decayAll: false },
    });
    const { decayAll: _, ...sft } = parseSftConfig({ weightDecay: 0.1 }, 'test');
    expect(parseSftConfig(sft, 'test').decayAll).toBe(true);
    expect(parseSftConfig({ weightDecay: 0.1 }, 'test').decayAll).toBe(false);
  });

  it('knows for every setting that came later what runs of the first version did', () => {
    const kept = FIRST.map((name) => [name, DEFAULT_CONFIG[name]]);
    const config = parseTrainConfig({ ...Object.fromEntries(kept), storage: 'auto', temperature: 0.7 });
    expect(config).toMatchObject({ groupStd: 'population', scoreTemperature: 1, repeats: 'kept', logitMemory: 64 });
    const { decayAll: _, operands: __, keepCheckpoints: ___, logitMemory: ____, ...sft } = parseSftConfig({}, 'test');
    expect(parseSftConfig(sft, 'test')).toMatchObject({ logitMemory: 64, keepCheckpoints: 0 });
  });

  it('reads a setting by the name that it had in earlier versions: in a link, a configuration and a flag', () => {
    const { weightFormat, ...rest } = { ...DEFAULT_CONFIG, groupStd: 'population' } as const;
    expect(parseTrainConfig({ ...rest, storage: 'q4' })).toEqual({ ...rest, weightFormat: 'q4' });
    expect(weightFormat).toBe('auto');
    const { groupStd: _, ...first } = rest; // of the first version
    expect(parseTrainConfig({ ...first, storage: 'q4' })).toMatchObject({ weightFormat: 'q4', groupStd: 'population' });
    expect(parseSftConfig({ storage: 'q8' }, 'test')).toEqual(parseSftConfig({ weightFormat: 'q8' }, 'test'));
    expect(configFromQuery('storage=q8&seed=2')).toMatchObject({ weightFormat: 'q8', seed: 2 });
    expect(configToQuery(configFromQuery('storage=q8'))).toBe('weightFormat=q8');
    expect(() => parseTrainConfig({ storage: 'q5' })).toThrow(/weightFormat must be one of auto, f32/);
    const flags = settingFlags(TRAIN_TABLE);
    for (const given of [['--storage', 'q8'], ['--storage=q8'], ['--weight-format', 'q8']])
      expect(settingsFrom(TRAIN_TABLE, parseFlags('train', flags, given).values as Given)).toEqual({
        weightFormat: 'q8',
      });
    expect(() => parseFlags('train', flags, ['--storag', 'q8'])).toThrow(/Unknown flag --storag/);
  });

  it('warns where s is not the logarithm of what a token was drawn with', () => {
    const texts = (settings: object) => warningsOf(parseTrainConfig(settings)).map(({ text }) => text);
    expect(texts({ temperature: 0.7 })).toEqual([]);
    expect(texts({ temperature: 0.7, scoreTemperature: 0.7 })).toEqual([]);
    expect(texts({ topP: 0.9, topK: 5 })).toEqual([expect.stringMatching(/is cut \(top-p 0\.9, top-k 5\)/)]);
    expect(texts({ topK: 5, scoreTemperature: 2 })).toHaveLength(2);
  });

  it('resolves every preset to a method', () => {
    for (const preset of PRESETS) expect(resolveMethod(presetConfig(preset)).divergence.name).toBeTruthy();
    expect(PRESETS[0].id).toBe('antisd');
    // Those that are compared with one another run equally long.
    const compared = PRESETS.filter(({ keepsModel }) => !keepsModel).map(presetConfig);
    const ofNano = compared.filter(({ model }) => model === DEFAULT_CONFIG.model);
    expect(new Set(ofNano.map(({ steps }) => steps))).toEqual(new Set([120]));
  });
});
