import type { ReactNode } from 'react';
import { bytesText } from '../../data/bytes';
import type { DeviceReport } from '../../kernels/device-report';
import type { MemoryPlan } from '../../model/net/decoder';
import { byName } from '../../runs/metrics';
import { percent } from '../format';
import { RunWarnings } from '../notices/RunWarnings';
import type { EngineFields } from '../state/engine-state';
import { useLab } from '../state/store';
import { PhaseBars } from './PhaseBars';
import styles from './RunFacts.module.css';

type Ready = Extract<EngineFields['engine'], { state: 'ready' }>;

const PURPOSES: readonly [keyof MemoryPlan, string][] = [
  ['weights', 'weights'],
  ['gradients', 'gradients'],
  ['optimizer', 'optimiser'],
  ['activations', 'activations'],
  ['kvCache', 'KV cache'],
  ['scratch', 'scratch'],
];

/** Where the run runs and what it costs. */
export function RunFacts() {
  const run = useLab((s) => s.snapshot.device);
  const ready = useLab((s) => (s.engine.state === 'ready' ? s.engine : null));
  const memory = useLab((s) => s.snapshot.memory);
  const parameters = useLab((s) => s.snapshot.parameters);
  const leftOut = useLab((s) => s.snapshot.leftOut);
  const readAs = useLab((s) => s.snapshot.readAs);
  const last = useLab((s) => s.snapshot.steps.at(-1));
  const sft = useLab((s) => s.snapshot.sft?.start ?? null);
  const rank = useLab(({ snapshot: s }) => (s.sft?.start.config ?? s.config)?.loraRank ?? 0);
  const device = run ?? ready?.device ?? null;
  return (
    <section aria-label="Run facts" className={styles.facts}>
      <h2>This run</h2>
      <RunWarnings />
      {!sft && <PhaseBars last={last} />}
      <dl>
        <Fact name="Device">
          {device ? `${device.name}${device.software ? ' (software)' : ''}, ${device.backend}` : 'none yet'}
        </Fact>
        {device && <Fact name="Self-test">{selfTestText(device, ready)}</Fact>}
        {device &&
          Object.entries(device.variants).map(([kernel, variant]) => (
            <Fact key={kernel} name={kernel}>
              {variant}
            </Fact>
          ))}
        {sft && (
          <Fact name="Examples">
            {sft.examples.toLocaleString('en-US')} to learn from, {sft.heldOut} held out, {sft.leftOut} left out
          </Fact>
        )}
        {readAs && <Fact name="Read as">{readAs}</Fact>}
        {leftOut && <Fact name="Left out">{leftOut}</Fact>}
        {parameters > 0 && (
          <Fact name="Trained">
            {parameters.toLocaleString('en-US')} parameters{rank > 0 && `, those of an adapter of rank ${rank}`}
          </Fact>
        )}
        {memory && (
          <Fact name="GPU memory, planned">
            {bytesText(memory.total)}
            <span className={styles.parts}>
              {PURPOSES.map(([key, label]) => `${label} ${bytesText(memory[key])}`).join(', ')}
            </span>
          </Fact>
        )}
        {last && (
          <Fact name="Context">
            {Object.entries(last.contextShares)
              .map(([source, share]) => `${source} ${percent(share)}`)
              .join(', ')}
          </Fact>
        )}
        {last?.datasets && <Fact name="Reward by dataset">{byName(last.datasets)}</Fact>}
        {last && <Fact name="Equal groups">{percent(last.equalGroupShare)}</Fact>}
        {last && <Fact name="u masked">{percent(last.maskedShare)}</Fact>}
      </dl>
    </section>
  );
}

/** A run may begin before its device is checked: then what the engine knows of it is told, or how far it is. */
function selfTestText({ name, selfTest }: DeviceReport, ready: Ready | null): string {
  const own = ready?.device.name === name ? ready : null;
  const found = selfTest ?? own?.device.selfTest;
  if (found) return verdict(found);
  return own?.checking ? `checking, ${own.checking.done} of ${own.checking.total}` : 'not run';
}

const verdict = ({ passed, failed, ms }: { passed: number; failed: string[]; ms: number }): string =>
  failed.length === 0
    ? `${passed} kernels right, ${Math.round(ms)} ms`
    : `${failed.join(', ')} failed; ${passed} right`;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
