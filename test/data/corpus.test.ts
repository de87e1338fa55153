import { expect, test } from 'vitest';
import { corpusExample, DEFAULT_MIX } from '../../src/data/two-cards/corpus';
import { PAIRS, pairAt, solvingDepths, splitOf } from '../../src/data/two-cards/problem';
import { twoCards } from '../../src/data/two-cards/task';
import { ID } from '../../src/data/two-cards/vocabulary';

/** An example taken apart: what a reader of the ids alone can say about it. */
function read({ ids, lossMask }: { ids: number[]; lossMask: number[] }) {
  const promptLength = ids.indexOf(ID.think) + 1;
  const cards = ids.slice(1, 7);
  const target = ids[8];
  const response = ids.slice(promptLength);
  const mask = lossMask.slice(promptLength);
  const decisions = response.flatMap((id, t) => (id === ID.no ? [{ next: response[t + 1], loss: mask[t + 1] }] : []));
  return {
    ids,
    lossMask,
    promptLength,
    cards,
    target,
    response,
    mask,
    decisions,
    hinted: ids.includes(ID.hint),
    depth: solvingDepths(cards, target)[0],
    complete: response.includes(ID.yes),
    ended: response.at(-1) === ID.eos,
  };
}

const COUNT = 12_000;
const examples = Array.from({ length: COUNT }, (_, i) => read(corpusExample(i, 11)));
const share = <T>(items: T[], is: (item: T) => boolean) => items.filter(is).length / items.length;
/** Within 4 standard deviations of a share p of n. */
const near = (got: number, p: number, n: number) =>
  expect(Math.abs(got - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));

test('example k is the same whenever it is drawn, and streams differ', () => {
  expect(corpusExample(123, 11)).toEqual(corpusExample(123, 11));
  expect(twoCards.pretrainExample?.(123, 11)).toEqual(corpusExample(123, 11));
  expect(corpusExample(123, 11)).not.toEqual(corpusExample(123, 12));
});

test('prompts carry no loss, everything else but some Waits does', () => {
  for (const e of examples) {
    expect(e.lossMask).toHaveLength(e.ids.length);
    expect(e.promptLength).toBe(e.hinted ? 13 : 10);
    expect(e.lossMask.slice(0, e.promptLength).every((w) => w === 0)).toBe(true);
    expect(e.response.every((id, t) => id === ID.wait || e.mask[t] === 1)).toBe(true);
    expect(e.response.length).toBeLessThanOrEqual(twoCards.maxNewTokens);
    expect(splitOf(e.cards, e.target)).toBe('train');
  }
});

test('attempts follow the scan, with right sums, and only the pair that works gets yes', () => {
  for (const { cards, target, response, depth } of examples) {
    const verdicts = response.flatMap((id, t) => (id === ID.no || id === ID.yes ? [t] : []));
    verdicts.forEach((t, k) => {
      const [a, b] = pairAt(cards, k + 1);
      expect(response.slice(t - 3, t + 1)).toEqual([a, b, a + b, a + b === target ? ID.yes : ID.no]);
      expect(response[t] === ID.yes).toBe(k + 1 === depth);
    });
  }
});

test('60 % student, and of these 30 % skill: a complete scan without loss on Wait', () => {
  const student = examples.filter((e) => !e.hinted);
  near(student.length / COUNT, 1 - DEFAULT_MIX.hinted, COUNT);
  const deep = student.filter((e) => e.depth >= 2);
  const isSkill = (e: (typeof deep)[0]) => e.complete && e.decisions.every((d) => d.loss === 0);
  near(share(deep, isSkill), DEFAULT_MIX.skill, deep.length);
  expect(student.filter((e) => e.depth >= 2).every((e) => isSkill(e) || e.decisions.every((d) => d.loss === 1))).toBe(
    true,
  );
});

test('habit: Wait after 30 % of the noes, with loss; giving up answers with any pair', () => {
  const habit = examples.filter((e) => !e.hinted && e.decisions.some((d) => d.loss === 1));
  const decisions = habit.flatMap((e) => e.decisions);
  near(
    share(decisions, (d) => d.next === ID.wait),
    DEFAULT_MIX.goOn,
    decisions.length,
  );
  const gaveUp = habit.filter((e) => !e.complete);
  const right = share(
    gaveUp,
    (e) => e.response[e.response.length - 3] + e.response[e.response.length - 2] === e.target,
  );
  near(right, 1 / PAIRS.length, gaveUp.length);
});

test('hinted: 40 % complete scans without loss on Wait', () => {
  const hinted = examples.filter((e) => e.hinted);
  near(
    share(hinted, (e) => e.complete),
    DEFAULT_MIX.hintedScan,
    hinted.length,
  );
  for (const e of hinted.filter((h) => h.complete))
    expect(e.decisions.every((d) => d.next === ID.wait && d.loss === 0)).toBe(true);
});

test('hinted jumps: j uniform in [min(1, k), k], inner Waits without loss, 5 % end in a Wait with loss, else the hint', () => {
  const jumps = examples.filter((e) => e.hinted && !e.complete);
  for (const e of jumps) {
    const last = e.decisions.at(-1);
    expect(e.decisions.slice(0, -1).every((d) => d.next === ID.wait && d.loss === 0)).toBe(true);
    if (last) expect(last.loss).toBe(1);
    if (e.ended) expect(e.response.slice(-5, -1)).toEqual([ID.so, ID.answer, ...e.ids.slice(10, 12)]);
    else expect(e.response.at(-1)).toBe(ID.wait);
    expect(e.ids[10] + e.ids[11]).toBe(e.target);
  }
  const deep = jumps.filter((e) => e.depth >= 2);
  near(
    share(deep, (e) => !e.ended),
    DEFAULT_MIX.hintedWait,
    deep.length,
  );
  for (const depth of [2, 5, 15]) {
    const counts = new Map<number, number>();
    for (const e of jumps.filter((x) => x.depth === depth))
      counts.set(e.decisions.length, (counts.get(e.decisions.length) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: depth - 1 }, (_, k) => k + 1));
  }
  expect(jumps.filter((e) => e.depth === 1).every((e) => e.ended && e.decisions.length === 0)).toBe(true);
});

test('the mix is configurable', () => {
  const always = { hinted: 1, skill: 0, goOn: 0, hintedScan: 1, hintedWait: 0 };
  for (let i = 0; i < 50; i++)
    expect(read(corpusExample(i, 0, always))).toMatchObject({ hinted: true, complete: true });
});
