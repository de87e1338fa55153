/** Answers that may be off by a little, where a dataset says by how much. */
import { clean } from './clean';
import { type Leaf, leafOf } from './leaf';
import type { Rational } from './rational';
import { type Answer, structureOf } from './structure';
import { conversion } from './units';

/**
 * Are the numbers of `given` those of `wanted`, each off by no more than its tolerance? One tolerance is for all. In the order
 * that they are written in; a unit that only one side writes does not count. False for anything but numbers.
 */
export function withinTolerance(given: string, wanted: string, tolerances: readonly number[]): boolean {
  if (given.length > LONGEST || wanted.length > LONGEST) return false;
  const [a, b] = [given, wanted].map((text) => numbersOf(structureOf(clean(text))));
  if (!a || a.length !== b?.length) return false;
  return a.every((leaf, i) => {
    const factor = conversion(leaf.unit, b[i].unit);
    const tolerance = tolerances[i] ?? (tolerances.length === 1 ? tolerances[0] : 0);
    if (!factor) return false;
    const off = Math.abs(quotient(leaf.number) * quotient(factor) - quotient(b[i].number));
    // The tolerance is a decimal: a last digit of a double is no reason to refuse.
    return off <= tolerance * (1 + 1e-9);
  });
}

const LONGEST = 400;

type Numeric = Leaf & { readonly number: Rational };

function numbersOf(answer: Answer): Numeric[] | null {
  if (answer.kind === 'matrix') return null;
  const parts =
    answer.kind === 'leaf'
      ? [answer.leaf]
      : answer.items.map((item) => (item.kind === 'leaf' ? item.leaf : leafOf('')));
  const isNumber = (leaf: Leaf): leaf is Numeric => leaf.number !== null;
  return parts.every(isNumber) ? parts : null;
}

const quotient = ({ n, d }: Rational): number => Number(n) / Number(d);
