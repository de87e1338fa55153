import type { SignalRow } from '../../antisd/signals';
import { sum } from '../../antisd/statistics';
import { milliseconds, plain, signed, tokenText } from '../format';
import { MathSymbol } from '../heatmap/MathSymbol';
import { MEASURES } from '../heatmap/measures';
import styles from './Figure.module.css';
import { useLabWords, useWords } from './language';
import { fill } from './markup';
import type { PartName, TakenStep } from './step';

/** The numbers of the step as a whole, in a part. */
export function StepFacts({ step, part }: { step: TakenStep; part: PartName }) {
  const { step: words, gate } = useWords().chapters;
  const { figures, signals, rollouts } = step;
  const n = rollouts.length;
  const { phaseMs = { sample: 0, score: 0, backward: 0, update: 0 }, lambda = 0, maskedShare = 0 } = figures;
  const values: Record<PartName, Record<string, string | number>> = {
    sample: { n, tokens: signals.ids.length, ms: milliseconds(phaseMs.sample) },
    judge: {
      ...{ n, right: rollouts.filter(({ reward = 0 }) => reward > 0).length },
      A: rollouts.map((r) => signed(r.groupAdvantage ?? 0)).join(' '),
    },
    context: { n: rollouts.filter(({ solution }) => solution).length },
    score: { ms: milliseconds(phaseMs.score), sum: signed(sum(signals.u)) },
    gate: {
      ...{ h: plain(figures.gateStatistic ?? 0), lambda: plain(lambda) },
      state: gate.states[figures.gateState ?? 'off'],
    },
    advantage: { lambda: plain(lambda), masked: Math.round(maskedShare * signals.u.length) },
    update: {
      ...{ norm: plain(figures.gradNorm ?? 0), lr: figures.lr ?? 0 },
      ms: milliseconds(phaseMs.backward + phaseMs.update),
    },
  };
  return <p data-number>{fill(words.facts[part], values[part])}</p>;
}

/** The columns that each part adds. */
const COLUMNS: Readonly<Record<PartName, readonly (keyof typeof MEASURES)[]>> = {
  sample: [],
  judge: [],
  context: [],
  score: ['s', 't', 'u'],
  gate: ['H_S', 'H_T'],
  advantage: ['u', 'term', 'advantage'],
  update: ['s', 'advantage'],
};

interface Props {
  row: SignalRow;
  tokens: readonly string[];
  part: PartName;
  marked: number;
}

/** The arrays of a rollout, as the engine has them. */
export function StepColumns({ row, tokens, part, marked }: Props) {
  const { step: words } = useWords().chapters;
  const said = useLabWords();
  const columns = COLUMNS[part];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key
    <section className={styles.scroll} tabIndex={0} aria-label={words.arrays}>
      <table className={styles.columns}>
        <thead>
          <tr>
            <th scope="col" />
            {tokens.map((token, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: tokens do not move
              <th key={i} scope="col" className={styles.head} data-chosen={i === marked}>
                {tokenText(token)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">id</th>
            {Array.from(row.ids, (id, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: tokens do not move
              <td key={i} data-number data-chosen={i === marked}>
                {id}
              </td>
            ))}
          </tr>
          {columns.map((name) => (
            <tr key={name}>
              <th scope="row">
                <MathSymbol name={said(MEASURES[name].label)} />
              </th>
              {Array.from(MEASURES[name].of(row), (x, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: tokens do not move
                <td key={i} data-number data-chosen={i === marked}>
                  {signed(x, 3)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
