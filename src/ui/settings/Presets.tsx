import { configToQuery, DEFAULT_CONFIG, type TrainConfig } from '../../settings/config';
import { PRESETS, type Preset, presetConfig } from '../../settings/presets';
import { fillForm } from '../actions/changeSetting';
import { configOf } from '../state/draft';
import { useLab } from '../state/store';
import styles from './Presets.module.css';

/** The preset with what it leaves to the form. */
const filled = (preset: Preset, { model }: Pick<TrainConfig, 'model'>): TrainConfig => ({
  ...presetConfig(preset),
  ...(preset.keepsModel ? { model } : {}),
});

/** Same settings, whatever the seed: another seed is the same experiment. */
const sameBut = (config: TrainConfig): string => configToQuery({ ...config, seed: DEFAULT_CONFIG.seed });

/** Named starting points; the one the form amounts to is marked, with what is known of it. */
export function Presets({ disabled }: { disabled: boolean }) {
  const chosen = useLab((s) => {
    const config = configOf(s.draft);
    return config && PRESETS.find((p) => sameBut(filled(p, config)) === sameBut(config))?.id;
  });
  return (
    <fieldset className={styles.presets} disabled={disabled}>
      <legend>Preset</legend>
      {PRESETS.map((preset) => (
        <label key={preset.id} className={styles.preset} title={preset.doc}>
          <input
            type="radio"
            name="preset"
            checked={preset.id === chosen}
            onChange={() => fillForm(filled(preset, useLab.getState().draft))}
          />
          {preset.label}
        </label>
      ))}
      <p className={styles.doc}>{PRESETS.find((p) => p.id === chosen)?.doc ?? 'A setting of your own.'}</p>
    </fieldset>
  );
}
