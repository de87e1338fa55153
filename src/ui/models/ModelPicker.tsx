import { useId, useRef, useState } from 'react';
import { bytesText } from '../../data/bytes';
import { BUILT_IN_MODELS } from '../../data/tasks';
import type { Dropped } from '../../library/model-shelf';
import type { CachedModel } from '../../library/sources/cache';
import type { PlacedFile } from '../../library/sources/dropped';
import { BUSY } from '../actions/startRun';
import { unless } from '../unless';
import { FileButtons } from './FileButtons';
import styles from './ModelPicker.module.css';
import { cachedEntries, nameShown } from './names';

export interface ModelPickerProps {
  /** The control's label: "Model", "Compare with", "Adapter". */
  label: string;
  /** `model` offers the built-in models and downloaded ones; `adapter` offers adapters, and none at all. */
  kind: 'model' | 'adapter';
  /** What is chosen: a built-in model, a dropped name, an address, a Hub id; of adapters also null, for none. */
  value: string | null;
  /**
   * Called once the person has chosen from the list, or typed a name and pressed Enter or Use. From then on the name's
   * host may be asked (confirmName has been called by whoever owns the list of confirmed names).
   */
  onChange(name: string | null): void;
  /** Downloaded models, and everything that was dropped: `useModels` has both. */
  cached: readonly CachedModel[];
  dropped: readonly Dropped[];
  /** Files of the dialogues: hand them to `takeFiles`. */
  onFiles(files: PlacedFile[]): void;
  disabled?: boolean;
}

const OTHER = 'other name';
const NONE = 'no adapter';

/** Chooses a model or an adapter: from what is here, by a Hub id or an address, or from this computer's files. */
export function ModelPicker({ label, kind, value, onChange, cached, dropped, onFiles, disabled }: ModelPickerProps) {
  const id = useId();
  const [typing, setTyping] = useState(false);
  const [text, setText] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const own = dropped.filter((d) => d.kind === kind);
  const here = cachedEntries(cached).filter((entry) => entry.kind === kind);
  const builtIn = kind === 'model' ? BUILT_IN_MODELS : [];
  const known = [...builtIn, ...own.map((d) => d.name), ...here.map((entry) => entry.name)];
  const typed = value !== null && !known.includes(value) ? value : null;
  const use = (): void => {
    if (text.trim() === '') return;
    setTyping(false);
    onChange(text.trim());
  };
  return (
    <div className={styles.picker}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        disabled={disabled}
        value={typing ? OTHER : (value ?? NONE)}
        onChange={({ target }) => {
          setTyping(target.value === OTHER);
          if (target.value === OTHER) requestAnimationFrame(() => field.current?.focus());
          else onChange(target.value === NONE ? null : target.value);
        }}
      >
        {kind === 'adapter' && <option value={NONE}>none</option>}
        {builtIn.map((name) => (
          <option key={name} value={name}>
            {name} (built in)
          </option>
        ))}
        {typed !== null && <option value={typed}>{nameShown(typed)}</option>}
        {own.length > 0 && (
          <optgroup label="Dropped on this page">
            {own.map(({ name, bytes }) => (
              <option key={name} value={name}>
                {nameShown(name)} ({bytesText(bytes)} on disk)
              </option>
            ))}
          </optgroup>
        )}
        {here.length > 0 && (
          <optgroup label="Downloaded">
            {here.map(({ name, bytes }) => (
              <option key={name} value={name}>
                {name} ({bytesText(bytes)} on disk)
              </option>
            ))}
          </optgroup>
        )}
        <option value={OTHER}>Hub id or address …</option>
      </select>
      {typing && (
        <form
          className={styles.other}
          onSubmit={(event) => {
            event.preventDefault();
            use();
          }}
        >
          <input
            ref={field}
            type="text"
            aria-label={`Hub id or address of the ${kind}`}
            placeholder={kind === 'model' ? 'Qwen/Qwen3-0.6B or https://…' : 'org/adapter or https://…'}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={text}
            disabled={disabled}
            onChange={({ target }) => setText(target.value)}
          />
          <button
            type="submit"
            {...unless(disabled ? BUSY : text.trim() === '' ? 'Type a name or an address first.' : null)}
          >
            Use
          </button>
        </form>
      )}
      <FileButtons what={kind} disabled={disabled} onFiles={onFiles} />
    </div>
  );
}
