/** Evaluations in words. */
import type { EvaluationPart, ListedEvaluation } from '../../engine/protocol';
import type { Subject } from '../../inspect/types';
import { estimated } from '../../report/tables';
import { plain } from '../format';
import { nameShown } from '../models/names';

/** How far one is that goes on; null before its first batch. */
export function evaluationWords(part: EvaluationPart | null): string {
  if (!part) return 'Evaluating: the first problems are asked.';
  const { asked, of, tokens } = part.progress;
  return `Evaluating: ${asked} of ${of} problems asked, ${plain(tokens)} tokens sampled.`;
}

/** Cells of a row: data, model, problems, avg@k, pass@k, maj@k, one a dataset. */
export function rowsOf({ config, evaluation, broken }: ListedEvaluation): string[][] {
  if (!config || broken !== null) return [[broken ?? 'It was not begun.', '', '', '', '', '']];
  const model = nameShown(config.adapter ?? config.model);
  if (!evaluation) return config.data.map(({ name }) => [nameShown(name), model, '0', '', '', '']);
  return evaluation.datasets.map((d) => [
    ...[nameShown(d.name), model, String(d.problems.length)],
    ...[d.avg, d.pass.at(-1), d.maj.at(-1)].map((e) => estimated(e ?? null)),
  ]);
}

/** Why one cannot go on now; null where it can. */
export function heldUp({ config, open }: ListedEvaluation, subject: Subject | null, working: boolean): string | null {
  if (working) return 'An evaluation goes on.';
  if (open) return 'It goes on in another tab.';
  if (!subject || !config) return 'A model comes first.';
  const same = config.model === subject.model && config.adapter === subject.adapter;
  return same && config.weightFormat === subject.weightFormat
    ? null
    : `Open ${nameShown(config.model)} first, as it was.`;
}
