import { useId, useMemo, useState } from 'react';
import { signed } from '../../format';
import { MEASURES } from '../../heatmap/measures';
import { useWords } from '../language';
import { fill } from '../markup';
import { SheetText } from '../SheetText';
import { useBenchSheet } from '../useBenchSheet';
import { type Evaluate, Misread, misreadText, NAMES, readExpression } from './expression';
import styles from './OwnShape.module.css';

/** The method's own: half of Jensen–Shannon's softplus. */
const FIRST = '(softplus(u) - ln2) / 2';
const WIDTH = 320;
const HEIGHT = 160;
/** u and φ that are drawn, on either side of zero. */
const U = 6;
const PHI = 2;

/** A shape of one's own, as an expression: its curve, and what −φ(u) makes of a real response's tokens. */
export function OwnShape() {
  const { hood } = useWords();
  const id = useId();
  const [text, write] = useState(FIRST);
  const read = useMemo(() => attempt(text), [text]);
  const [shape, keep] = useState<Evaluate>(() => readExpression(FIRST));
  if (typeof read === 'function' && read !== shape) keep(() => read);
  const error = read instanceof Misread ? misreadText(read, hood.misread) : null;
  return (
    <div className={styles.shape}>
      <label htmlFor={id}>φ(u) =</label>
      <input
        id={id}
        value={text}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={error !== null}
        aria-describedby={`${id}-says`}
        onChange={({ target }) => write(target.value)}
      />
      <p id={`${id}-says`} role="status" className={error ? styles.wrong : styles.quiet}>
        {error ?? fill(hood.canWrite, { names: NAMES.join(', ') })}
      </p>
      <Curve shape={shape} />
      <Applied shape={shape} />
    </div>
  );
}

/** The function, or why there is none. */
function attempt(text: string): Evaluate | Misread {
  try {
    return readExpression(text);
  } catch (error) {
    if (error instanceof Misread) return error;
    throw error;
  }
}

const x = (u: number): number => ((u + U) / (2 * U)) * WIDTH;
const y = (phi: number): number => ((PHI - Math.max(-PHI, Math.min(PHI, phi))) / (2 * PHI)) * HEIGHT;

/** Gaps where the shape is no number. */
export function curveOf(shape: Evaluate): string {
  let path = '';
  let drawing = false;
  for (let u = -U; u <= U; u += U / 80) {
    const phi = shape(u);
    if (!Number.isNaN(phi)) path += `${drawing ? 'L' : 'M'}${x(u).toFixed(1)} ${y(phi).toFixed(1)}`;
    drawing = !Number.isNaN(phi);
  }
  return path;
}

function Curve({ shape }: { shape: Evaluate }) {
  const { hood } = useWords();
  return (
    <svg className={styles.curve} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={hood.curve}>
      <path className={styles.axis} d={`M0 ${y(0)}H${WIDTH}M${x(0)} 0V${HEIGHT}`} />
      <path className={styles.phi} d={curveOf(shape)} />
      <text x={WIDTH - 4} y={y(0) - 4} textAnchor="end">
        u = {U}
      </text>
      <text x={x(0) + 4} y={12}>
        φ = {PHI}
      </text>
    </svg>
  );
}

/** A response whose tokens are tinted by −φ(u), as AntiSD adds it. */
function Applied({ shape }: { shape: Evaluate }) {
  const { hood, bench } = useWords();
  const sheet = useBenchSheet();
  const [picked, pick] = useState(0);
  if (!sheet) return <p className={styles.quiet}>{bench.waiting}</p>;
  const { u, tokens } = sheet.scored;
  const terms = Float32Array.from(u, (x) => -shape(x));
  const k = Math.min(picked, tokens.length - 1);
  return (
    <div className={styles.applied}>
      <SheetText sheet={sheet} label={hood.response} values={terms} scale={MEASURES.term} onPick={pick} />
      <p data-number>{fill(hood.token, { token: tokens[k], u: signed(u[k]), term: signed(terms[k], 3) })}</p>
    </div>
  );
}
