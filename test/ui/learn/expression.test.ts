/** A function of u, as a person writes it. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Misread, misreadText, NAMES, readExpression } from '../../../src/ui/learn/hood/expression';
import { en } from '../../../src/ui/learn/words/en';

function saidOf(text: string): string {
  try {
    readExpression(text);
    return 'read';
  } catch (error) {
    return misreadText(error as Misread, en.hood.misread);
  }
}

describe('an expression', () => {
  it.each([
    ['u', 3, 3],
    ['-u^2', 3, -9],
    ['2u + 1', 3, 7],
    ['2(u - 1)(u + 1)', 3, 16],
    ['2^3^2', 0, 512],
    ['2^-1', 0, 0.5],
    ['u/2/3', 12, 2],
    ['u - 2 - 3', 12, 7],
    ['-u*2', 3, -6],
    ['1e2 + .5', 0, 100.5],
    ['clamp(u, -1, 1)', 7, 1],
    ['min(u, max(1, 2))', 5, 2],
    ['2 pi', 0, 2 * Math.PI],
    ['softplus(-800)', 0, 0],
    ['sigmoid(u)', -800, 0],
  ])('%s at u = %d is %d', (text, u, value) => {
    expect(readExpression(text)(u)).toBeCloseTo(value, 12);
  });

  it.each([
    ['', 'At the end: something is missing.'],
    ['u +', 'At the end: something is missing.'],
    ['u )', 'At “)”, part 2: it does not belong there.'],
    ['(u', 'At the end: “)” is missing.'],
    ['exp u', 'At “u”, part 2: “(” is missing before it.'],
    ['min(u)', 'At “)”, part 4: “,” is missing before it.'],
    ['alert(1)', 'At “alert”, part 1: it means nothing here.'],
    ['constructor', 'At “constructor”, part 1: it means nothing here.'],
    ['u constructor', 'At “constructor”, part 2: it means nothing here.'],
    ['u; 1', 'At “;”, part 2: it does not belong there.'],
    ['u = 1', 'At “=”, part 2: it does not belong there.'],
    ['u'.repeat(201), 'An expression has 200 characters at most.'],
    [`${'('.repeat(60)}u`, 'More than 40 parts lie in one another.'],
    [`${'-'.repeat(60)}u`, 'More than 40 parts lie in one another.'],
  ])('%s is refused', (text, message) => {
    expect(saidOf(text)).toBe(message);
  });

  it('of any characters is a number for every u, or is refused', () => {
    const piece = fc.constantFrom(...NAMES, 'u', '(', ')', ',', '+', '-', '*', '/', '^', '1', '.5', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.double({ min: -9, max: 9 }), (pieces, u) => {
        try {
          expect(typeof readExpression(pieces.join(''))(u)).toBe('number');
        } catch (error) {
          expect(error).toBeInstanceOf(Misread);
        }
      }),
    );
  });
});
