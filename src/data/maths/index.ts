/** Provisional: replaced by the maths verifier that is being written. */
export type SymbolicJudge = (given: string, wanted: string) => Promise<boolean>;
export function finalAnswer(text: string): string | null {
  const at = text.lastIndexOf('\\boxed{');
  if (at < 0) return /####\s*(.+)/.exec(text)?.[1]?.trim() ?? null;
  const end = text.indexOf('}', at);
  return end < 0 ? null : text.slice(at + 7, end);
}
export const sameAnswer = (given: string, wanted: string): boolean =>
  given.trim() === wanted.trim() || Number(given.replace(/[,$]/g, '')) === Number(wanted.replace(/[,$]/g, ''));
