import type { ReactNode } from 'react';
import { bytesText } from '../../data/bytes';
import type { MemoryPlan } from '../../model/net/decoder';
import { byName } from '../../runs/metrics';
import { percent } from '../format';
import { RunWarnings } from '../notices/RunWarnings';
import { deviceOf, type EngineFields } from '../state/engine-state';
import { useLab } from '../state/store';
import { PhaseBars } from './PhaseBars';
import styles from './RunFacts.module.css';

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
  const engine = useLab((s) => s.engine);
  const memory = useLab((s) => s.snapshot.memory);
  const parameters = useLab((s) => s.snapshot.parameters);
  const leftOut = useLab((s) => s.snapshot.leftOut);
  const readAs = useLab((s) => s.snapshot.readAs);
  const last = useLab((s) => s.snapshot.steps.at(-1));
  const sft = useLab((s) => s.snapshot.sft?.start ?? null);
  const rank = useLab(({ snapshot: s }) => (s.sft?.start.config ?? s.config)?.loraRank ?? 0);
  const device = deviceOf(run, engine);
  return (
    <section aria-label="Run facts" className={styles.facts}>
      <h2>This run</h2>
      <RunWarnings />
      {!sft && <PhaseBars last={last} />}
      <dl>
        <Fact name="Device">
          {device ? `${device.name}${device.software ? ' (software)' : ''}, ${device.backend}` : 'none yet'}
        </Fact>
        {device && <Fact name="Self-test">{device.selfTest ? verdict(device.selfTest) : unchecked(engine)}</Fact>}
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

const unchecked = (engine: EngineFields['engine']): string =>
  engine.state === 'ready' && engine.checking
    ? `checking, ${engine.checking.done} of ${engine.checking.total}`
    : 'not run';

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
