/**
 * Added tokens as Hugging Face's `tokenizers` finds them in a text. `@huggingface/tokenizers` 0.2.0 does it otherwise: it
 * knows no `single_word` (which `tokenizers` mended in huggingface/tokenizers#918), and takes for white space beside a token
 * what JavaScript calls so (U+FEFF is none, U+0085 is). And what tokenizer_config.json and special_tokens_map.json add to
 * tokenizer.json it leaves out. test/data/tokenizer.test.ts tells when the library does it itself.
 */
import { BOUNDS } from './bounds';
import { type AddedToken, WORD } from './tokenizer-file';

type Json = Record<string, unknown>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Named tokens in the order in which transformers adds those that the vocabulary lacks. */
const NAMED = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/** The text of a token that a configuration names: a text, or {content}. */
export const tokenText = (value: unknown): string | undefined => {
  const text = isRecord(value) ? value.content : value;
  return typeof text === 'string' && text !== '' ? text : undefined;
};

/**
 * tokenizer_config.json with what special_tokens_map.json says: files without added_tokens_decoder are of an earlier
 * form, whose map counts more.
 */
export function withTokensMap(config: Json, map: Json): Json {
  const named = Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null));
  return isRecord(config.added_tokens_decoder) ? { ...named, ...config } : { ...config, ...named };
}

/** The file's added tokens with those of its configuration: known ones with its flags, new ones behind the vocabulary. */
export function withConfigTokens(
  added: readonly AddedToken[],
  vocabulary: ReadonlyMap<string, number>,
  config: Json,
): AddedToken[] {
  const all = new Map(added.map((token) => [token.content, token]));
  let next = 0;
  for (const id of vocabulary.values()) next = Math.max(next, id + 1);
  for (const { id } of added) next = Math.max(next, id + 1);
  const add = (content: string, flags: Omit<AddedToken, 'content' | 'id'>) => {
    const id = all.get(content)?.id ?? vocabulary.get(content) ?? next++;
    all.set(content, { ...flags, content, id });
  };
  const decoder = isRecord(config.added_tokens_decoder) ? config.added_tokens_decoder : {};
  // Keys that are whole numbers come in their order.
  for (const token of Object.values(decoder)) {
    const content = tokenText(token);
    if (content !== undefined && isRecord(token)) add(content, flagsOf(token));
  }
  const more = [config.additional_special_tokens, config.extra_special_tokens];
  const named = [
    ...NAMED.map((name) => config[name]),
    ...more.flatMap((list) => (isRecord(list) ? Object.values(list) : Array.isArray(list) ? list : [])),
  ];
  for (const token of named) {
    const content = tokenText(token);
    if (content === undefined || all.has(content) || vocabulary.has(content)) continue;
    add(content, { ...(isRecord(token) ? flagsOf(token) : { normalized: false }), special: true });
  }
  return [...all.values()];
}

function flagsOf(token: Json): Omit<AddedToken, 'content' | 'id'> {
  const flag = (name: string) => token[name] === true;
  const normalized = typeof token.normalized === 'boolean' ? token.normalized : !flag('special');
  return {
    single_word: flag('single_word'),
    lstrip: flag('lstrip'),
    rstrip: flag('rstrip'),
    special: flag('special'),
    normalized,
  };
}

const ENDS_WITH_WORD = new RegExp(`[${WORD}]$`, 'u');
const BEGINS_WITH_WORD = new RegExp(`^[${WORD}]`, 'u');
const isSpace = (c: string): boolean => /\p{White_Space}/u.test(c);

/** A letter of the tokens' tree. */
interface Node {
  readonly after: Map<string, Node>;
  token?: AddedToken;
}

/** Cuts a text into added tokens and what stands between them; the leftmost counts, of those the longest. */
export class AddedTokenSplitter {
  private readonly root: Node = { after: new Map() };

  /** `found`: each token with the text that it is found as. Throws RangeError where they are too many. */
  constructor(found: readonly (readonly [string, AddedToken])[]) {
    let nodes = 0;
    for (const [text, token] of found) {
      let node = this.root;
      for (let i = 0; i < text.length; i++) {
        let next: Node | undefined = node.after.get(text[i]);
        if (!next) {
          if (++nodes > BOUNDS.addedTokens)
            throw new RangeError(`added tokens of more than ${BOUNDS.addedTokens} characters`);
          next = { after: new Map() };
          node.after.set(text[i], next);
        }
        node = next;
      }
      node.token = token;
    }
  }

  split(text: string): string[] {
    const pieces: string[] = [];
    let from = 0;
    for (let at = 0; at < text.length; ) {
      const found = this.longestAt(text, at);
      at = found?.end ?? at + 1;
      if (!found) continue;
      const { single_word: alone, lstrip, rstrip } = found.token;
      let { start, end } = found;
      if (alone && !isAlone(text, start, end)) continue;
      const content = text.slice(start, end);
      if (lstrip) while (start > from && isSpace(text[start - 1])) start--;
      if (rstrip) while (end < text.length && isSpace(text[end])) end++;
      if (start > from) pieces.push(text.slice(from, start));
      pieces.push(content);
      from = end;
    }
    if (from < text.length) pieces.push(text.slice(from));
    return pieces;
  }

  private longestAt(text: string, start: number): { token: AddedToken; start: number; end: number } | null {
    let node: Node | undefined = this.root;
    let longest = null;
    for (let i = start; i < text.length; i++) {
      node = node.after.get(text[i]);
      if (!node) break;
      if (node.token) longest = { token: node.token, start, end: i + 1 };
    }
    return longest;
  }
}

/** No letter, digit or joiner touches it. */
const isAlone = (text: string, start: number, end: number): boolean =>
  !ENDS_WITH_WORD.test(text.slice(Math.max(0, start - 2), start)) && !BEGINS_WITH_WORD.test(text.slice(end, end + 2));
