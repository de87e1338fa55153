/**
 * Grade-school word problems of our own: a template, names, things and numbers are drawn from a seed, and the solution
 * is worked out step by step. Answers are whole numbers, amounts in quarters of a dollar, or fractions in lowest terms.
 */
import { Random, STREAMS } from '../random';
import type { Problem } from '../types';
import { answerOf, sentence, workOut } from './solve';
import type { Facts, Template } from './template';
import { TEMPLATES } from './templates';

export { sampleAnswers } from './samples';

/** Draws per problem before another seed would be needed; the smallest template has over 500 different problems. */
const ATTEMPTS = 1000;

/**
 * The first `count` problems of stream `seed`, no two with the same question. Problem i is the same for every count;
 * its facts hold what was drawn, the template's name and the number of steps.
 */
export function wordProblems(count: number, seed = 0): Problem[] {
  const seen = new Set<string>();
  return Array.from({ length: count }, (_, i) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const random = new Random(STREAMS.wordProblems, seed, i, attempt);
      const template = TEMPLATES[random.below(TEMPLATES.length)];
      const problem = problemOf(`word-problems/${String(i).padStart(6, '0')}`, template, template.draw(random));
      if (seen.has(problem.question)) continue;
      seen.add(problem.question);
      return problem;
    }
    throw new RangeError(`word problem ${i} of seed ${seed}: no new question in ${ATTEMPTS} draws`);
  });
}

function problemOf(id: string, template: Template, facts: Facts): Problem {
  const lines = workOut(template.steps(facts));
  const answer = answerOf(lines);
  return {
    id,
    question: template.question(facts),
    solution: [...lines.map(sentence), template.ending(facts, `\\boxed{${answer}}`)].join(' '),
    answer,
    facts: { ...facts, template: template.name, steps: lines.length },
  };
}
