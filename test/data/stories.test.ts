import { expect, test } from 'vitest';
import { Random } from '../../src/data/random';
import { STORIES_MIX, storiesExample } from '../../src/data/stories/corpus';
import { totalsOf } from '../../src/data/stories/moves';
import { splitOf, storyOf } from '../../src/data/stories/story';
import { stories } from '../../src/data/stories/task';
import { ID, MARKS, storiesTokenizer, TOKENS } from '../../src/data/stories/vocabulary';

const { tokenizer } = stories;
const problems = (['train', 'heldout'] as const).flatMap((split) =>
  stories.generate({ split, count: 300, seed: 3, minDepth: 1 }),
);
const ended = (text: string) => [...tokenizer.encode(text), tokenizer.eosId];

test('texts are written as people write, and come back from their tokens', () => {
  expect(TOKENS).toHaveLength(333);
  expect(new Set(TOKENS).size).toBe(333);
  for (const { question, solution } of problems)
    for (const text of [question, solution as string]) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  expect(Array.from(tokenizer.encode('Mia has 14 apples.'), tokenizer.token)).toEqual([
    ' Mia',
    ' has',
    ' 14',
    ' apples',
    '.',
  ]);
  expect(tokenizer.encode('14 +  23\n= 37')).toEqual(tokenizer.encode(' 14 + 23 = 37'));
  expect(tokenizer.encode(`have?${MARKS.think}Buying`).at(-2)).toBe(ID.think);
  expect(() => tokenizer.encode('Mia has 14 elephants.')).toThrow('"elephants" is not in the vocabulary');
});

test('a problem is a function of its place in the stream, of its split, and of the depth asked for', () => {
  const query = { split: 'heldout', count: 40, seed: 5, minDepth: null } as const;
  expect(stories.generate({ ...query, count: 3, first: 7 })).toEqual(stories.generate(query).slice(7, 10));
  for (const problem of stories.generate(query)) {
    const story = storyOf(problem);
    expect(splitOf(story)).toBe('heldout');
    expect(story.depth).toBeGreaterThanOrEqual(4);
    for (const total of totalsOf(story)) expect(total >= 10 && total <= 120).toBe(true);
  }
  expect(() => stories.generate({ ...query, minDepth: 7 })).toThrow('minDepth is 7');
});

test('the judge recomputes: solutions and samples are what they say', () => {
  for (const problem of problems) {
    expect(stories.verify(problem, ended(problem.solution as string)).reason).toBe('right');
    for (const { label, text, right } of stories.samples?.(problem, 1) ?? [])
      expect([label, stories.verify(problem, ended(text)).reward]).toEqual([label, right ? 1 : 0]);
    expect(stories.verify(problem, ended(stories.wrongSolution(problem, 9))).reason).toBe('wrong number');
    expect(stories.verify(problem, tokenizer.encode(problem.solution as string)).reason).toBe('no answer');
  }
  expect(stories.verify(problems[0], []).reason).toBe('no answer');
});

test('a question somebody wrote is the problem, and what cannot be solved is refused', () => {
  for (const { question, answer, facts } of problems.slice(0, 50))
    expect(stories.ownProblem?.('own', ` ${question} `, null)).toMatchObject({ answer, facts });
  for (const bad of [
    'Mia has 14 apples.',
    'Mia has 14 apples. She buys 23 more. How many books does Mia have?',
    'Mia has 14 apples. She eats 3 of them. How many apples does Mia have?',
    'Mia has 14 apples. She sells 20 of them. How many apples does Mia have?',
    'Mia has 200 apples. She doubles them. How many apples does Mia have?',
  ])
    expect(() => stories.ownProblem?.('own', bad, null)).toThrow('This is no problem of stories');
});

test('a sibling’s response is cut down to its last word on every sum', () => {
  const [problem] = stories.generate({ split: 'train', count: 1, seed: 0, minDepth: 4 });
  for (const { text, label } of stories.samples?.(problem, 2) ?? []) {
    const cleaned = stories.solutionOf(problem, ended(text));
    if (/second look mends|every sum checked/.test(label)) expect(cleaned).toBe(problem.solution);
    else expect(cleaned).toBe(text);
  }
  expect(stories.solutionOf(problem, ended('Wait, let me check: 1 + 1 = 2.'))).toBe('Wait, let me check: 1 + 1 = 2.');
});

test('the teacher reads a solution, an answer, or feedback; the student neither', () => {
  const [problem] = problems;
  const prompt = (solution: string | null, feedback: 'correct' | 'incorrect' | null) =>
    tokenizer.decode(stories.teacherPrompt(problem, { source: 'none', solution, feedback }));
  const student = tokenizer.decode(stories.studentPrompt(problem));
  expect(student).toBe(`<bos> ${problem.question}<think>`);
  expect(prompt(null, null)).toBe(student);
  expect(prompt(problem.solution, 'correct')).toBe(`<bos> ${problem.question}<solution> ${problem.solution}<think>`);
  expect(prompt(problem.answer, null)).toMatch(/<solution> So \w+ has \d+ \w+\.<think>$/);
  expect(prompt(null, 'incorrect')).toBe(`<bos> ${problem.question}<feedback> wrong<think>`);
});

/** An example taken apart by its tokens alone. */
function read({ ids, lossMask }: { ids: number[]; lossMask: number[] }) {
  const from = ids.indexOf(ID.think) + 1;
  const kind = ids.includes(ID.solution) ? 'solved' : ids.includes(ID.feedback) ? 'feedback' : 'student';
  const sums: { slips: boolean; slipLoss: number; looks: boolean; lookLoss: number }[] = [];
  const right = (t: number) => {
    const [a, sign, b] = [ids[t - 4], TOKENS[ids[t - 3]], ids[t - 2]];
    return sign === ' +' ? a + b : sign === ' -' ? a - b : a * b;
  };
  for (let t = from; t < ids.length; t++) {
    if (TOKENS[ids[t - 1]] !== ' =') continue;
    const isLook = sums.at(-1)?.looks && TOKENS[ids[t - 5]] === ':';
    if (isLook) expect(ids[t]).toBe(right(t));
    else
      sums.push({
        slips: ids[t] !== right(t),
        slipLoss: lossMask[t],
        looks: ids[t + 2] === ID.wait,
        lookLoss: lossMask[t + 2],
      });
  }
  return {
    kind,
    sums,
    prompt: lossMask.slice(0, from),
    unlearned: lossMask.slice(from).filter((w) => w === 0).length,
    ids,
  };
}

test('the corpus: a student slips and looks as often as said, a second look is right, a teacher does neither on its own', () => {
  const examples = Array.from({ length: 6000 }, (_, i) => read(storiesExample(i, 4)));
  const near = (got: number, p: number, n: number) =>
    expect(Math.abs(got - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
  const share = <T>(all: readonly T[], is: (x: T) => boolean) => all.filter(is).length / all.length;
  near(
    share(examples, (e) => e.kind === 'solved'),
    STORIES_MIX.solved,
    examples.length,
  );
  near(
    share(examples, (e) => e.kind === 'feedback'),
    STORIES_MIX.feedback,
    examples.length,
  );
  for (const e of examples) {
    expect(e.prompt.every((w) => w === 0)).toBe(true);
    expect(e.ids.length).toBeLessThan(256);
    expect(e.ids.at(-1)).toBe(ID.eos);
  }
  const student = examples.filter((e) => e.kind === 'student').flatMap((e) => e.sums);
  near(
    share(student, (s) => s.slips),
    STORIES_MIX.slip,
    student.length,
  );
  const decided = student.filter((s) => s.lookLoss === 1);
  near(
    share(decided, (s) => s.looks),
    STORIES_MIX.look,
    decided.length,
  );
  expect(student.filter((s) => s.lookLoss === 0).every((s) => s.looks)).toBe(true);
  const solved = examples.filter((e) => e.kind === 'solved').flatMap((e) => e.sums);
  expect(solved.filter((s) => s.slips).every((s) => s.slipLoss === 0)).toBe(true);
  expect(share(solved, (s) => s.looks && s.lookLoss === 1)).toBeLessThan(0.04);
});

test('examples are functions of stream and place', () => {
  expect(storiesExample(17, 2)).toEqual(storiesExample(17, 2));
  expect(storiesExample(17, 2)).not.toEqual(storiesExample(17, 3));
  const random = new Random(1);
  for (let k = 0; k < 50; k++) {
    const { ids } = storiesExample(random.below(1e6), 0);
    expect(storiesTokenizer.encode(storiesTokenizer.decode(ids))).toEqual(ids);
  }
});
