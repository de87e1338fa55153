/** Words of second thoughts: the paper's figure's (Shen et al., arXiv 2605.11609) and their like. English, and short on purpose. */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** The paper’s Wait, Let, maybe, Alternatively, Another, look, seems, suppose, First, and their like. */
export const DELIBERATION_WORDS = words(`
  wait let let's maybe alternatively another look looks seems suppose first hmm perhaps actually however but check
  recheck verify assume try again instead
`);

/** Whether a token is such a word as a whole, whatever its blanks, marks and capitals. */
export const isDeliberation = (token: string): boolean =>
  DELIBERATION_WORDS.has(
    token
      .replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
      .toLowerCase()
      .replace('’', "'"),
  );
