import { useState } from 'react';
import type { LayerTrace, PointName } from '../../../model/net/trace';
import { plain, signed } from '../../format';
import { MEASURES } from '../../heatmap/measures';
import tints from '../../tokens/Tints.module.css';
import { tintOf } from '../../tokens/tint';
import { unless } from '../../unless';
import { readTrace, useBench } from '../bench';
import { Failure } from '../Failure';
import { useWords } from '../language';
import { fill } from '../markup';
import { Doing } from '../Origin';
import { SheetText } from '../SheetText';
import { useBenchSheet } from '../useBenchSheet';
import styles from './Tensors.module.css';

/** A token's row of any tensor of the network, read back from this device. */
export function Tensors() {
  const { hood, bench } = useWords();
  const sheet = useBenchSheet();
  const { busy, failure, engine } = useBench();
  const [at, setAt] = useState(0);
  const [read, setRead] = useState<{ at: number; token: string; trace: readonly LayerTrace[] } | null>(null);
  if (!sheet) return <p>{bench.waiting}</p>;
  const { tokens, u } = sheet.scored;
  const k = Math.min(at, tokens.length - 1);
  const ask = async (): Promise<void> => {
    const trace = await readTrace(sheet.texts, k);
    if (trace) setRead({ at: k, token: tokens[k], trace });
  };
  const possible = 'gpu' in navigator && engine.state !== 'unavailable';
  return (
    <div className={styles.tensors}>
      <SheetText sheet={sheet} label={hood.choose} values={u} scale={MEASURES.u} onPick={setAt} />
      {possible ? (
        <button type="button" {...unless(busy ? bench.busy : null)} onClick={() => void ask()}>
          {fill(hood.read, { token: tokens[k], at: k + 1 })}
        </button>
      ) : (
        <p>{bench.noGpu}</p>
      )}
      {busy && <Doing />}
      <Failure why={failure} />
      {read && <Values token={read.token} trace={read.trace} />}
    </div>
  );
}

function Values({ token, trace }: { token: string; trace: readonly LayerTrace[] }) {
  const { hood } = useWords();
  const [layer, setLayer] = useState(0);
  const [point, setPoint] = useState<PointName>('x');
  const l = Math.min(layer, trace.length - 1);
  const points = Object.keys(trace[l]) as PointName[];
  const values = trace[l][point];
  const size = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
  return (
    <>
      <div className={styles.choice}>
        <label>
          <span>{hood.layer}</span>
          <select value={l} onChange={({ target }) => setLayer(Number(target.value))}>
            {trace.map((_, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: layers do not move
              <option key={i} value={i}>
                {i + 1}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{hood.place}</span>
          <select value={point} onChange={({ target }) => setPoint(target.value as PointName)}>
            {points.map((name) => (
              <option key={name} value={name}>
                {name}: {hood.places[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p data-number>
        {fill(hood.values, { place: hood.places[point], layer: l + 1, token, n: values.length, size: plain(size) })}
      </p>
      <Cells values={values} size={size} />
    </>
  );
}

/** A cell a number: its sign and size as a tint, on a scale of its own. */
function Cells({ values, size }: { values: Float32Array; size: number }) {
  const { hood } = useWords();
  const scale = { domain: Math.max(2 * size, 1e-9), scale: 'both' } as const;
  return (
    <div className={`${styles.cells} ${tints.tints}`} role="img" aria-label={hood.cells}>
      {Array.from(values, (x, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: channels do not move
        <span key={i} data-tint={tintOf(x, scale)} title={`${i}: ${signed(x, 4)}`} />
      ))}
    </div>
  );
}
