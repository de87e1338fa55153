/** GSM8K's own format: steps with calculator marks (48/2 = <<48/2=24>>24), and a last line "#### 24". */

/** A sum and its value between double brackets: no shift of C++, no heredoc. */
const MARK = /<<[-+*/().,%$\s\d]*=[-+.,%$\s\d/]*>>/g;

/**
 * The answer, and the steps without calculator marks, ending as the verifier reads it; null for any other text. A single
 * "####" begins the last line: in Markdown it heads a section, of which more follows.
 */
export function gsm8kParts(text: string): { solution: string | null; answer: string } | null {
  const at = text.indexOf('####');
  const line = text.lastIndexOf('\n', at - 1) + 1;
  const rest = text.slice(at + 4).trimEnd();
  if (at < 0 || /[^ \t]/.test(text.slice(line, at)) || rest.includes('\n')) return null;
  const before = text.slice(0, line);
  if (/^[^\S\n]*#{1,6} /m.test(before)) return null;
  const answer = rest.replace(/^[ \t]+/, '');
  const steps = before.replace(MARK, '').trim();
  if (steps === '') return { answer, solution: null };
  // Of a text that is put together by + or in a template V8 keeps the pieces and a tree of them; of a joined one the text.
  return { answer, solution: [steps, '\nThe answer is \\boxed{', answer, '}.'].join('') };
}

const NUMBER = /^[-−]?\s*[$€£]?\s*[-−]?\d[\d,]*(?:\.\d+)?(?:\s*\/\s*\d+)?\s*%?$/;

/** The same of a text to learn, which is rewritten only where nothing else can be meant: its answer is a number. */
export function gsm8kToLearn(text: string, isQuestionAndAnswer: boolean): string {
  const parts = gsm8kParts(text);
  const isMeant = parts !== null && NUMBER.test(parts.answer) && (isQuestionAndAnswer || text.search(MARK) >= 0);
  return (isMeant ? parts.solution : null) ?? text;
}
