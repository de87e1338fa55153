import { unless } from '../unless';
import { goLive, useBench } from './bench';
import { Failure } from './Failure';
import { useLabWords, useWords } from './language';
import { fill } from './markup';
import styles from './Origin.module.css';

/** Where the numbers of a figure come from, and the way to have them made here. */
export function Origin() {
  const { bench } = useWords();
  const { origin, engine, busy, failure } = useBench();
  return (
    <div className={styles.origin}>
      <span>
        {origin === 'recorded'
          ? bench.recorded
          : fill(bench.live, { device: engine.state === 'ready' ? engine.device.name : '' })}
      </span>
      {origin === 'recorded' && <ToLive />}
      {busy && <Doing />}
      <Failure why={failure} />
    </div>
  );
}

function ToLive() {
  const { bench } = useWords();
  const busy = useBench((s) => s.busy);
  const state = useBench((s) => s.engine.state);
  if (!('gpu' in navigator) || state === 'unavailable') return <span>{bench.noGpu}</span>;
  return (
    <button type="button" {...unless(busy ? bench.busy : null)} onClick={() => void goLive()}>
      {bench.goLive}
    </button>
  );
}

/** How far it is. */
export function Doing() {
  const { bench } = useWords();
  const said = useLabWords();
  const progress = useBench((s) => s.progress);
  if (!progress) return <span role="status">{bench.busy}</span>;
  const { what, done, total } = progress;
  return (
    <span role="status">
      {said(what)}
      {total ? ` ${done}/${total}` : ''} …
    </span>
  );
}
