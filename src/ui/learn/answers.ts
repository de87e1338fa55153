/**
 * What a learner has done: the chapters that were opened, and the answer to each one's question. Kept in this browser; class
 * mode hands it in as it is.
 */

import * as v from 'valibot';
import { create } from 'zustand';
import { BOUNDS } from '../../data/bounds';
import { remember, remembered } from '../remembered';

/** The chapters, in their order. */
export const CHAPTER_IDS = [
  'write',
  'hint',
  'belief',
  'colours',
  'slope',
  'group',
  'step',
  'gate',
  'race',
  'open',
] as const;
export type ChapterId = (typeof CHAPTER_IDS)[number];

const chapter = v.picklist(CHAPTER_IDS);
const answer = v.object({
  /** What was done, in the figure's own terms: `u=-4.2`, `5 of 6`. Of the first right answer, else of the last. */
  given: v.pipe(v.string(), v.maxLength(BOUNDS.lessonAnswer)),
  right: v.boolean(),
  /** Answers up to the first right one, that one included. */
  tries: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** When, as an ISO date. */
  at: v.pipe(v.string(), v.isoTimestamp()),
});
/** For whoever reads a file of answers. */
export const learntSchema = v.object({
  version: v.literal(1),
  visited: v.array(chapter),
  answers: v.partial(
    v.object(Object.fromEntries(CHAPTER_IDS.map((id) => [id, answer])) as Record<ChapterId, typeof answer>),
  ),
});

export type Answer = v.InferOutput<typeof answer>;
export type Learnt = v.InferOutput<typeof learntSchema>;

export const NOTHING_LEARNT: Learnt = { version: 1, visited: [], answers: {} };

/** After an answer. One that was right stays. */
export function withAnswer(learnt: Learnt, id: ChapterId, given: string, right: boolean, at: string): Learnt {
  const before = learnt.answers[id];
  if (before?.right) return learnt;
  const answers = { ...learnt.answers, [id]: { given, right, tries: (before?.tries ?? 0) + 1, at } };
  return { ...learnt, answers };
}

export const withVisit = (learnt: Learnt, id: ChapterId): Learnt =>
  learnt.visited.includes(id) ? learnt : { ...learnt, visited: [...learnt.visited, id] };

const KEY = 'antisd-learnt';

/** What was stored; nothing where that is no such thing. */
export function storedLearnt(text: string | null | undefined): Learnt {
  try {
    return v.parse(learntSchema, JSON.parse(text ?? ''));
  } catch {
    return NOTHING_LEARNT; // nothing yet, another version's, or somebody's hand
  }
}

export const useLearnt = create<Learnt>(() => storedLearnt(remembered(KEY)));

function keep(learnt: Learnt): void {
  useLearnt.setState(learnt);
  remember(KEY, JSON.stringify(learnt));
}

export const giveAnswer = (id: ChapterId, given: string, right: boolean): void =>
  keep(withAnswer(useLearnt.getState(), id, given, right, new Date().toISOString()));

export const visit = (id: ChapterId): void => keep(withVisit(useLearnt.getState(), id));

export const forgetLearnt = (): void => keep(NOTHING_LEARNT);
