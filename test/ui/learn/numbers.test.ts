/** The numbers of the lessons' figures are the engine's own, and every question can be answered. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { groupAdvantages } from '../../../src/antisd/advantages';
import { ARMS } from '../../../src/antisd/arms';
import { beliefCurve } from '../../../src/antisd/belief';
import { DIVERGENCE_NAMES, DIVERGENCES } from '../../../src/antisd/divergences';
import { twoCards } from '../../../src/data/two-cards/task';
import { readInspectLink, writeInspectLink } from '../../../src/inspect/inspect-link';
import { readEvent } from '../../../src/runs/event-lines';
import { nextLike, sheetsIn } from '../../../src/ui/learn/bench';
import { askedOf, colourOf } from '../../../src/ui/learn/chapters/Colours';
import { BY_STEP, isTimely } from '../../../src/ui/learn/chapters/Gate';
import { silence } from '../../../src/ui/learn/chapters/Group';
import { isLeast } from '../../../src/ui/learn/chapters/Hint';
import { isBounded } from '../../../src/ui/learn/chapters/Slope';
import { isUnsurest } from '../../../src/ui/learn/chapters/Write';
import { inspectLinkOf } from '../../../src/ui/learn/LabLink';
import { HALF } from '../../../src/ui/learn/RaceCurves';
import { firstTo, raceIn, reached, simulate, switchesOf, trailingMean } from '../../../src/ui/learn/race';
import { FIRST, methodOf, mostPraise, slopeOf, termOf, termsOf } from '../../../src/ui/learn/shaping';
import { CHOICES, misleads, posterior, SECRETS, signalsOf, student } from '../../../src/ui/learn/small-world';
import { mostPraised, recordedStep, rowsIn } from '../../../src/ui/learn/step';

const recorded = (name: string): string =>
  readFileSync(new URL(`../../../public/recorded/${name}`, import.meta.url), 'utf8');
const sheets = sheetsIn(recorded('lesson.jsonl'));
const race = raceIn(JSON.parse(recorded('race.json')));
const runOf = (arm: string) => race.find((run) => run.arm === arm) as (typeof race)[number];

/** Every text of so many words. */
const textsOf = (places: number): string[][] =>
  places === 0 ? [[]] : textsOf(places - 1).flatMap((text) => CHOICES[places - 1].map((word) => [...text, word]));

test('the small world: the student is a distribution, and the belief curve ends at Σu, for every secret and every text', () => {
  for (const before of [0, 1, 2].flatMap(textsOf)) {
    const total = CHOICES[before.length].reduce((sum, word) => sum + student(before, word), 0);
    expect(total).toBeCloseTo(1, 12);
  }
  for (const c of SECRETS)
    for (const text of [1, 2, 3].flatMap(textsOf)) {
      const u = signalsOf(text, c).map((said) => said.u);
      const curve = beliefCurve(u);
      expect(curve[curve.length - 1]).toBeCloseTo(Math.log(posterior(text)[c - 1]) - Math.log(1 / SECRETS.length), 12);
    }
});

test('the small world by hand: low, odd, 3 of a witness who knows 3', () => {
  const [low, odd, three] = signalsOf(['low', 'odd', '3'], 3);
  expect([Math.exp(low.t), Math.exp(low.s)].map((p) => Number(p.toFixed(12)))).toEqual([0.8, 0.5]);
  expect(low.u).toBeCloseTo(Math.log(0.8 / 0.5), 12);
  // After "low" the odd secrets 1 and 3 have 4 parts of 15 each and 5 has 1; so have 2 (4 parts), 4 and 6 (1 each).
  expect(Math.exp(odd.s)).toBeCloseTo((9 * 0.8 + 6 * 0.2) / 15, 12);
  expect(three.u).toBeGreaterThan(0);
});

test('a text can mislead while its last word tells; an honest one does not', () => {
  expect(misleads(signalsOf(['high', 'even', '1'], 1))).toBe(true);
  expect(misleads(signalsOf(['low', 'odd', '1'], 1))).toBe(false);
  expect(misleads(signalsOf(['high', 'even'], 1))).toBe(false);
});

test('recorded responses: u is t − s to the digits that are kept, and each question has its token', () => {
  expect(sheets.length).toBeGreaterThanOrEqual(8);
  for (const { scored } of sheets)
    for (const [i, u] of scored.u.entries()) expect(u).toBeCloseTo(scored.t[i] - scored.s[i], 2);
  const [first] = sheets;
  const all = first.scored.tokens.map((_, k) => k);
  for (const isIt of [isUnsurest, isLeast]) {
    const right = all.filter((k) => isIt(first, k)).length;
    expect(right).toBeGreaterThan(0);
    expect(right).toBeLessThan(all.length / 2);
  }
});

test('a response’s link brings the inspector its own problem', async () => {
  const link = await readInspectLink(await writeInspectLink(inspectLinkOf(sheets[0])));
  const { problem, texts } = sheets[0];
  expect(link.response).toBe(texts.response);
  if (!link.choice || !('index' in link.choice)) throw new Error('the link names no problem');
  const { seed, index: first, minDepth } = link.choice;
  expect(twoCards.generate({ split: 'heldout', count: 1, seed, minDepth, first })).toEqual([problem]);
});

test('to write on from a token takes a recorded response that begins alike, and from the unsurest there is one', () => {
  const { scored } = sheets[0];
  const k = scored.tokens.findIndex((_, i) => isUnsurest(sheets[0], i));
  const next = nextLike(sheets, 0, scored.tokens.slice(0, k)) as number;
  expect(sheets[next].scored.tokens.slice(0, k)).toEqual(scored.tokens.slice(0, k));
  expect(sheets[next].texts.response).not.toBe(sheets[0].texts.response);
  expect(nextLike(sheets, 0, scored.tokens)).toBeNull();
});

test('colours are the heatmap’s, and of each there is one to guess', () => {
  expect([-5, -0.3, -0.2, 0, 0.24, 0.25, 9].map((u) => colourOf(u) + 0)).toEqual([-1, -1, 0, 0, 0, 1, 1]);
  const asked = askedOf(sheets[0]);
  expect(new Set(asked.map((i) => colourOf(sheets[0].scored.u[i])))).toEqual(new Set([-1, 0, 1]));
});

test('the term of a token is sign λ δ(u), and no token is praised more than is said', () => {
  for (const divergence of DIVERGENCE_NAMES)
    for (const sign of [-1, 1] as const)
      for (const mask of [0, 2]) {
        const shaping = { ...FIRST, divergence, sign, mask };
        const most = mostPraise(shaping);
        for (const u of [-20, -3, -0.5, 0.5, 3, 20]) {
          const kept = mask > 0 && Math.abs(u) > mask ? 0 : u;
          const { delta } = methodOf(shaping).divergence;
          expect(termOf(u, shaping)).toBeCloseTo(sign * 0.5 * delta(kept), 4);
          expect(termOf(u, shaping)).toBeLessThanOrEqual(most * (1 + 1e-6) + 1e-6);
        }
      }
  expect(mostPraise(FIRST)).toBeCloseTo(0.25 * Math.LN2, 12); // ½ log 2, times λ = ½
  expect(slopeOf(0, FIRST)).toBeCloseTo(-0.125, 4); // ¼, times −λ
  expect(slopeOf(3, { ...FIRST, mask: 3 })).toBeCloseTo(-0.25 / (1 + Math.exp(-3)), 2); // not the jump behind it
  expect(mostPraise({ ...FIRST, divergence: 'reverse-kl' })).toBe(Number.POSITIVE_INFINITY);
  const [{ scored }] = sheets;
  const terms = termsOf(scored, FIRST);
  for (const [i, u] of scored.u.entries())
    expect(terms[i]).toBeCloseTo(-0.5 * DIVERGENCES['jensen-shannon'].delta(u), 3);
});

test('praise is bounded by a smaller λ; not at first, nor by the other sign', () => {
  expect(isBounded(FIRST)).toBe(false);
  expect(isBounded({ ...FIRST, lambda: 0.25 })).toBe(true);
  expect(isBounded({ ...FIRST, lambda: 0.25, sign: 1 })).toBe(false);
  expect(isBounded({ ...FIRST, lambda: 0.05 })).toBe(false);
});

test('a group that is all right or all wrong teaches nothing', () => {
  expect(
    [
      [1, 1, 1],
      [0, 0, 0],
      [1, 0, 0],
    ].map(silence),
  ).toEqual(['right', 'wrong', null]);
  const rewards = sheets.slice(0, 8).map(({ verdict }) => verdict.reward);
  expect(silence(rewards)).toBeNull(); // the recorded group has something to compare
  expect(groupAdvantages(rewards, 'sample').reduce((a, b) => a + b, 0)).toBeCloseTo(0, 10);
});

test('the simulated gate closes where the run’s own gate closed', () => {
  const rows = simulate(runOf('antisd'), ARMS.antisd.method.gate);
  const closed = rows.filter(({ gateState }) => gateState === 'closed').map(({ step }) => step);
  expect(closed[0]).toBe(52); // as the run’s log says
  expect(closed).toHaveLength(rows.length - 51);
  expect(switchesOf(rows)).toBe(1);
});

test('the gate of the run that collapsed was inert; another would have closed in time', () => {
  const paper = ARMS['antisd-paper'].method.gate;
  const own = simulate(runOf('antisd-paper'), paper);
  expect(new Set(own.slice(5).map(({ gateState }) => gateState))).toEqual(new Set(['inert']));
  expect(isTimely(own)).toBe(false);
  const other = { ...paper, kind: 'peak', statistic: 'median-rollouts', down: 0.93, up: 1 } as const;
  const rows = simulate(runOf('antisd-paper'), other);
  expect([rows[BY_STEP - 1].gateState, switchesOf(rows, BY_STEP), isTimely(rows)]).toEqual(['closed', 3, true]);
});

test('the race as it was run', () => {
  const runners = ['grpo', 'sd', 'antisd'].map(runOf);
  expect(firstTo(runners, HALF).map(({ arm }) => arm)).toEqual(['antisd']);
  expect(runners.map((run) => reached(run, 0.5))).toEqual([100, null, 60]);
  const [early, late, never] = [20, 40, 60].map((step, i) => ({ evals: [{ step, accuracy: i < 2 ? 0.6 : 0.4 }] }));
  expect(firstTo([late, early, never, early], HALF)).toEqual([early, early]);
  expect(firstTo([never], HALF)).toEqual([]);
  expect(trailingMean([1, 0, 0, 4], 2)).toEqual([1, 0.5, 0, 2]);
});

test('the recorded step: u, advantages and the gate’s λ belong together', () => {
  const { events } = JSON.parse(recorded('step.json')) as { events: unknown[] };
  const step = recordedStep(events.map(readEvent));
  if (!step) throw new Error('the recording holds no step');
  const { rollouts, figures } = step;
  expect(figures.lambda).toBe(0.5);
  for (const [i, row] of rowsIn(step).entries())
    for (const [k, u] of row.u.entries()) {
      expect(u).toBeCloseTo(row.t[k] - row.s[k], 2);
      const kept = Math.abs(u) > 3 ? 0 : u;
      expect(row.term[k]).toBeCloseTo(-0.5 * DIVERGENCES['jensen-shannon'].delta(kept), 3);
      expect(row.advantage[k]).toBeCloseTo((rollouts[i].groupAdvantage as number) + row.term[k], 3);
    }
  const rewards = rollouts.map(({ reward }) => reward);
  expect(new Set(rewards.slice(0, 4)).size + new Set(rewards.slice(4)).size).toBeGreaterThan(2); // a group that teaches
  expect(rowsIn(step).some((row) => row.advantage.includes(mostPraised(step)))).toBe(true);
  expect(recordedStep(events.slice(0, -1).map(readEvent))).toBeNull();
});
