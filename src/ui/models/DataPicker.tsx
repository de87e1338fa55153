import { useId, useState } from 'react';
import { bytesText } from '../../data/bytes';
import type { Dropped } from '../../library/model-shelf';
import type { PlacedFile } from '../../library/sources/dropped';
import { DatasetField } from './DatasetField';
import { FileButtons } from './FileButtons';
import styles from './ModelPicker.module.css';
import { nameShown } from './names';

interface Props {
  label: string;
  value: string;
  /** What comes with the lab: name and description. */
  builtIn: readonly (readonly [name: string, label: string])[];
  onChange(name: string): void;
  dropped: readonly Dropped[];
  onFiles(files: PlacedFile[]): void;
  disabled?: boolean;
}

const OTHER = 'other name';

/** Chooses where problems or examples come from: built in, a file of the person's own, or a dataset of the Hub. */
export function DataPicker({ label, value, builtIn, onChange, dropped, onFiles, disabled }: Props) {
  const id = useId();
  const [typing, setTyping] = useState(false);
  const choose = (name: string): void => {
    setTyping(name === OTHER);
    if (name !== OTHER) onChange(name);
  };
  const own = dropped.filter((d) => d.kind === 'data');
  const known = [...builtIn.map(([name]) => name), ...own.map((d) => d.name)];
  return (
    <div className={styles.picker}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={typing ? OTHER : value}
        disabled={disabled}
        onChange={({ target }) => choose(target.value)}
      >
        {builtIn.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
        {!known.includes(value) && <option value={value}>{nameShown(value)}</option>}
        {own.map(({ name, bytes }) => (
          <option key={name} value={name}>
            {nameShown(name)} ({bytesText(bytes)})
          </option>
        ))}
        <option value={OTHER}>Dataset of the Hub …</option>
      </select>
      {typing && <DatasetField onChange={choose} disabled={disabled} />}
      <FileButtons what="data" disabled={disabled} onFiles={onFiles} />
    </div>
  );
}
