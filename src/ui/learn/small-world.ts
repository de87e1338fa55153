/**
 * A world in which every number can be checked by hand. The secret c is one of six cards, all alike likely. A witness who
 * knows it says three words: whether it is low (1 to 3) or high, whether it is odd or even, and its number. Each word is
 * true with a probability of its own; of the wrong numbers all are alike likely. The teacher T knows c; the student S does
 * not, and is what one knows who has only heard the words so far: the teachers' mean, weighted by P(c | words). Then
 * Σu = log P(c | words) − log P(c), exactly.
 */

export const SECRETS = [1, 2, 3, 4, 5, 6] as const;
export type Secret = (typeof SECRETS)[number];

/** Probability that a word is true. */
export const TRUTH = [4 / 5, 4 / 5, 1 / 2] as const;

/** What can be said at each of the three places. */
export const CHOICES: readonly (readonly string[])[] = [['low', 'high'], ['odd', 'even'], SECRETS.map(String)];

/** What an honest witness says at a place. */
const truthAt = (place: number, c: Secret): string =>
  [c <= 3 ? 'low' : 'high', c % 2 === 1 ? 'odd' : 'even', String(c)][place];

/** T(word | c) at a place. */
export function teacher(place: number, word: string, c: Secret): number {
  const p = TRUTH[place];
  return word === truthAt(place, c) ? p : (1 - p) / (CHOICES[place].length - 1);
}

/** P(c | words) of every secret, by Bayes' rule. */
export function posterior(words: readonly string[]): number[] {
  const joint = SECRETS.map((c) => words.reduce((p, word, place) => p * teacher(place, word, c), 1 / SECRETS.length));
  const total = joint.reduce((a, b) => a + b, 0);
  return joint.map((p) => p / total);
}

/** S(word | words before it). */
export const student = (words: readonly string[], word: string): number =>
  posterior(words).reduce((p, weight, i) => p + weight * teacher(words.length, word, SECRETS[i]), 0);

export interface Said {
  readonly word: string;
  /** log S, log T and their difference, nats. */
  readonly s: number;
  readonly t: number;
  readonly u: number;
}

/** What each word tells of the secret c. */
export const signalsOf = (words: readonly string[], c: Secret): Said[] =>
  words.map((word, i) => {
    const s = Math.log(student(words.slice(0, i), word));
    const t = Math.log(teacher(i, word, c));
    return { word, s, t, u: t - s };
  });

/** A text that speaks against c as a whole, though its last word speaks for it. */
export function misleads(said: readonly Said[]): boolean {
  const sum = said.reduce((total, { u }) => total + u, 0);
  return said.length === CHOICES.length && sum < 0 && said[said.length - 1].u > 0;
}
