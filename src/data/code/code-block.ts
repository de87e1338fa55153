/** The code that a response states. */

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n`]*$/;
const PYTHON = /^(?:py|python[\d.]*|)$/i;

/**
 * The last fenced block of a text, of Python or of no named language; null where there is none, or the last one was cut off:
 * an earlier one does not stand in for it. `end`: where the block's closing fence ends.
 */
export function lastCodeBlock(text: string): { code: string; end: number } | null {
  let last: { code: string; end: number } | null = null;
  let open: { fence: string; isPython: boolean; from: number } | null = null;
  let at = 0;
  for (const line of text.split('\n')) {
    const end = at + line.length;
    const found = FENCE.exec(line.replace(/\r$/, ''));
    if (open === null && found) open = { fence: found[1], isPython: PYTHON.test(found[2]), from: end + 1 };
    else if (open && found && found[2] === '' && found[1].startsWith(open.fence)) {
      if (open.isPython) last = { code: text.slice(open.from, at), end };
      open = null;
    }
    at = end + 1;
  }
  return open?.isPython ? null : last;
}

/** Code as a response's block. */
export const inBlock = (code: string): string => `\`\`\`python\n${code.replace(/\s+$/, '')}\n\`\`\``;
