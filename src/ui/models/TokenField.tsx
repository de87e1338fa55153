import { useId, useState } from 'react';
import { unless } from '../unless';
import styles from './Load.module.css';
import { changeAccess } from './shelf';
import { useModels } from './store';

interface Props {
  /** Of the button. */
  label: string;
  onGiven?(): void;
}

/** For gated and private models. The token goes to the Hub's address and nowhere else, and is forgotten with the page. */
export function TokenField({ label, onGiven }: Props) {
  const id = useId();
  const endpoint = useModels((s) => s.access.endpoint);
  const [text, setText] = useState('');
  return (
    <form
      className={styles.token}
      onSubmit={(event) => {
        event.preventDefault();
        changeAccess({ token: text.trim() || null });
        setText('');
        onGiven?.();
      }}
    >
      <label htmlFor={id}>Token</label>
      <input
        id={id}
        type="password"
        autoComplete="off"
        placeholder="hf_…"
        value={text}
        aria-describedby={`${id}-doc`}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" {...unless(text.trim() === '' ? 'Paste a token first.' : null)}>
        {label}
      </button>
      <p id={`${id}-doc`} className={styles.note}>
        Kept in memory until the page closes, never stored; sent to {endpoint} only.
      </p>
    </form>
  );
}
