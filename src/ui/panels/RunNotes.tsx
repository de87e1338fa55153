import { useState } from 'react';
import type { StoredRun } from '../../runs/stored-runs';
import { sayOfRun } from '../actions/sayOfRun';
import styles from './StoredRuns.module.css';

interface Props {
  run: StoredRun;
  /** What the run is called for those who do not see where this stands. */
  label: string;
}

/** What a person says of a run: a star, a name, a note. Stored when a field is left. */
export function RunNotes({ run, label }: Props) {
  const [open, setOpen] = useState(false);
  const { id, name = '', note = '', starred = false } = run;
  const keep = (field: 'name' | 'note', value: string): void => {
    if (value !== (run[field] ?? '')) sayOfRun(id, { [field]: value });
  };
  return (
    <>
      <button
        type="button"
        aria-pressed={starred}
        aria-label={`Star ${label}`}
        onClick={() => sayOfRun(id, { starred: !starred })}
      >
        {starred ? '★' : '☆'}
      </button>
      <button type="button" aria-expanded={open} aria-label={`Notes on ${label}`} onClick={() => setOpen(!open)}>
        Notes
      </button>
      {open && (
        <div className={styles.notes}>
          <label>
            Name
            <input defaultValue={name} maxLength={200} onBlur={({ target }) => keep('name', target.value)} />
          </label>
          <label>
            Note
            <textarea
              defaultValue={note}
              maxLength={10_000}
              rows={3}
              onBlur={({ target }) => keep('note', target.value)}
            />
          </label>
        </div>
      )}
    </>
  );
}
