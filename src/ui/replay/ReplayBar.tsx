import { useLab } from '../state/store';
import { goTo, pauseReplay, placeOf, resumeReplay, SPEEDS, setSpeed, useReplay } from './player';
import styles from './ReplayBar.module.css';

/** The time line of a run that is played, with its speed and the places worth a look. */
export function ReplayBar() {
  const score = useReplay((s) => s.score);
  const playing = useReplay((s) => s.playing);
  const speed = useReplay((s) => s.speed);
  const shown = useLab((s) => s.source === 'stored' || s.source === 'recorded');
  const step = useLab(({ snapshot }) => (snapshot.sft ? snapshot.sft.figures : snapshot.steps).at(-1)?.step ?? 0);
  if (!shown || !score || score.steps.length < 2) return <div className={styles.place} />;
  const last = score.steps.length - 1;
  const place = Math.max(0, placeOf(score, step));
  return (
    <section className={styles.bar} aria-label="Replay">
      <button type="button" onClick={playing ? pauseReplay : resumeReplay}>
        {playing ? 'Pause' : 'Play'}
      </button>
      {SPEEDS.map((times) => (
        <button key={times} type="button" aria-pressed={speed === times} onClick={() => setSpeed(times)}>
          {times} ×
        </button>
      ))}
      <button type="button" onClick={() => goTo(last)}>
        To the end
      </button>
      <input
        className={styles.line}
        type="range"
        min={0}
        max={last}
        value={place}
        aria-label="Step of the replay"
        aria-valuetext={`step ${step}`}
        onChange={({ target }) => goTo(Number(target.value))}
      />
      {score.marks.length > 0 && (
        <select
          className={styles.marks}
          value=""
          aria-label="Go to"
          onChange={({ target }) => {
            const mark = score.marks[Number(target.value)];
            if (mark) goTo(placeOf(score, mark.step), mark);
          }}
        >
          <option value="">Go to …</option>
          {score.marks.map((mark, i) => (
            <option key={`${mark.step} ${mark.what}`} value={i}>
              step {mark.step}: {mark.what}
            </option>
          ))}
        </select>
      )}
    </section>
  );
}
