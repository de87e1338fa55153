/** Equality of two written answers: choices first, then structure against structure, leaf against leaf. */
import { clean, keyOf } from './clean';
import { type ExpressionsEqual, type Leaf, sameLeaf, sumOf } from './leaf';
import { type Answer, structureOf } from './structure';

/** Answers longer than this are equal only to themselves: nobody's final answer is a page. */
const MAX_ANSWER = 400;
/** Longest list that is compared in any order; of longer ones the order counts. */
const MAX_UNORDERED = 24;

/**
 * Is `given` the answer `wanted`? Symmetric; never throws; bounded time for any text. `expressionsEqual` is asked about
 * pairs of expressions that are no plain numbers, with LaTeX that is cleaned and without units.
 */
export function compareAnswers(given: string, wanted: string, expressionsEqual: ExpressionsEqual): boolean {
  if (given.length > MAX_ANSWER || wanted.length > MAX_ANSWER) return given.trim() === wanted.trim();
  const [a, b] = [given, wanted].map((text) => withoutGloss(withoutApposition(clean(text))));
  if (keyOf(a) === keyOf(b)) return true;
  const [x, y] = [choiceOf(a), choiceOf(b)];
  if (x && y) {
    if (x.letter !== y.letter) return false;
    return x.rest === '' || y.rest === '' || same(structureOf(x.rest), structureOf(y.rest), expressionsEqual);
  }
  // "(B) 12" for the problem whose answer is 12: what stands beside the letter is the answer.
  return same(structureOf(x?.rest || a), structureOf(y?.rest || b), expressionsEqual);
}

/** Words behind a comma that leave the answer as it is: "36, in total", "36, counting the first one". Conditions do not. */
const APPOSITION =
  /^(.*[^\s,]) ?, (?:in (?:total|all|sum)|total|altogether|all together|overall|all told|combined|exactly|precisely|to be (?:exact|precise)|indeed|of course|after all|on average|as (?:required|requested|desired|needed|expected|asked|claimed|wanted|before|above|(?:we|was|is|you|the|shown|found|computed|calculated|stated|given)\b[^\d,;]*)|(?:counting|including) [^\d,;]*|(?:written |expressed )?(?:in (?:simplest|lowest|simplified|reduced) (?:form|terms)|as an? (?:(?:common|mixed|simplified|reduced) )?(?:decimal|fraction|percentage|whole number|mixed number|integer))|(?:rounded|correct) to [^\d,;]*)$/is;

function withoutApposition(text: string): string {
  const [, answer] = APPOSITION.exec(text) ?? [];
  return answer ?? text;
}

/** "7 (seven)" and "0.5 (or 50%)" say one thing twice; "5 (or 6)" does not, and stays as it is. */
function withoutGloss(text: string): string {
  const found = /^([^()]+?) \((or |i\.e\.,? |about |approximately |\\approx ?|= ?)?([^()]+)\)$/.exec(text);
  if (!found) return text;
  const [, said, joined, again] = found;
  const isGloss = joined !== undefined || /^[a-z -]{2,}$/i.test(said) || /^[a-z -]{2,}$/i.test(again);
  const never = () => false;
  return isGloss && same(structureOf(said), structureOf(again), never) ? said : text;
}

/** A letter of multiple choice, A to J, with the answer beside it where there is one. */
function choiceOf(text: string): { letter: string; rest: string } | null {
  const found =
    /^(?:(?:option|choice|answer) )?(?:\(([A-J])\)|([A-J]))$/i.exec(text) ??
    /^(?:(?:option|choice|answer) )?(?:\(([A-J])\)[:.]?|([A-J])[).:]) ?(?![,;&]|(?:and|or)\b)(.+)$/s.exec(text);
  return found && { letter: (found[1] ?? found[2]).toUpperCase(), rest: found[3] ?? '' };
}

function same(a: Answer, b: Answer, asked: ExpressionsEqual): boolean {
  if (isName(a.label) && isName(b.label) && keyOf(a.label ?? '') !== keyOf(b.label ?? ''))
    return equations(a, b, asked);
  return sameStructure(a, b, asked) || equations(a, b, asked);
}

/** Names that must agree: x and y are two things, "Area" and "A" may be one. */
const isName = (label: string | null): boolean => label !== null && /^\S{1,3}$|[-_(+\\]/.test(label);

/** Equations as a whole, where one is no "name = value": y = 2x + 1 and 2x - y + 1 = 0. */
function equations(a: Answer, b: Answer, asked: ExpressionsEqual): boolean {
  const relation = /[=<>]|\\[lgn]eq/;
  return relation.test(a.full) && relation.test(b.full) && a.full !== b.full && asked(a.full, b.full);
}

function sameStructure(a: Answer, b: Answer, asked: ExpressionsEqual): boolean {
  if (a.kind === 'leaf' && b.kind === 'leaf') return sameLeaf(a.leaf, b.leaf, asked);
  const [sum, single] =
    a.kind === 'many' ? [totalOf(a.items), b] : b.kind === 'many' ? [totalOf(b.items), a] : [null, a];
  if (sum && single.kind === 'leaf') return sameLeaf(sum, single.leaf, asked);
  if (a.kind === 'row' && b.kind === 'row')
    return a.open === b.open && a.close === b.close && inOrder(a.items, b.items, asked);
  if (a.kind === 'many' && b.kind === 'many') return inAnyOrder(a.items, b.items, asked);
  if (a.kind === 'matrix' && b.kind === 'matrix')
    return a.rows.length === b.rows.length && a.rows.every((row, i) => inOrder(row, b.rows[i], asked));
  // Coordinates without their brackets, and vectors as columns.
  const [row, other] = a.kind === 'row' ? [a, b] : b.kind === 'row' ? [b, a] : [null, a];
  if (row?.open !== '(' || row.close !== ')') return false;
  if (other.kind === 'many' && other.written) return inOrder(row.items, other.items, asked);
  if (other.kind !== 'matrix') return false;
  const vector = other.rows.length === 1 ? other.rows[0] : other.rows.every((r) => r.length === 1) && other.rows.flat();
  return vector !== false && inOrder(row.items, vector, asked);
}

/** "2 hours and 30 minutes" is one quantity. */
function totalOf(items: readonly Answer[]): Leaf | null {
  const leaves = items.flatMap((item) => (item.kind === 'leaf' ? [item.leaf] : []));
  return leaves.length === items.length ? sumOf(leaves) : null;
}

function inOrder(a: readonly Answer[], b: readonly Answer[], asked: ExpressionsEqual): boolean {
  return a.length === b.length && a.every((item, i) => same(item, b[i], asked));
}

/** One partner for each. Equality of answers is not transitive (units may be left out), so this is a matching, not a sort. */
function inAnyOrder(a: readonly Answer[], b: readonly Answer[], asked: ExpressionsEqual): boolean {
  if (a.length !== b.length) return false;
  if (a.length > MAX_UNORDERED) return inOrder(a, b, asked);
  const partner = new Array<number>(b.length).fill(-1);
  const known = new Map<number, boolean>();
  const agree = (i: number, j: number) => {
    const key = i * b.length + j;
    const found = known.get(key) ?? same(a[i], b[j], asked);
    known.set(key, found);
    return found;
  };
  const place = (i: number, seen: Set<number>): boolean => {
    for (let j = 0; j < b.length; j++) {
      if (seen.has(j) || !agree(i, j)) continue;
      seen.add(j);
      if (partner[j] >= 0 && !place(partner[j], seen)) continue;
      partner[j] = i;
      return true;
    }
    return false;
  };
  return a.every((_, i) => place(i, new Set()));
}
