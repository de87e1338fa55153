/** Inspections made by hand. */
import type { Inspection } from '../../src/inspect/export';
import { scoredText } from './scored-text';

/** An inspection of these tokens with these signals, compared with itself and under two contexts. */
export function inspectionOf(pieces: readonly string[], u: readonly number[]): Inspection {
  const scored = scoredText(pieces, u);
  const effect = {
    origin: 'The problem’s own solution.',
    teacher: 'teacher',
    t: scored.t,
    u: scored.u,
    H_T: scored.H_T,
  };
  return {
    version: 1,
    subject: { model: 'nano', adapter: 'a/b', weightFormat: 'auto' },
    task: 'word-problems',
    problem: { id: 'p/1', question: 'How many?', solution: '1 + 1 = 2', answer: '2', facts: { n: 1 } },
    context: { mode: 'dataset', thinking: false, wording: 'standard' },
    origin: 'The problem’s own solution.',
    verdict: { reward: 1, reason: 'right' },
    texts: { student: 'student', teacher: 'teacher', response: pieces.join('') },
    scored,
    compared: { subject: { model: 'other', adapter: null, weightFormat: 'q4' }, withAdapter: true, scored },
    effects: [
      { mode: 'dataset', context: { source: 'dataset', solution: '1', feedback: 'correct' }, ...effect },
      { mode: 'none', context: { source: 'none', solution: null, feedback: null }, ...effect },
    ],
    layers: {
      ...{ s: [scored.t, scored.s], t: [scored.t, scored.t], u: [scored.s, scored.u] },
      ...{ H_S: [scored.H_S, scored.H_S], H_T: [scored.H_T, scored.H_T], information: [scored.s, scored.t] },
      contexts: 8,
      likeliest: { student: [[...pieces], [...pieces]], teacher: [[...pieces], [...pieces]] },
    },
  };
}
