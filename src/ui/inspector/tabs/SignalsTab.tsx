import type { Divergence } from '../../../antisd/divergences';
import type { ArmSignal, DivergenceSignal } from '../../../inspect/analysis';
import { plain, signed } from '../../format';
import { NumberField } from '../choices/NumberField';
import { Strip } from '../Strip';
import { useInspector } from '../store';
import { useView } from '../view';
import styles from './Tabs.module.css';

/** Where bars of δ and of a term reach the edge. */
const DELTA_DOMAIN = 2;
const TERM_DOMAIN = 0.5;
const pick = (focused: number): void => useInspector.setState({ focused });

/** The same u under every divergence, and what every method makes of it. */
export function SignalsTab() {
  const view = useView();
  const focused = useInspector((s) => s.focused);
  const arm = useInspector((s) => s.arm);
  if (!view)
    return (
      <p className={styles.empty}>The signal under every divergence and method shows once the response is scored.</p>
    );
  return (
    <>
      <table className={styles.table}>
        <caption>δ(u), the advantage that descends each divergence, ±{DELTA_DOMAIN}; AntiSD uses −δ</caption>
        <Columns figures={['Σδ', 'range here', 'bounds']} name="divergence" strip="δ by token" ranges />
        <tbody>
          {view.divergences.map((signal) => (
            <DivergenceRow key={signal.divergence.name} signal={signal} focused={focused} />
          ))}
        </tbody>
      </table>
      <div className={styles.more}>
        <Group />
        <table className={styles.table}>
          <caption>
            What each method adds to the advantage, ±{TERM_DOMAIN}, its gate open; choose one for the tints
          </caption>
          <Columns figures={['Σ term', 'Σ adv.']} name="method" strip="term by token" />
          <tbody>
            {view.arms.map((signal) => (
              <ArmRow key={signal.name} signal={signal} focused={focused} chosen={signal.name === arm} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

interface ColumnsProps {
  name: string;
  strip: string;
  figures: readonly string[];
  /** The figures after the first are ranges. */
  ranges?: boolean;
}

function Columns({ name, strip, figures, ranges }: ColumnsProps) {
  return (
    <>
      <colgroup>
        <col className={styles.name} />
        <col />
        {figures.map((figure, i) => (
          <col key={figure} className={i > 0 && ranges ? styles.range : styles.figure} />
        ))}
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{name}</th>
          <th scope="col">{strip}</th>
          {figures.map((figure, i) => (
            <th
              key={figure}
              scope="col"
              className={i > 0 && ranges ? `${styles.right} ${styles.ranged}` : styles.right}
            >
              {figure}
            </th>
          ))}
        </tr>
      </thead>
    </>
  );
}

function DivergenceRow({ signal, focused }: { signal: DivergenceSignal; focused: number }) {
  const { divergence, delta, sum, smallest, largest } = signal;
  return (
    <tr>
      <th scope="row" title={divergence.doc}>
        {divergence.label}
      </th>
      <td>
        <Strip
          values={delta}
          domain={DELTA_DOMAIN}
          marked={focused}
          onPick={pick}
          label={`δ under ${divergence.label}: sum ${signed(sum)}`}
        />
      </td>
      <td data-number>{signed(sum)}</td>
      <td data-number className={styles.ranged}>
        {plain(smallest)} … {plain(largest)}
      </td>
      <td data-number className={styles.ranged}>
        {boundsOf(divergence)}
      </td>
    </tr>
  );
}

const boundsOf = ({ bounds }: Divergence): string =>
  bounds.map((x) => (Number.isFinite(x) ? plain(x) : x < 0 ? '−∞' : '∞')).join(' … ');

function ArmRow({ signal, focused, chosen }: { signal: ArmSignal; focused: number; chosen: boolean }) {
  const { name, label, formula, doc, columns, sumTerm, sumAdvantage } = signal;
  return (
    <tr data-current={chosen}>
      <th scope="row">
        <button
          type="button"
          title={doc}
          aria-pressed={chosen}
          onClick={() => useInspector.setState({ arm: name, measure: 'term' })}
        >
          {label}
          <span className={styles.doc}>{formula}</span>
        </button>
      </th>
      <td>
        <Strip
          values={columns.term}
          domain={TERM_DOMAIN}
          marked={focused}
          onPick={pick}
          label={`Term of ${label}: sum ${signed(sumTerm)}`}
        />
      </td>
      <td data-number>{signed(sumTerm)}</td>
      <td data-number>{signed(sumAdvantage)}</td>
    </tr>
  );
}

/** One response has no group; its advantage is that of a group as told here. */
function Group() {
  const group = useInspector((s) => s.group);
  const change = (patch: Partial<typeof group>): void =>
    useInspector.setState((s) => ({ group: { ...s.group, ...patch } }));
  return (
    <div className={styles.inline}>
      <span>As one of a group of</span>
      <NumberField
        label="Size of the group"
        value={group.size}
        min={1}
        max={1024}
        whole
        onChange={(size) => change({ size, right: Math.min(group.right, size) })}
      />
      <span>responses, of which</span>
      <NumberField
        label="Right responses in the group"
        value={group.right}
        min={0}
        max={group.size}
        whole
        onChange={(right) => change({ right })}
      />
      <span>are right.</span>
    </div>
  );
}
