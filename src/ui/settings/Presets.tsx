import { configToQuery } from '../../lab/config';
import { PRESETS, presetConfig } from '../../lab/presets';
import { fillForm } from '../actions/changeSetting';
import { configOf } from '../state/draft';
import { useLab } from '../state/store';
import styles from './Presets.module.css';

/** Same settings, whatever the seed: another seed is the same experiment. */
const sameBut = (query: string): string => {
  const params = new URLSearchParams(query);
  params.delete('seed');
  return params.toString();
};

/** Named starting points; the one the form amounts to is marked, with what is known of it. */
export function Presets({ disabled }: { disabled: boolean }) {
  const chosen = useLab((s) => {
    const config = configOf(s.draft);
    return (
      config && PRESETS.find((p) => sameBut(configToQuery(presetConfig(p))) === sameBut(configToQuery(config)))?.id
    );
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
            onChange={() => fillForm(presetConfig(preset))}
          />
          {preset.label}
        </label>
      ))}
      <p className={styles.doc}>{PRESETS.find((p) => p.id === chosen)?.doc ?? 'A setting of your own.'}</p>
    </fieldset>
  );
}
