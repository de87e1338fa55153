/** Whole responses to a word problem, right ones and wrong ones with a pupil's typical slips. */
import { BadInput } from '../errors';
import { Random, STREAMS } from '../random';
import type { Problem, SampleAnswer } from '../types';
import { answerOf, equation, isPlausible, type Line, type Slip, sentence, withUnit, workOut } from './solve';
import type { Facts, Operation, Step, Template } from './template';
import { TEMPLATES } from './templates';

/** What a pupil does in the place of an operation. */
type Mistake = readonly [Operation, (of: readonly number[]) => number[]];
const same = (of: readonly number[]) => [...of];
const larger = (of: readonly number[]) => [Math.max(...of), Math.min(...of)];
const MISTAKES: Readonly<Record<Operation, readonly Mistake[]>> = {
  '+': [
    ['-', larger],
    ['*', same],
  ],
  '-': [['+', same]],
  '*': [['+', same]],
  '/': [
    ['*', same],
    ['-', same],
  ],
  '%': [['-', ([percent, whole]) => [whole, percent]]], // the percentage taken for an amount
  down: [['up', same]],
  up: [['down', same]],
  fraction: [['fraction', ([part, whole]) => [whole - part, whole]]], // the other part
};
/** Of a sum of three or more one is left out. */
const LEFT_OUT: readonly Mistake[] = [['+', (of) => of.slice(0, -1)]];

/** Right and wrong responses; which slip is made is a function of problem and seed. Throws BadInput for other problems. */
export function sampleAnswers(problem: Problem, seed = 0): SampleAnswer[] {
  const template = TEMPLATES.find((t) => t.name === problem.facts.template);
  if (!template)
    throw new BadInput('no word problem of the generator', problem.id, 'Use a problem of the task word-problems.');
  const facts = problem.facts as Facts;
  const steps = template.steps(facts);
  const lines = workOut(steps);
  const random = new Random(STREAMS.samples, seed, ...Array.from(problem.id, (c) => c.codePointAt(0) as number));
  const told = (label: string, slip: Slip | null): SampleAnswer[] =>
    slip ? [{ label, text: story(template, facts, workOut(steps, slip)), right: false }] : [];
  return [
    { label: 'right, as numbered steps', text: numbered(lines), right: true },
    { label: 'right, after second thoughts', text: corrected(template, facts, lines, random), right: true },
    ...told('wrong operation', wrongOperation(steps, lines, random)),
    ...told('arithmetic slip', arithmeticSlip(steps, lines, random)),
    ...forgottenStep(lines),
    { label: 'no final answer', text: lines.slice(0, -1).map(sentence).join(' '), right: false },
  ];
}

function story(template: Template, facts: Facts, lines: readonly Line[]): string {
  return [...lines.map(sentence), template.ending(facts, `\\boxed{${answerOf(lines)}}`)].join(' ');
}

function numbered(lines: readonly Line[]): string {
  const list = lines.map((line, i) => `${i + 1}. ${equation(line)}`);
  return `${list.join('\n')}\n\nThe final answer is \\boxed{${answerOf(lines)}}.`;
}

/** One result comes out wrong at first and is noticed. */
function corrected(template: Template, facts: Facts, lines: readonly Line[], random: Random): string {
  const places = lines.flatMap((line, i) => (line.operation === 'fraction' ? [] : [i]));
  const place = places[random.below(places.length)];
  const sentences = lines.map((line, i) => {
    if (i !== place) return sentence(line);
    const wrong = { ...line, text: nearMiss(line, random) };
    return `${sentence(wrong)} Wait, let me check that. ${equation(line)}, not ${withUnit(wrong.text, line.step.unit)}.`;
  });
  return [...sentences, template.ending(facts, `\\boxed{${answerOf(lines)}}`)].join(' ');
}

function nearMiss({ value }: Line, random: Random): string {
  const amounts = [1, 2, 10].flatMap((d) => (value > d ? [value - d, value + d] : [value + d]));
  const wrong = amounts[random.below(amounts.length)];
  return Number.isInteger(wrong) ? String(wrong) : wrong.toFixed(2);
}

/** A slip after which everything still looks like an answer and the last result is another; null where there is none. */
function misleading(
  steps: readonly Step[],
  lines: readonly Line[],
  slips: readonly Slip[],
  random: Random,
): Slip | null {
  const works = (slip: Slip) => {
    const wrong = workOut(steps, slip);
    return wrong.every(isPlausible) && answerOf(wrong) !== answerOf(lines);
  };
  return random.shuffle([...slips]).find(works) ?? null;
}

function wrongOperation(steps: readonly Step[], lines: readonly Line[], random: Random): Slip | null {
  const slips = lines.flatMap(({ operation, operands: { length } }, step) =>
    (length > 2 ? LEFT_OUT : MISTAKES[operation]).map(([mistaken, operands]): Slip => {
      return { step, operation: mistaken, operands };
    }),
  );
  return misleading(steps, lines, slips, random);
}

function arithmeticSlip(steps: readonly Step[], lines: readonly Line[], random: Random): Slip | null {
  const slips = lines.flatMap((line, step) =>
    line.operation === 'fraction' ? [] : [{ step, value: Number(nearMiss(line, random)) }],
  );
  return misleading(steps, lines, slips, random);
}

/** Stops before the last step and takes what it has for the answer. */
function forgottenStep(lines: readonly Line[]): SampleAnswer[] {
  const short = lines.slice(0, -1);
  if (answerOf(short) === answerOf(lines)) return [];
  const text = `${short.map(sentence).join(' ')} The answer is \\boxed{${answerOf(short)}}.`;
  return [{ label: 'a step forgotten', text, right: false }];
}
