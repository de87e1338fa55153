import { DIVERGENCE_NAMES, DIVERGENCES, type DivergenceName } from '../../antisd/divergences';
import { plain } from '../format';
import styles from './Figure.module.css';
import { useLabWords, useWords } from './language';
import { Sign } from './Sign';
import type { Shaping } from './shaping';

interface Props {
  shaping: Shaping;
  onChange(shaping: Shaping): void;
}

/** Divergence, sign, weight and mask. */
export function ShapingControls({ shaping, onChange }: Props) {
  const { slope: words } = useWords().chapters;
  const said = useLabWords();
  const set = (part: Partial<Shaping>): void => onChange({ ...shaping, ...part });
  return (
    <div className={styles.controls}>
      <label>
        <span>{words.divergence}</span>
        <select
          value={shaping.divergence}
          onChange={({ target }) => set({ divergence: target.value as DivergenceName })}
        >
          {DIVERGENCE_NAMES.map((name) => (
            <option key={name} value={name}>
              {said(DIVERGENCES[name].label)}
            </option>
          ))}
        </select>
      </label>
      {shaping.divergence === 'alpha' && (
        <Amount label="α" value={shaping.alpha} most={2} step={0.1} onChange={(alpha) => set({ alpha })} />
      )}
      <fieldset className={styles.choice}>
        <legend>{words.sign}</legend>
        {([-1, 1] as const).map((sign) => (
          <button key={sign} type="button" aria-pressed={shaping.sign === sign} onClick={() => set({ sign })}>
            {sign < 0 ? `−: ${words.anti}` : `+: ${words.towards}`}
          </button>
        ))}
      </fieldset>
      <Amount
        label={<Sign name="lambda" />}
        name="λ"
        value={shaping.lambda}
        most={1}
        step={0.05}
        onChange={(lambda) => set({ lambda })}
      />
      <Amount label={words.mask} value={shaping.mask} most={8} step={0.5} onChange={(mask) => set({ mask })} />
    </div>
  );
}

interface AmountProps {
  label: React.ReactNode;
  /** Where the label is no text. */
  name?: string;
  value: number;
  most: number;
  step: number;
  least?: number;
  onChange(value: number): void;
}

/** A number from 0 up to `most`, by slider. */
export function Amount({ label, name, value, most, step, least = 0, onChange }: AmountProps) {
  return (
    <label className={styles.slider}>
      <span>{label}</span>
      <input
        type="range"
        min={least}
        max={most}
        step={step}
        value={value}
        aria-label={name}
        onChange={({ target }) => onChange(Number(target.value))}
      />
      <output data-number>{plain(value)}</output>
    </label>
  );
}
