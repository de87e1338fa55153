/** Numbers, times and tokens as people read them. */
export { signed } from '../inspect/signed';

const MINUS = '\u2212';

/** The sign of a number as it is shown: of one that reads as zero it is 0. */
export const signOf = (x: number, digits = 2): number => Math.sign(Number(x.toFixed(digits)));

/** 0.0021, 1.66, 1,234: about three figures. */
export function plain(x: number | null): string {
  if (x === null) return '–';
  if (!Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  if (size >= 100) return Math.round(x).toLocaleString('en-US').replace('-', MINUS);
  const text =
    size >= 10
      ? x.toFixed(1)
      : size >= 1 || size === 0
        ? x.toFixed(2)
        : size >= 0.01
          ? x.toFixed(3)
          : x.toExponential(1);
  return text.replace('-', MINUS);
}

/** 0.5, 12, 2.2k: short enough for an axis. */
export function compact(x: number): string {
  const size = Math.abs(x);
  const text =
    size >= 1000
      ? `${Number((x / 1000).toPrecision(3))}k`
      : size > 0 && size < 0.001
        ? x.toExponential(0)
        : String(Number(x.toPrecision(2)));
  return text.replace('-', MINUS);
}

export const percent = (x: number): string => (x > 0 && x < 0.005 ? '<1 %' : `${Math.round(x * 100)} %`);

/** 0:42, 12:05, 1:02:03. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

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
