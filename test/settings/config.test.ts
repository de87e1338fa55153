import { describe, expect, it } from 'vitest';
import { resolveMethod } from '../../src/antisd/arms';
import {
  checkSetting,
  configFromQuery,
  configToQuery,
  DEFAULT_CONFIG,
  parseTrainConfig,
  valueFromText,
} from '../../src/settings/config';
import { PRESETS, presetConfig } from '../../src/settings/presets';
import { SETTINGS, type Setting, type SettingName } from '../../src/settings/settings';

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

  it('resolves every preset to a method', () => {
    for (const preset of PRESETS) expect(resolveMethod(presetConfig(preset)).divergence.name).toBeTruthy();
    expect(PRESETS[0].id).toBe('antisd');
  });
});
