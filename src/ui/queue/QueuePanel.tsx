import { useId, useState } from 'react';
import { BOUNDS } from '../../data/bounds';
import { readJson } from '../../data/json';
import { type Sweep, sweepOf } from '../../runs/sweep/file';
import { exportTrl } from '../actions/exportTrl';
import { perform } from '../hooks';
import folds from '../panels/Folds.module.css';
import { useLab } from '../state/store';
import styles from './Queue.module.css';
import { QueueList } from './QueueList';
import { enqueue, useQueue } from './queue-runner';
import { SHIPPED } from './shipped';

/** Experiments: a file's runs, one after another; and the way out to a cluster. */
export function QueuePanel() {
  const { cells } = useQueue((s) => s.queue);
  const canExport = useLab(exportTrl.enabled);
  return (
    <details className={folds.fold}>
      <summary>Experiments</summary>
      {cells.length === 0 ? <Chooser /> : <QueueList />}
      <button type="button" disabled={!canExport} onClick={() => perform(exportTrl)}>
        {exportTrl.label}
      </button>
      <p className={folds.keys}>The settings above as a folder for TRL: trainer, problems, one GPU or a cluster.</p>
    </details>
  );
}

/** A shipped file, or one's own; what it would run. */
function Chooser() {
  const [chosen, choose] = useState<Sweep>(SHIPPED[0]);
  const [refused, refuse] = useState<string | null>(null);
  const field = useId();
  const own = SHIPPED.includes(chosen) ? null : chosen;
  const read = async (file: File) => {
    try {
      if (file.size > BOUNDS.json) throw new Error('The file is too long for an experiment.');
      choose(sweepOf(readJson(new Uint8Array(await file.arrayBuffer()), file.name), file.name));
      refuse(null);
    } catch (error) {
      refuse((error as Error).message);
    }
  };
  const steps = chosen.cells.reduce((sum, { config }) => sum + config.steps, 0);
  return (
    <section aria-label="Choose an experiment" className={styles.chooser}>
      <label htmlFor={field}>Experiment</label>
      <select
        id={field}
        value={chosen.name}
        onChange={({ target }) => choose([...SHIPPED, chosen].find(({ name }) => name === target.value) ?? chosen)}
      >
        {[...SHIPPED, ...(own ? [own] : [])].map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <label>
        Your own file
        <input type="file" accept=".json" onChange={({ target }) => target.files?.[0] && void read(target.files[0])} />
      </label>
      {refused && <p role="alert">{refused}</p>}
      <p>{chosen.doc}</p>
      <button type="button" onClick={() => enqueue(chosen)}>
        Queue {chosen.cells.length} runs, {steps.toLocaleString('en-US')} steps
      </button>
    </section>
  );
}
