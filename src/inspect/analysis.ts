/** What a scored response says: its sums, which tokens carry the signal, and the signal under every divergence and arm. */
import { computeAdvantages, groupAdvantages, NO_REFERENCES } from '../antisd/advantages';
import { ARM_NAMES, ARMS, type ArmName, type Method, resolveMethod } from '../antisd/arms';
import { DIVERGENCES, type Divergence } from '../antisd/divergences';
import type { TokenRow } from '../antisd/measures';
import { TokenTable } from '../antisd/measures';
import { newSignals, type TokenSignals } from '../antisd/signals';
import { deviation, mean, sum } from '../antisd/statistics';
import { parseTrainConfig } from '../settings/config';
import { TOKEN_CLASSES, type TokenClass, tokenClasses } from './token-class';
import type { LayerReading, ScoredText } from './types';

/** What of a scored text the figures need. */
export type Columns = Pick<ScoredText, 'tokens' | 'spans' | 's' | 't' | 'u' | 'H_S' | 'H_T'>;

export interface ClassShare {
  readonly name: TokenClass;
  readonly tokens: number;
  readonly sumU: number;
  /** Σ|u| over the class, nats, and its share of the whole (0 where the whole is 0). */
  readonly sumAbs: number;
  readonly share: number;
}

export interface Analysis {
  readonly tokens: number;
  /** Σu = log π_T(y) − log π_S(y): the pointwise mutual information of the response and c, nats. */
  readonly sumU: number;
  /** Σu over shortcut tokens (u > 0) and over deliberation tokens (u < 0). */
  readonly above: number;
  readonly below: number;
  readonly meanAbsU: number;
  /** Means over tokens, nats. */
  readonly studentEntropy: number;
  readonly teacherEntropy: number;
  /** exp(−mean s) and exp(−mean t). */
  readonly studentPerplexity: number;
  readonly teacherPerplexity: number;
  readonly classOf: readonly TokenClass[];
  readonly classes: readonly ClassShare[];
  /** Where style dominates the signal, what that means; else null. */
  readonly warning: string | null;
  /** Token strings by their sum of u: the most shortcut, and the most deliberation, first. */
  readonly shortcuts: readonly TokenRow[];
  readonly deliberation: readonly TokenRow[];
}

/** Style and punctuation dominate where they carry more than this share of Σ|u| … */
const STYLE_LIMIT = 0.5;
/** … of a signal that is one: this many nats in all, over this many tokens. */
const LEAST_SIGNAL = { nats: 1, tokens: 8 };
/** Token strings in each of the two lists, where their sum of u is at least this many nats. */
const LISTED = { most: 8, nats: 0.01 };

/** Figures of a response; `text` is the response that the spans belong to. */
export function analyse(scored: Columns, text: string): Analysis {
  const { tokens, u } = scored;
  const classOf = tokenClasses(scored.spans, text);
  const classes = classShares(u, classOf);
  const sumAbs = sum(u.map(Math.abs));
  const rows = tokenRows(tokens, u);
  return {
    tokens: tokens.length,
    sumU: sum(u),
    above: sum(u.filter((x) => x > 0)),
    below: sum(u.filter((x) => x < 0)),
    meanAbsU: tokens.length > 0 ? sumAbs / tokens.length : 0,
    studentEntropy: mean(scored.H_S),
    teacherEntropy: mean(scored.H_T),
    studentPerplexity: Math.exp(-mean(scored.s)),
    teacherPerplexity: Math.exp(-mean(scored.t)),
    classOf,
    classes,
    warning: styleWarning(classes, tokens.length, sumAbs),
    shortcuts: extremes(rows, 1),
    deliberation: extremes(rows, -1),
  };
}

/** The rows with the largest sums of u on one side of zero. */
function extremes(rows: readonly TokenRow[], sign: 1 | -1): TokenRow[] {
  const size = (row: TokenRow) => sign * row.count * row.meanU;
  const listed = rows.filter((row) => size(row) >= LISTED.nats).sort((a, b) => size(b) - size(a));
  return listed.slice(0, LISTED.most);
}

/** Rows of the token table with u for the term: `share` is the share of Σ|u|. */
function tokenRows(tokens: readonly string[], u: ArrayLike<number>): TokenRow[] {
  const table = new TokenTable();
  table.add(tokens, { u, term: u, advantage: u });
  return table.list();
}

function classShares(u: Float32Array, classOf: readonly TokenClass[]): ClassShare[] {
  const total = sum(u.map(Math.abs));
  return TOKEN_CLASSES.map((name) => {
    const own = u.filter((_, i) => classOf[i] === name);
    const sumAbs = sum(own.map(Math.abs));
    return { name, tokens: own.length, sumU: sum(own), sumAbs, share: total > 0 ? sumAbs / total : 0 };
  });
}

/** Tells where the signal is mostly about phrasing. Where it is weak or the text short, shares say nothing. */
function styleWarning(classes: readonly ClassShare[], tokens: number, sumAbs: number): string | null {
  if (sumAbs < LEAST_SIGNAL.nats || tokens < LEAST_SIGNAL.tokens) return null;
  const share = sum(classes.filter((c) => c.name === 'style' || c.name === 'punctuation').map((c) => c.share));
  if (share <= STYLE_LIMIT) return null;
  return (
    `Style words and punctuation carry ${Math.round(100 * share)} % of Σ|u| (limit ${100 * STYLE_LIMIT} %): with this ` +
    'context the teacher differs in how it phrases the answer more than in what it says, and a step would train the ' +
    'phrasing. Try a context in the response’s own manner, such as a sibling, or the final answer alone.'
  );
}

/** δ(u) of every token under one divergence. */
export interface DivergenceSignal {
  readonly divergence: Divergence;
  readonly delta: number[];
  readonly sum: number;
  readonly sumAbs: number;
  readonly smallest: number;
  readonly largest: number;
}

/** The descent advantage δ(u) under every divergence of the table; ascending (AntiSD) is its negative. */
export function divergenceSignals(u: ArrayLike<number>): DivergenceSignal[] {
  return Object.values(DIVERGENCES).map((divergence) => ({
    divergence,
    ...summary(Array.from(u, (x) => divergence.delta(x))),
  }));
}

function summary(delta: number[]): Omit<DivergenceSignal, 'divergence'> {
  return {
    delta,
    sum: sum(delta),
    sumAbs: sum(delta.map(Math.abs)),
    smallest: delta.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    largest: delta.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  };
}

/** What a response cannot know of itself. */
export interface Circumstances {
  readonly reward: 0 | 1;
  /** A of its group; see `advantageInGroup`. */
  readonly groupAdvantage: number;
  /** σ_ref of a run's warm-up; null takes the deviation of u in this response. */
  readonly sigmaRef?: number | null;
}

/** A_i of a response in a group of `size`, of which `right` are right, itself included; the std divides. */
export function advantageInGroup(reward: 0 | 1, size: number, right: number): number {
  const others = [...Array(Math.max(0, right - reward)).fill(1)];
  const rewards = [reward, ...others, ...Array(Math.max(0, size - 1 - others.length)).fill(0)];
  return groupAdvantages(rewards.slice(0, Math.max(1, size)), 'sample')[0];
}

export interface ArmSignal {
  readonly name: ArmName;
  readonly label: string;
  readonly formula: string;
  readonly doc: string;
  /** λ that acts on this response with the gate open. */
  readonly lambda: number;
  readonly columns: TokenSignals;
  readonly sumTerm: number;
  readonly sumAdvantage: number;
}

type Column = Float32Array<ArrayBuffer>;

/** What an arm's teacher says of the tokens: nothing, what the student says where there is no context, or its own. */
const teacherColumn = ({ teacher, context }: Method, s: Column, t: Column): Column =>
  !teacher ? s.map(() => 0) : context === 'none' ? s : t;

/** The arms whose advantages follow from s and t: a contrast needs wrong hints too, a distillation is a loss of its own, steps are judged in a group. */
export const SHOWN_ARMS = ARM_NAMES.filter((name) => {
  const { evidence, distil, process } = ARMS[name].method;
  return evidence !== 'contrast' && distil === null && process === 0;
});

/** Every such arm's token advantages with the gate open. The arm without a context sees the student's own scores: u = 0. */
export function armSignals({ s, t }: Pick<ScoredText, 's' | 't'>, given: Circumstances): ArmSignal[] {
  return SHOWN_ARMS.map((name) => {
    const method = resolveMethod(parseTrainConfig({ arm: name }));
    const seen = { s: Float32Array.from(s), t: teacherColumn(method, s, t) };
    const columns = newSignals([s.map(() => 0)], seen);
    const sigmaRef = given.sigmaRef ?? deviation(seen.t.map((x, i) => x - seen.s[i]));
    const references = { ...NO_REFERENCES, sigmaRef };
    const [lambda] = computeAdvantages(columns, [given], method, method.lambda, references).lambdas;
    const { label, formula, doc } = ARMS[name];
    return {
      name,
      label,
      formula,
      doc,
      lambda,
      columns,
      sumTerm: sum(columns.term),
      sumAdvantage: sum(columns.advantage),
    };
  });
}

/** A layer over the whole response: sums and means over its tokens, nats. */
export interface LayerFigures {
  readonly sumU: number;
  readonly studentEntropy: number;
  readonly teacherEntropy: number;
  /** Mean over the tokens; null where nothing was compared. */
  readonly information: number | null;
}

/** First layer first. */
export const layerFigures = ({ u, H_S, H_T, information }: LayerReading): LayerFigures[] =>
  u.map((row, l) => ({
    sumU: sum(row),
    studentEntropy: mean(H_S[l]),
    teacherEntropy: mean(H_T[l]),
    information: information && mean(information[l]),
  }));
