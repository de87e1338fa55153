import { useEffect, useId, useState } from 'react';
import styles from './Choices.module.css';

interface Props {
  label: string;
  value: number;
  min: number;
  max: number;
  whole?: boolean;
  /** Whether the label stands above the field; else it is only spoken. */
  shown?: boolean;
  onChange(value: number): void;
}

/** A number as text: what cannot be used stays in the field, with a word on it, and changes nothing. */
export function NumberField({ label, value, min, max, whole = false, shown = false, onChange }: Props) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText((now) => (Number(now) === value ? now : String(value))), [value]);
  const read = (t: string): number | null => {
    const n = Number(t);
    return t.trim() === '' || !Number.isFinite(n) || n < min || n > max || (whole && !Number.isInteger(n)) ? null : n;
  };
  const change = (t: string): void => {
    setText(t);
    const n = read(t);
    if (n !== null && n !== value) onChange(n);
  };
  const id = useId();
  const wanted = `${whole ? 'a whole number' : 'a number'} from ${min} to ${max}`;
  const wrong = read(text) === null;
  return (
    <div>
      <label htmlFor={id} className={shown ? undefined : 'visually-hidden'}>
        {label}
      </label>
      <input
        id={id}
        type="text"
        inputMode="decimal"
        title={`${label}: ${wanted}`}
        aria-invalid={wrong}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        autoComplete="off"
        value={text}
        onChange={(event) => change(event.target.value)}
      />
      {wrong && (
        <p id={`${id}-wrong`} className={styles.wrong}>
          must be {wanted}
        </p>
      )}
    </div>
  );
}
