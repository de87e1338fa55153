import { useId, useState } from 'react';
import { BOUNDS } from '../../data/bounds';
import { readWrittenJson } from '../../data/json';
import { type Sweep, sweepOf } from '../../runs/sweep/file';
import { ActionButton } from '../ActionButton';
import { exportTrl } from '../actions/exportTrl';
import folds from '../panels/Folds.module.css';
import styles from './Queue.module.css';
import { QueueList } from './QueueList';
import { enqueue, useQueue } from './queue-runner';
import { SHIPPED } from './shipped';

/** Experiments: a file's runs, one after another; and the way out to a cluster. */
export function QueuePanel() {
  const { cells } = useQueue((s) => s.queue);
  return (
    <details className={folds.fold}>
      <summary>Experiments</summary>
      {cells.length === 0 ? <Chooser /> : <QueueList />}
      <ActionButton action={exportTrl} />
      <p className={folds.keys}>The settings above as a folder for TRL: trainer, problems, one GPU or a cluster.</p>
    </details>
  );
}

/** A shipped file, or one's own; what it would run. */
function Chooser() {
  const [own, setOwn] = useState<Sweep | null>(null);
  const [place, choose] = useState(0);
  const [refused, refuse] = useState<string | null>(null);
  const field = useId();
  const offered = own ? [...SHIPPED, own] : SHIPPED;
  const chosen = offered[place];
  const take = (at: number): void => {
    choose(at);
    refuse(null);
  };
  const read = async (file: File) => {
    try {
      if (file.size > BOUNDS.json) throw new Error('The file is too long for an experiment.');
      setOwn(sweepOf(readWrittenJson(new Uint8Array(await file.arrayBuffer()), file.name), file.name));
      take(SHIPPED.length);
    } catch (error) {
      refuse((error as Error).message);
    }
  };
  const alone = chosen.cells.filter(({ from }) => from === null);
  const steps = alone.reduce((sum, { config }) => sum + config.steps, 0);
  return (
    <section aria-label="Choose an experiment" className={styles.chooser}>
      <label htmlFor={field}>Experiment</label>
      <select id={field} value={place} onChange={({ target }) => take(Number(target.value))}>
        {offered.map((sweep, i) => (
          <option key={sweep === own ? '' : sweep.name} value={i}>
            {sweep.name}
            {sweep === own && ' (your own file)'}
          </option>
        ))}
      </select>
      <label>
        Your own file
        <input
          type="file"
          accept=".json"
          onClick={({ currentTarget }) => (currentTarget.value = '')} // the same file can be chosen again
          onChange={({ target }) => target.files?.[0] && void read(target.files[0])}
        />
      </label>
      {refused && <p role="alert">{refused}</p>}
      <p>{chosen.doc}</p>
      <button type="button" onClick={() => enqueue(chosen)}>
        Queue {alone.length === 1 ? 'one run' : `${alone.length} runs`}, {steps.toLocaleString('en-US')} steps
      </button>
    </section>
  );
}
