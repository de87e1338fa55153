/** The code that a response states. */

const FENCE = /^([ \t]*)(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*$/;
/** One that begins behind words; only with its language: words end in ticks as well. */
const BEHIND_WORDS = /^[ \t]*()[^`]*(`{3,})[ \t]*(py(?:thon)?[\d.]*)[ \t]*$/i;
/** Blanks more than its opening fence's that a closing one may have: a deeper one is of the code's own texts. */
const CLOSING = 3;
/** Marks of a text's beginning, and of places where it may break, that are sometimes copied along. */
const UNSEEN = /^[\u200b\ufeff]+/;
const PYTHON = /^py(?:thon)?[\d.]*$/i;

interface Block {
  readonly code: string;
  /** Where the closing fence ends. */
  readonly end: number;
}

/**
 * The last fenced block of Python; where none is named so, the last of no named language: after code these mostly show what it
 * prints (as in verl's prime_code; LiveCodeBench takes the last of any). Null where there is none, or the last one was cut off:
 * an earlier one does not stand in for it. A block within a list is set in as its fence is.
 */
export function lastCodeBlock(text: string): Block | null {
  const last: Record<'python' | 'unnamed', Block | null | 'cut off'> = { python: null, unnamed: null };
  let open: { fence: string; kind: 'python' | 'unnamed' | null; from: number; margin: number } | null = null;
  let at = 0;
  for (const line of text.split('\n')) {
    const end = at + line.length;
    const bare = line.replace(/\r$/, '').replace(UNSEEN, '');
    const found: RegExpExecArray | null = FENCE.exec(bare) ?? (open === null ? BEHIND_WORDS.exec(bare) : null);
    const [margin, fence, language]: [number, string, string] = found
      ? [found[1].length, found[2], found[3]]
      : [0, '', ''];
    if (open === null && found) open = { fence, margin, kind: kindOf(language), from: end + 1 };
    else if (open && found && language === '' && fence.startsWith(open.fence) && margin <= open.margin + CLOSING) {
      if (open.kind) last[open.kind] = { code: setOut(text.slice(open.from, at), open.margin), end };
      open = null;
    }
    at = end + 1;
  }
  if (open?.kind) last[open.kind] = 'cut off';
  const found = last.python ?? last.unnamed;
  return found === 'cut off' ? null : found;
}

const kindOf = (language: string): 'python' | 'unnamed' | null =>
  PYTHON.test(language) ? 'python' : language === '' ? 'unnamed' : null;

/** Without as many blanks before each line as its fence has. */
const setOut = (code: string, margin: number): string =>
  margin === 0 ? code : code.replace(new RegExp(`^[ \\t]{1,${margin}}`, 'gm'), '');

/** Code as a response's block. */
export const inBlock = (code: string): string => `\`\`\`python\n${code.replace(/\s+$/, '')}\n\`\`\``;
