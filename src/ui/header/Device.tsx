import type { Checking } from '../../engine/protocol';
import { duration } from '../format';
import { useInspector } from '../inspector/store';
import type { EngineFields } from '../state/engine-state';
import { useLab } from '../state/store';
import styles from './Header.module.css';
import { useSeconds } from './phase-times';

/** The device of the page on screen, or how far its opening is: the inspector has an engine of its own. */
export function Device({ inspecting }: { inspecting: boolean }) {
  const trainer = useLab((s) => s.engine);
  const inspector = useInspector((s) => s.engine);
  const engine = inspecting ? inspector : trainer;
  const name = deviceName(engine);
  const opening = name.endsWith('…'); // nothing is counted
  return (
    <span className={styles.device} title={name}>
      {name}
      {opening && <Gone what={name} />}
    </span>
  );
}

/** How long that has taken. */
function Gone({ what }: { what: string }) {
  const seconds = useSeconds(what);
  return seconds >= 1 && <span data-number> {duration(seconds)}</span>;
}

const checkingText = ({ done, total }: Checking): string => `checking kernels ${done} of ${total}`;

function deviceName(engine: EngineFields['engine']): string {
  if (engine.state === 'ready') return engine.checking ? checkingText(engine.checking) : engine.device.name;
  if (engine.state === 'unavailable') return 'no WebGPU';
  if (engine.state === 'failed') return 'engine stopped';
  const progress = engine.state === 'opening' ? engine.progress : null;
  if (!progress) return 'looking for a GPU …';
  return progress.total === null ? `${progress.what} …` : `${progress.what} ${progress.done} of ${progress.total}`;
}
