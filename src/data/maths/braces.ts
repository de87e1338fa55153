/** Balanced groups of LaTeX. Backslash escapes (\{, \}) are skipped. */

/** Index of the bracket that closes the one at `open`, or -1. Quadratic in nothing: one walk. */
export function closing(text: string, open: number, [left, right] = ['{', '}']): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === left) depth++;
    else if (text[i] === right && --depth === 0) return i;
  }
  return -1;
}

/** Do all braces close, in order? */
export function isBalanced(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth < 0) return false;
  }
  return depth === 0;
}

/** One argument of a command from `at` on: a group, a command, or a single character; null at the end of the text. */
export function argument(text: string, at: number): { inside: string; end: number } | null {
  let from = at;
  while (text[from] === ' ') from++;
  if (from >= text.length) return null;
  if (text[from] === '{') {
    const end = closing(text, from);
    return end < 0 ? null : { inside: text.slice(from + 1, end), end: end + 1 };
  }
  const command = /\\(?:[a-zA-Z]+|.)|[^\\]/y;
  command.lastIndex = from;
  const found = command.exec(text);
  return found && { inside: found[0], end: command.lastIndex };
}
