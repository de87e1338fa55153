/** −1.66, +0.30: fixed digits with a true minus sign, so that columns line up. */
export function signed(x: number, digits = 2): string {
  if (!Number.isFinite(x)) return String(x);
  const text = Math.abs(x).toFixed(digits);
  return Number(text) === 0 ? text : (x < 0 ? '\u2212' : '+') + text;
}
