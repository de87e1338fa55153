/** What the page shows of a scored response: everything that follows from the store's state without the engine. */
import {
  type Analysis,
  type ArmSignal,
  advantageInGroup,
  analyse,
  armSignals,
  type DivergenceSignal,
  divergenceSignals,
} from '../../inspect/analysis';
import type { ScoredText } from '../../inspect/types';
import { type Columns, type Measure, measuresOf } from '../heatmap/measures';
import { namesOf, type Piece, piecesOf } from '../tokens/pieces';
import { type InspectMeasure, type InspectState, useInspector } from './store';

/** The measure that comparisons add. */
const DELTA: Omit<Measure, 'of'> = {
  label: 'Δu',
  doc: 'u here, less u on the other side of the comparison',
  unit: 'nats',
  domain: 2,
  scale: 'both',
};

export interface View {
  readonly response: string;
  readonly scored: ScoredText;
  readonly count: number;
  readonly pieces: readonly Piece[];
  /** How each token is called in headings and tables. */
  readonly names: readonly string[];
  readonly analysis: Analysis;
  readonly divergences: readonly DivergenceSignal[];
  readonly arms: readonly ArmSignal[];
  readonly arm: ArmSignal;
  readonly groupAdvantage: number;
  readonly columns: Columns;
  /** u of the other side of the comparison, and what u is more here, where both cut the text alike; null without one. */
  readonly other: { readonly u: ArrayLike<number>; readonly delta: ArrayLike<number> | null } | null;
  readonly measures: Readonly<Partial<Record<InspectMeasure, Measure>>>;
  readonly measureName: InspectMeasure;
  readonly measure: Measure;
  readonly values: ArrayLike<number>;
}

type Sources = Pick<InspectState, 'scored' | 'compared' | 'verdict' | 'group' | 'arm' | 'measure'>;

const textsView = remember((scored: NonNullable<InspectState['scored']>) => {
  const { columns, texts } = scored;
  const pieces = piecesOf(columns, texts.response);
  return {
    response: texts.response,
    scored: columns,
    count: columns.tokens.length,
    pieces,
    names: namesOf(pieces, columns.tokens.length),
    analysis: analyse(columns, texts.response),
    divergences: divergenceSignals(columns.u),
  };
});

const armsView = remember(
  (scored: NonNullable<InspectState['scored']>, reward: 0 | 1, group: InspectState['group']) => {
    const groupAdvantage = advantageInGroup(reward, group.size, group.right);
    return { groupAdvantage, arms: armSignals(scored.columns, { reward, groupAdvantage }) };
  },
);

/** The view of a state; null before anything is scored. */
export function viewOf({ scored, compared, verdict, group, arm, measure }: Sources): View | null {
  if (!scored || scored.columns.tokens.length === 0) return null;
  const text = textsView(scored);
  const { groupAdvantage, arms } = armsView(scored, verdict?.reward === 1 ? 1 : 0, group);
  const chosen = arms.find(({ name }) => name === arm) ?? arms[0];
  const { phi, term, advantage } = chosen.columns;
  const columns: Columns = { ...scored.columns, phi, term, advantage };
  const there = compared?.texts === scored.texts ? compared.columns : null;
  const alike =
    there?.ids.length === scored.columns.ids.length && there.ids.every((id, i) => id === scored.columns.ids[i]);
  const delta = there && alike ? there.u.map((x, i) => scored.columns.u[i] - x) : null;
  const other = there && { u: there.u, delta };
  const measures = delta ? { ...measuresOf(false), delta: { ...DELTA, of: () => delta } } : measuresOf(false);
  const measureName = measure === 'delta' && !delta ? 'u' : measure;
  const shown: Measure = (measures as Record<InspectMeasure, Measure>)[measureName];
  const values = shown.of(columns);
  return { ...text, groupAdvantage, arms, arm: chosen, columns, other, measures, measureName, measure: shown, values };
}

const cachedView = remember(
  (
    scored: Sources['scored'],
    compared: Sources['compared'],
    verdict: Sources['verdict'],
    group: Sources['group'],
    arm: Sources['arm'],
    measure: Sources['measure'],
  ) => viewOf({ scored, compared, verdict, group, arm, measure }),
);

/** The view of the store's state, computed once for all who look. */
export const useView = (): View | null =>
  useInspector((s) => cachedView(s.scored, s.compared, s.verdict, s.group, s.arm, s.measure));

/** A function that remembers its last result. */
function remember<A extends readonly unknown[], R>(of: (...args: A) => R): (...args: A) => R {
  let last: { args: A; result: R } | null = null;
  return (...args) => {
    if (!last?.args.every((arg, i) => Object.is(arg, args[i]))) last = { args, result: of(...args) };
    return last.result;
  };
}
