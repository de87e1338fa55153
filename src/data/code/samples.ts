/** Responses to try out on a code problem that brings a slip. */
import type { Problem, SampleAnswer } from '../types';
import { inBlock } from './code-block';

/** Right and wrong responses. */
export const codeSamples = ({ solution, answer, facts }: Problem): SampleAnswer[] => [
  { label: 'right, at once', text: solution as string, right: true },
  {
    label: 'right, after a draft',
    text: `A first try:\n\n${inBlock(facts.wrong as string)}\n\nWait, that is not it.\n\n${solution}`,
    right: true,
  },
  { label: 'a slip', text: inBlock(facts.wrong as string), right: false },
  { label: 'code without a block', text: answer, right: false },
];
