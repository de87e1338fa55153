import { useState } from 'react';
import { configToQuery } from '../../../settings/config';
import { PRESETS, presetConfig } from '../../../settings/presets';
import { unless } from '../../unless';
import { CHAPTER_IDS, type ChapterId } from '../answers';
import { useLabWords, useWords } from '../language';
import styles from './Class.module.css';
import { addressOfTask } from './class-task';

/** Class, preset, seed and questions as a link. */
export function LinkMaker() {
  const { teacher, chapters: words } = useWords();
  const said = useLabWords();
  const [name, setName] = useState('');
  const [preset, setPreset] = useState(PRESETS[0].id);
  const [seed, setSeed] = useState('0');
  const [asked, setAsked] = useState<readonly ChapterId[]>(CHAPTER_IDS);
  const [copied, setCopied] = useState(false);
  const chosen = PRESETS.find(({ id }) => id === preset) ?? PRESETS[0];
  const isSeed = /^\d{1,9}$/.test(seed);
  const whole = name.trim() !== '' && isSeed && asked.length > 0;
  const config = { ...presetConfig(chosen), seed: Number(seed) };
  // Method and seed are said also where they are what is taken anyway: defaults may change.
  const query = new URLSearchParams({
    ...Object.fromEntries(new URLSearchParams(configToQuery(config))),
    arm: config.arm,
    seed,
  }).toString();
  const task = { name: name.trim(), chapters: CHAPTER_IDS.filter((id) => asked.includes(id)), query };
  const link = whole ? `${location.origin}${location.pathname}${addressOfTask(task)}` : '';
  const change = (act: () => void): void => {
    setCopied(false);
    act();
  };
  return (
    <div className={styles.maker}>
      <label className={styles.field}>
        <span>{teacher.name}</span>
        <input value={name} maxLength={60} onChange={({ target }) => change(() => setName(target.value))} />
      </label>
      <label className={styles.field}>
        <span>{teacher.preset}</span>
        <select value={preset} onChange={({ target }) => change(() => setPreset(target.value))}>
          {PRESETS.filter(({ keepsModel }) => !keepsModel).map(({ id, label }) => (
            <option key={id} value={id}>
              {said(label)}
            </option>
          ))}
        </select>
      </label>
      <label className={styles.field}>
        <span>{teacher.seed}</span>
        <input
          value={seed}
          inputMode="numeric"
          aria-invalid={!isSeed}
          onChange={({ target }) => change(() => setSeed(target.value))}
        />
      </label>
      <fieldset>
        <legend>{teacher.questions}</legend>
        {CHAPTER_IDS.map((id) => (
          <label key={id} className={styles.asked}>
            <input
              type="checkbox"
              checked={asked.includes(id)}
              onChange={() =>
                change(() => setAsked(asked.includes(id) ? asked.filter((other) => other !== id) : [...asked, id]))
              }
            />
            {words[id].title}
          </label>
        ))}
      </fieldset>
      <p className={link ? styles.link : styles.quiet}>{link || teacher.incomplete}</p>
      <button
        type="button"
        data-primary
        {...unless(whole ? null : teacher.incomplete)}
        onClick={() =>
          void navigator.clipboard.writeText(link).then(
            () => setCopied(true),
            () => {},
          )
        }
      >
        {copied ? teacher.copied : teacher.copy}
      </button>
    </div>
  );
}
