/** What the decoder puts between two tokens: a blank where the vocabulary's tokens are words. */
export type Separator = '' | ' ';

/** As the log's beginning said it. One that says nothing has words, unless a token holds a blank itself. */
export const separatorOf = (said: Separator, texts: readonly { readonly tokens: readonly string[] }[]): Separator =>
  said === ' ' && texts.some(({ tokens }) => tokens.some((token) => /\s/.test(token))) ? '' : said;
