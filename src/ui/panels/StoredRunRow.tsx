import { useId, useState } from 'react';
import { bytesText } from '../../data/bytes';
import { excerpt, visible } from '../../data/visible';
import type { ListedRun, StoredRun } from '../../runs/stored-runs';
import { beginFrom, continueRun, whyNotBegunFrom, whyNotContinued, whyNotNow } from '../actions/continueRun';
import { deleteRun } from '../actions/deleteRun';
import { downloadRun } from '../actions/downloadRun';
import { replayRun } from '../actions/replayRun';
import { whyBusy } from '../actions/startRun';
import { useLab } from '../state/store';
import { unless } from '../unless';
import { RunNotes } from './RunNotes';
import styles from './StoredRuns.module.css';

/** One stored run: how far it came, its size, and what can be done with it. Deleting asks once more. */
export function StoredRunRow({ run }: { run: ListedRun }) {
  const busy = useLab(whyBusy);
  const [deleting, setDeleting] = useState(false);
  const facts = useId();
  const broken = 'broken' in run;
  const label = broken ? `broken run ${excerpt(run.id)}` : nameOf(run);
  return (
    <li className={styles.run}>
      <span>{broken ? `Broken: ${excerpt(run.id)}` : label}</span>
      <span id={facts} className={styles.caption}>
        {Number.isNaN(run.created) ? '' : `${new Date(run.created).toLocaleString()}, `}
        {bytesText(run.bytes)}; {broken ? visible(run.broken) : stateOf(run)}
        {!broken && run.note ? `. ${visible(run.note)}` : ''}
      </span>
      {deleting ? (
        <div className={styles.buttons}>
          <button type="button" aria-label={`Delete ${label} for good`} onClick={() => deleteRun(run.id)}>
            Delete for good
          </button>
          {/* biome-ignore lint/a11y/noAutofocus: the button that had the focus is gone */}
          <button type="button" autoFocus onClick={() => setDeleting(false)}>
            Keep it
          </button>
        </div>
      ) : (
        <div className={styles.buttons}>
          {!broken && <WholeButtons run={run} label={label} facts={facts} />}
          <button type="button" aria-label={`Download ${label}`} onClick={() => downloadRun(run.id)}>
            Download
          </button>
          <button
            type="button"
            {...unless(run.open ? 'It is open, here or in another tab.' : busy)}
            aria-label={`Delete ${label}`}
            onClick={() => setDeleting(true)}
          >
            Delete
          </button>
        </div>
      )}
    </li>
  );
}

/** Shown again, or gone on with. */
function WholeButtons({ run, label, facts }: { run: StoredRun; label: string; facts: string }) {
  const busy = useLab(whyBusy);
  const notNow = useLab((s) => whyNotNow(s, run));
  const whyNot = useLab((s) => whyNotBegunFrom(s, run));
  const { id, unit, checkpoint } = run;
  return (
    <>
      <button type="button" {...unless(busy)} aria-label={`Replay ${label}`} onClick={() => replayRun(id)}>
        Replay
      </button>
      <button
        type="button"
        {...unless(notNow)}
        aria-label={`Continue ${label}${checkpoint === null ? '' : ` from ${unit} ${checkpoint}`}`}
        aria-describedby={facts}
        onClick={() => continueRun(id)}
      >
        Continue
      </button>
      <button
        type="button"
        title="A new run with the settings above goes on from its weights, optimiser and step."
        {...unless(whyNot)}
        aria-label={`Begin from here, with the settings above: ${label}`}
        onClick={() => beginFrom(id)}
      >
        Begin from here
      </button>
      <RunNotes run={run} label={label} />
    </>
  );
}

/** What a person called it, and what it is. */
const nameOf = ({ name, label }: StoredRun): string => (name ? `${excerpt(name)}: ${label}` : label);

/** How it ended, and where it goes on, or why it cannot. */
function stateOf(run: StoredRun): string {
  const ended = run.done === 'stopped' ? 'stopped' : 'cut off';
  return whyNotContinued(run) ?? `${ended}, goes on from ${run.unit} ${run.checkpoint}`;
}
