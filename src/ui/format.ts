/** Numbers, times and tokens as people read them. */
export { compact, duration, plain } from '../data/numbers';
export { signed } from '../inspect/signed';

/** The sign of a number as it is shown: of one that reads as zero it is 0. */
export const signOf = (x: number, digits = 2): number => Math.sign(Number(x.toFixed(digits)));

export const percent = (x: number): string => (x > 0 && x < 0.005 ? '<1 %' : `${Math.round(x * 100)} %`);

/** 83 ms, 1.20 s. */
export const milliseconds = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;

/** ⟨200D⟩ for a character that shows nothing. */
const codePoint = (c: string): string =>
  `⟨${(c.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** A token with its white space made visible: a middle dot for a blank, arrows for line end and tab. */
export function tokenText(token: string): string {
  if (token === '') return '∅';
  return token
    .replace(/ /g, '·')
    .replace(/\n/g, '↵')
    .replace(/\t/g, '→')
    .replace(/[\p{Cc}\p{Cf}]/gu, codePoint);
}
