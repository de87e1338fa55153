/** What of the teacher's prompt the student does not read: everything between their common beginning and common end. */
export function privilegedRange(student: string, teacher: string): readonly [from: number, to: number] | null {
  if (student === teacher) return null;
  const shorter = Math.min(student.length, teacher.length);
  let from = 0;
  while (from < shorter && student[from] === teacher[from]) from++;
  let end = 0;
  while (end < shorter - from && student[student.length - 1 - end] === teacher[teacher.length - 1 - end]) end++;
  const to = teacher.length - end;
  return from < to ? [from, to] : null;
}

export interface PromptPart {
  readonly from: number;
  readonly text: string;
  /** A token that the template adds, such as <|im_start|>. */
  readonly special: boolean;
  readonly marked: boolean;
}

const SPECIAL = /<\|[^|<>\n]+\|>|<\/?[a-zA-Z_]+>|\[\/?INST\]/g;

/** A prompt cut at its special tokens and where the marked range begins and ends. */
export function promptParts(text: string, marked: readonly [from: number, to: number] | null): PromptPart[] {
  const specials = [...text.matchAll(SPECIAL)].map((m) => [m.index, m.index + m[0].length] as const);
  const cuts = new Set([0, text.length, ...specials.flat(), ...(marked ?? [])]);
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((from, i) => ({
    from,
    text: text.slice(from, sorted[i + 1]),
    special: specials.some(([a, b]) => a <= from && from < b),
    marked: marked !== null && marked[0] <= from && from < marked[1],
  }));
}
