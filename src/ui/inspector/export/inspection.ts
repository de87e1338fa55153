/** What is on screen as an inspection, for the exports. */
import { INSPECTION_VERSION, type Inspection } from '../../../inspect/export';
import { effectsKey, type InspectState, layersKey } from '../store';

/** null while nothing is scored. */
export function inspectionOf(state: InspectState): Inspection | null {
  const { subject, main, problem, context, source, verdict, scored, compared, compare, other, effects, layers } = state;
  if (!scored || !problem || !source || !verdict) return null;
  const same = compared?.texts === scored.texts ? compared : null;
  const withAdapter = compare === 'model';
  return {
    version: INSPECTION_VERSION,
    subject: main?.subject ?? subject,
    task: problem.task,
    problem: problem.problem,
    context,
    origin: source.origin,
    verdict,
    texts: scored.texts,
    scored: scored.columns,
    compared: same && {
      subject: (withAdapter ? other?.subject : main?.subject) ?? subject,
      withAdapter,
      scored: same.columns,
    },
    effects: effects?.key === effectsKey(state) ? effects.list : [],
    layers: layers?.key === layersKey(state) ? layers.reading : null,
  };
}
