import { whyBusy, whyNoEngine } from '../actions/startRun';
import { useLab } from '../state/store';
import { unless } from '../unless';
import styles from './Queue.module.css';
import { continuable, type Queued, runningIn } from './queue';
import { clearQueue, goOn, hold, useQueue } from './queue-runner';

/** The queue's runs, how far they are, and what was lost of them. */
export function QueueList() {
  const { queue, going } = useQueue();
  const noEngine = useLab(whyNoEngine);
  const waits = useLab((s) => going && whyBusy(s) !== null && runningIn(queue) === null);
  const done = queue.cells.filter(({ state }) => state === 'done').length;
  const begun = queue.cells.some(({ state }) => state !== 'waiting');
  const left = queue.cells.length - done;
  return (
    <section aria-label="Queue" className={styles.queue}>
      <p>
        {queue.name}: {done} of {queue.cells.length} runs done
        {queue.leftOut > 0 && `; ${queue.leftOut} more begin at others’ checkpoints: npm run lab -- sweep makes those`}
      </p>
      <div className={styles.buttons}>
        {going ? (
          <button type="button" onClick={hold}>
            Stop after this run
          </button>
        ) : (
          <button type="button" {...unless(left === 0 ? 'All runs are made.' : noEngine)} onClick={goOn}>
            {begun ? 'Go on' : 'Begin'}
          </button>
        )}
        <button type="button" onClick={clearQueue}>
          Clear the queue
        </button>
      </div>
      {waits && <p className={styles.state}>The next begins when the run on screen has ended.</p>}
      <ol>
        {queue.cells.map((cell) => (
          <li key={cell.id}>
            <span>{cell.id}</span> <Standing cell={cell} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Standing({ cell }: { cell: Queued }) {
  const runs = useLab((s) => s.runs);
  const step = useLab((s) => (cell.state === 'running' ? s.snapshot.step : 0));
  return <span className={styles.state}>{words(cell, step, continuable(cell, runs)?.checkpoint ?? null)}</span>;
}

function words({ state, why }: Queued, step: number, checkpoint: number | null): string {
  if (state === 'running') return `step ${step}`;
  if (state === 'failed') return `failed: ${why}`;
  if (state !== 'cut') return state;
  const reason = why ? ` (${why})` : '';
  return checkpoint === null
    ? `cut off${reason}; no checkpoint of it is left: it begins again`
    : `cut off${reason}; goes on from step ${checkpoint}`;
}
