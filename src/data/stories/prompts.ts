/** What the student and the teacher of "stories" read. */
import type { PrivilegedContext } from '../types';
import type { Story } from './moves';
import { answerText } from './solution';
import { questionText } from './story';
import { ID, storiesTokenizer } from './vocabulary';

const { encode } = storiesTokenizer;

/** `<bos>` question `<think>`. */
export const plainPrompt = (story: Story): number[] => [ID.bos, ...encode(questionText(story)), ID.think];

/** `<bos>` question `<solution>` solution `<think>`. A bare number is put into a sentence. */
export function solvedPrompt(story: Story, solution: string): number[] {
  const text = /^\d+$/.test(solution.trim()) ? answerText(story, solution.trim()) : solution;
  return [ID.bos, ...encode(questionText(story)), ID.solution, ...encode(text), ID.think];
}

/** `<bos>` question `<feedback>` right or wrong `<think>`: how the response ends, and nothing of the solution. */
export const feedbackPrompt = (story: Story, feedback: 'correct' | 'incorrect'): number[] => [
  ...[ID.bos, ...encode(questionText(story)), ID.feedback],
  ...[...encode(feedback === 'correct' ? 'right' : 'wrong'), ID.think],
];

/** Beside a solution the feedback is left out: the base was never shown both. */
export function teacherPrompt(story: Story, { solution, feedback }: PrivilegedContext): number[] {
  if (solution !== null) return solvedPrompt(story, solution);
  return feedback === null ? plainPrompt(story) : feedbackPrompt(story, feedback);
}
