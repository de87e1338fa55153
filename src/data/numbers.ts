/** Numbers and times as people read them, on the page and in reports. */

const MINUS = '\u2212';

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

/** 0:42, 12:05, 1:02:03. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'; // the sum of a log's absurd times
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}
