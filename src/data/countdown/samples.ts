/** Whole responses to a countdown problem, right and wrong. */
import { Random, STREAMS } from '../random';
import type { Problem, SampleAnswer } from '../types';
import { expressionOf, linesOf, resultsOf, type Sign, type Way } from './way';

const OTHERS: Readonly<Record<Sign, readonly Sign[]>> = {
  '+': ['-', '*'],
  '-': ['+', '*'],
  '*': ['+', '-'],
  '/': ['*', '-'],
};

/** Right and wrong responses; which slip is made is a function of problem and seed. */
export function countdownSamples(problem: Problem, seed = 0): SampleAnswer[] {
  const way = problem.facts.way as Way;
  const { answer } = problem;
  const random = new Random(STREAMS.samples, seed, ...Array.from(problem.id, (c) => c.codePointAt(0) as number));
  const slip = wrongSign(way, random);
  const short = { ...way, moves: way.moves.slice(0, -1) };
  const latex = answer.replaceAll('*', '\\times').replaceAll('/', '\\div');
  const told = linesOf(way).join(', ');
  const wrong = resultsOf(slip)[way.moves.length];
  const end = (text: string) => `So the expression is \\boxed{${text}}.`;
  return [
    { label: 'right, at once', text: end(answer), right: true },
    {
      label: 'right, after a wrong try',
      text: `${expressionOf(slip)} = ${Number(wrong.toFixed(2))}, which is not ${problem.facts.target}. Wait, let me try again. ${told}. ${end(answer)}`,
      right: true,
    },
    ...(latex === answer ? [] : [{ label: 'right, in LaTeX', text: end(latex), right: true }]),
    { label: 'wrong operation', text: end(expressionOf(slip)), right: false },
    { label: 'a number left out', text: end(expressionOf(short)), right: false },
    { label: 'a number used twice', text: end(`${answer} + ${way.first} - ${way.first}`), right: false },
    { label: 'an equation in place of an expression', text: end(`${answer} = ${problem.facts.target}`), right: false },
    { label: 'no final answer', text: `${told}.`, right: false },
  ];
}

/** The way with one sign changed so that it leads elsewhere: the last can always be, as all results are positive. */
function wrongSign(way: Way, random: Random): Way {
  const target = resultsOf(way)[way.moves.length];
  const changed = way.moves.flatMap(({ sign }, at) =>
    OTHERS[sign].map((other) => ({
      ...way,
      moves: way.moves.map((move, i) => (i === at ? { ...move, sign: other } : move)),
    })),
  );
  const wrong = changed.filter((other) => Math.abs(resultsOf(other)[way.moves.length] - target) > 0.5);
  return wrong[random.below(wrong.length)];
}
