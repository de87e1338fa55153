/** Figures of scored texts by hand, token classes, and the signal under every divergence and arm. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARM_NAMES } from '../../src/antisd/arms';
import { DIVERGENCES } from '../../src/antisd/divergences';
import { advantageInGroup, analyse, armSignals, divergenceSignals } from '../../src/inspect/analysis';
import { tokenClasses } from '../../src/inspect/token-class';
import { scoredText } from '../setup/scored-text';

const PIECES = ['Sure', ',', ' 3', ' apples', ' cost', ' 12', '.', ' Wait', ',', ' Altern', 'atively', ' \\', 'boxed'];
const text = PIECES.join('');

describe('token classes', () => {
  it('go by the whole word, also where a token is a part of it', () => {
    const { spans } = scoredText(
      PIECES,
      PIECES.map(() => 0),
    );
    expect(tokenClasses(spans, text)).toEqual([
      'style',
      'punctuation',
      'number',
      'content',
      'content',
      'number',
      'punctuation',
      'deliberation',
      'punctuation',
      'deliberation',
      'deliberation',
      'punctuation',
      'style',
    ]);
  });

  it('know words with apostrophes, other scripts and other digits', () => {
    const pieces = ["Let's", ' 你好', ' ٣', '\n\n', '🦊'];
    const { spans } = scoredText(pieces, [0, 0, 0, 0, 0]);
    expect(tokenClasses(spans, pieces.join(''))).toEqual([
      'deliberation',
      'content',
      'number',
      'punctuation',
      'punctuation',
    ]);
  });
});

describe('figures', () => {
  it('of a response by hand', () => {
    const u = [0.5, 0, 1, 2, -0.5, 0, 0, -3, 0, -0.25, -0.25, 0, 0.5];
    const a = analyse(scoredText(PIECES, u), text);
    expect(a.sumU).toBeCloseTo(0, 10);
    expect(a.above).toBeCloseTo(4, 10);
    expect(a.below).toBeCloseTo(-4, 10);
    expect(a.meanAbsU).toBeCloseTo(8 / 13, 10);
    const share = Object.fromEntries(a.classes.map((c) => [c.name, c.share]));
    expect(share.deliberation).toBeCloseTo(3.5 / 8, 10);
    expect(share.style).toBeCloseTo(1 / 8, 10);
    expect(a.warning).toBeNull();
    expect(a.shortcuts[0].token).toBe(' apples');
    expect(a.deliberation[0]).toMatchObject({ token: ' Wait', count: 1 });
    expect(a.studentEntropy).toBe(0.5);
  });

  it('warn where style and punctuation carry most of a signal, and only of a signal', () => {
    const styled = PIECES.map((p) => (p === 'Sure' || p === ',' ? -2 : 0.1));
    expect(analyse(scoredText(PIECES, styled), text).warning).toMatch(/carry 90 %.*limit 50 %/);
    const faint = styled.map((x) => x / 100);
    expect(analyse(scoredText(PIECES, faint), text).warning).toBeNull();
    const content = PIECES.map((p) => (p === ' apples' ? -5 : 0.1));
    expect(analyse(scoredText(PIECES, content), text).warning).toBeNull();
  });

  it('add up, whatever the signal', () => {
    const cell = fc.tuple(
      fc.constantFrom('the', ' Wait', ' 7', ',', ' fox', '\n'),
      fc.double({ min: -20, max: 20, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 40 }), (cells) => {
        const [pieces, u] = [cells.map(([p]) => p), cells.map(([, x]) => x)];
        const scored = scoredText(pieces, u);
        const a = analyse(scored, pieces.join(''));
        const total = scored.u.reduce((x, y) => x + y, 0);
        expect(a.above + a.below).toBeCloseTo(total, 6);
        expect(a.classes.reduce((n, c) => n + c.tokens, 0)).toBe(pieces.length);
        expect(a.classes.reduce((x, c) => x + c.sumU, 0)).toBeCloseTo(total, 6);
        const shares = a.classes.reduce((x, c) => x + c.share, 0);
        expect(shares).toBeCloseTo(scored.u.some((x) => x !== 0) ? 1 : 0, 6);
      }),
    );
  });
});

describe('the signal', () => {
  const u = [-20, -1, 0, 0.5, 3];

  it('under every divergence is its δ, within its bounds', () => {
    const signals = divergenceSignals(u);
    expect(signals.map((x) => x.divergence.name)).toEqual(Object.keys(DIVERGENCES));
    for (const { divergence, delta, smallest, largest } of signals) {
      expect(delta[2]).toBeCloseTo(0, 12);
      expect(smallest).toBeGreaterThanOrEqual(divergence.bounds[0]);
      expect(largest).toBeLessThanOrEqual(divergence.bounds[1]);
    }
    expect(signals[0].delta[0]).toBeCloseTo(-0.5 * Math.LN2, 6); // Jensen–Shannon's bound
  });

  it('under every arm: the reward’s advantage, and the method’s sign on shortcut and deliberation', () => {
    const scored = scoredText(['a', 'b', 'c', 'd', 'e'], [-2, -1, 0, 1, 2]);
    const arms = armSignals(scored, { reward: 1, groupAdvantage: 0.75 });
    const others = ['rlcsd', 'opsd', 'sdpo', 'process', 'grpo-process', 'antisd-process'];
    expect(arms.map((a) => a.name)).toEqual(ARM_NAMES.filter((name) => !others.includes(name)));
    const of = (name: string) => arms.find((a) => a.name === name) as (typeof arms)[number];
    expect([...of('grpo').columns.advantage]).toEqual([0.75, 0.75, 0.75, 0.75, 0.75]);
    expect(of('antisd').columns.term[0]).toBeGreaterThan(0);
    expect(of('antisd').columns.term[4]).toBeLessThan(0);
    expect(of('sd').columns.term[0]).toBeLessThan(0);
    expect([...of('no-context').columns.u]).toEqual([0, 0, 0, 0, 0]);
    expect([...of('no-teacher').columns.u]).toEqual(Array.from(scored.s, (s) => Math.fround(-s)));
    expect(of('antisd-only').columns.advantage[2]).toBe(0);
    expect(of('antisd-code').sumTerm).toBeCloseTo(0, 5); // standardised within the sequence
    const wrong = armSignals(scored, { reward: 0, groupAdvantage: -0.75 });
    expect(wrong.find((a) => a.name === 'antisd-correct')?.lambda).toBe(0);
  });

  it('has the group’s advantage of a response', () => {
    expect(advantageInGroup(1, 8, 8)).toBe(0);
    expect(advantageInGroup(0, 8, 0)).toBe(0);
    expect(advantageInGroup(1, 4, 2)).toBeCloseTo(0.5 / (Math.sqrt(1 / 3) + 1e-4), 9);
    expect(advantageInGroup(0, 4, 2)).toBeCloseTo(-0.5 / (Math.sqrt(1 / 3) + 1e-4), 9);
    expect(advantageInGroup(1, 8, 1)).toBeCloseTo(0.875 / (Math.sqrt(1 / 8) + 1e-4), 9);
  });
});
