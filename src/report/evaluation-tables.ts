/** Evaluations as tables: what each came to, what was cut or had no answer, and what was there in training. */
import { compact } from '../data/numbers';
import type { LoadedDataset, LoadedEvaluation } from './loaded-evaluation';
import { estimated, type Table } from './tables';

const each = <T>(
  evaluations: readonly LoadedEvaluation[],
  of: (evaluation: LoadedEvaluation, dataset: LoadedDataset) => T[],
): T[] => evaluations.flatMap((evaluation) => evaluation.datasets.flatMap((dataset) => of(evaluation, dataset)));

/** All of them, a row a dataset. */
function evaluationTable(evaluations: readonly LoadedEvaluation[]): Table {
  return {
    title: 'Evaluations',
    doc: 'Means over problems with the 95 % percentile-bootstrap interval over them. maj@k: whether the most frequent of k answers is right; an answer that was not stated is no vote.',
    head: [
      'data',
      'model',
      'evaluation',
      'problems',
      'avg@k',
      'pass@k',
      'maj@k',
      'k',
      'T',
      'top-p',
      'cut',
      'no answer',
      'tokens',
    ],
    rows: each(evaluations, ({ name, model, settings, complete }, d) => {
      const all = d.samples * d.problems.length;
      return [
        [
          ...[d.name, model, complete ? name : `${name} (unfinished)`, String(d.problems.length)],
          ...[d.avg, d.pass.at(-1), d.maj.at(-1)].map((e) => estimated(e ?? null)),
          ...[d.samples, settings.temperature, settings.topP].map(String),
          ...[d.truncated, d.unanswered].map((n) => `${n} of ${all}`),
          compact(d.tokens),
        ],
      ];
    }),
  };
}

/** Problems of which a response was cut or stated no answer. */
function unansweredTable(evaluations: readonly LoadedEvaluation[]): Table {
  return {
    title: 'Cut, or without an answer',
    doc: 'Problems with such responses. What was cut and had stated its answer before counts as that answer.',
    head: ['data', 'evaluation', 'problem', 'samples', 'right', 'cut', 'no answer'],
    rows: each(evaluations, ({ name }, d) =>
      d.problems
        .filter(({ truncated, unanswered }) => truncated + unanswered > 0)
        .map((p) => [d.name, name, p.problem, ...[d.samples, p.right, p.truncated, p.unanswered].map(String)]),
    ),
  };
}

/** Every problem. */
function problemTable(evaluations: readonly LoadedEvaluation[]): Table {
  return {
    title: 'Problem by problem',
    doc: 'Share of right samples with its interval over them, and whether the most frequent answer is right.',
    head: ['data', 'evaluation', 'problem', 'right', 'avg@k', 'maj@k'],
    rows: each(evaluations, ({ name }, d) =>
      d.problems.map((p) => [
        d.name,
        name,
        p.problem,
        `${p.right} of ${d.samples}`,
        estimated(p.avg),
        p.maj.toFixed(2),
      ]),
    ),
  };
}

/** Problems that the training data has too; null where no training data was compared. */
function overlapTable(evaluations: readonly LoadedEvaluation[]): Table | null {
  if (each(evaluations, (_, { overlap }) => (overlap ? [overlap] : [])).length === 0) return null;
  const words = new Set(each(evaluations, (_, { overlap }) => (overlap ? [overlap.n] : [])));
  return {
    title: 'There in training too',
    doc: `Problems that share ${[...words].join(' or ')} words in a row with a training problem; the share is of such stretches.`,
    head: ['data', 'evaluation', 'problem', 'training data', 'training problem', 'share'],
    rows: each(evaluations, ({ name }, { name: data, overlap }) => {
      if (!overlap) return [];
      if (overlap.problems.length === 0) return [[data, name, 'none', overlap.with ?? '', '', '']];
      return overlap.problems.map((o) => [
        data,
        name,
        o.problem,
        overlap.with ?? '',
        o.with,
        `${Math.round(100 * o.share)} %`,
      ]);
    }),
  };
}

/** What a person reads of evaluations. */
export const evaluationTables = (evaluations: readonly LoadedEvaluation[]): Table[] => {
  if (evaluations.length === 0) return [];
  const overlap = overlapTable(evaluations);
  const unanswered = unansweredTable(evaluations);
  return [
    evaluationTable(evaluations),
    ...(unanswered.rows.length > 0 ? [unanswered] : []),
    ...(overlap ? [overlap] : []),
    problemTable(evaluations),
  ];
};
