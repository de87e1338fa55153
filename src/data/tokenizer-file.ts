/**
 * A tokenizer.json, checked before the library sees it. The library trusts the file: an id of four billion makes it walk
 * as many places, a piece length of 0 never ends. And a few pre-tokenizers it reads in another way than Hugging Face's
 * own `tokenizers` does; those are spelled out as regular expressions, which both read alike, or refused.
 */
import { BOUNDS } from './bounds';
import { BadInput } from './errors';

type Json = Record<string, unknown>;

export interface AddedToken {
  readonly content: string;
  readonly id: number;
  readonly single_word?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly normalized?: boolean;
  readonly special?: boolean;
}
type Fail = (what: string) => never;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < BOUNDS.tokenizerIds;
const show = (value: unknown): string => JSON.stringify(value ?? null)?.slice(0, 60) ?? typeof value;

/** What the library may be given. Throws BadInput naming the part of the file that cannot be used. */
export function checkedTokenizerFile(file: Json, where: string): Json {
  const bad: Fail = (what) => {
    throw new BadInput(`unreadable tokenizer: ${what}`, where, 'Copy the file again from its source.');
  };
  const { model } = file;
  if (!isRecord(model)) return bad('it has no model object');
  checkVocab(model, bad);
  for (const key of ['end_of_word_suffix', 'continuing_subword_suffix', 'continuing_subword_prefix'])
    checkTexts({ type: 'model', content: model[key] }, bad);
  const { max_input_chars_per_word: longest } = model;
  if (typeof longest === 'number' && longest > BOUNDS.wordPiece)
    bad(`max_input_chars_per_word is ${longest}, of ${BOUNDS.wordPiece} at most`);
  if (model.merges !== undefined) checkMerges(model.merges, bad);
  const added = addedTokens(file.added_tokens, bad);
  const rest = Object.fromEntries(
    ['normalizer', 'decoder'].map((part) => [part, checkedPart(file[part] ?? null, part, bad)]),
  );
  return { ...file, added_tokens: added, ...rest, pre_tokenizer: checkedPreTokenizer(file.pre_tokenizer ?? null, bad) };
}

/** The added tokens; none where the file has no list of them. `bad` throws. */
export function addedTokens(added: unknown, bad: Fail): AddedToken[] {
  const list: unknown[] = Array.isArray(added ?? []) ? ((added ?? []) as unknown[]) : bad('added_tokens is no list');
  for (const token of list) {
    if (!isRecord(token) || typeof token.content !== 'string' || token.content === '' || !isId(token.id))
      return bad(`${show(token)} is no added token with a content and an id`);
    if (token.content.length > BOUNDS.addedToken) bad(`an added token has ${token.content.length} characters`);
  }
  return list as AddedToken[];
}

/** Token to id (BPE, WordPiece), or a list of tokens with scores (Unigram). */
function checkVocab({ vocab, type, unk_id: unk }: Json, bad: Fail): void {
  if (Array.isArray(vocab)) {
    if (type !== 'Unigram' && type !== undefined) bad(`a ${show(type)} model has a list for its vocab`);
    if (vocab.length === 0 || vocab.length > BOUNDS.tokenizerIds) bad(`model.vocab has ${vocab.length} tokens`);
    if (unk !== undefined && unk !== null && !(isId(unk) && unk < vocab.length)) bad(`unk_id is ${show(unk)}`);
    for (const entry of vocab) {
      const [token, score] = Array.isArray(entry) ? entry : [];
      if (typeof token !== 'string' || typeof score !== 'number')
        bad(`${show(entry)} of model.vocab is no [token, score]`);
    }
  } else if (isRecord(vocab)) {
    if (type === 'Unigram') bad('a Unigram model has no list for its vocab');
    for (const [token, id] of Object.entries(vocab)) {
      if (!isId(id)) bad(`token ${show(token)} has the id ${show(id)}`);
    }
  } else {
    bad('model.vocab is missing');
  }
}

function checkMerges(merges: unknown, bad: Fail): void {
  const list: unknown[] = Array.isArray(merges) ? merges : bad('model.merges is no list');
  const asPairs = Array.isArray(list[0]); // the library looks at the first, too
  for (const merge of list) {
    const pair = asPairs || typeof merge !== 'string' ? merge : merge.split(' ');
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((half) => typeof half === 'string' && half !== ''))
      bad(`${show(merge)} of model.merges is no pair`);
  }
}

/** The texts of a part, which it puts into what it is given: texts, and short ones. */
function checkTexts(part: Json, bad: Fail): void {
  for (const key of [
    'content',
    'prepend',
    'prefix',
    'suffix',
    'replacement',
    'str_rep',
    'pad_token',
    'word_delimiter_token',
  ]) {
    const text = part[key] ?? '';
    if (typeof text !== 'string' || text.length > BOUNDS.tokenizerPartText)
      bad(`${key} of a ${part.type} is ${show(text)}`);
  }
}

/** A normalizer or decoder: objects, and texts where the library expects them. */
function checkedPart(part: unknown, name: string, bad: Fail, depth = 0): unknown {
  if (part === null) return null;
  if (!isRecord(part) || typeof part.type !== 'string') return bad(`${name} ${show(part)} is no object with a type`);
  if (depth > BOUNDS.tokenizerNesting) bad(`${name} is nested ${depth} deep`);
  checkTexts(part, bad);
  if (part.type === 'Prepend' && typeof part.prepend !== 'string') bad('a Prepend has nothing to prepend');
  if (part.type === 'Replace') pattern(part, bad);
  if (part.type === 'Strip' && name === 'normalizer') return stripped(part);
  const parts: Json = {};
  for (const list of ['normalizers', 'decoders']) {
    const inner = part[list];
    if (inner === undefined) continue;
    if (!Array.isArray(inner)) return bad(`${list} is no list`);
    if (inner.length > BOUNDS.tokenizerParts)
      bad(`there are ${inner.length} ${list}, of ${BOUNDS.tokenizerParts} at most`);
    for (const one of inner) {
      if (one === null) bad(`${list} holds null`);
    }
    parts[list] = inner.map((one) => checkedPart(one, name, bad, depth + 1));
  }
  return { ...part, ...parts };
}

/** Without white space at the ends: the library's takes U+FEFF for it, and U+0085 not. */
function stripped({ strip_left: left, strip_right: right }: Json): Json {
  const without = (Regex: string) => ({ type: 'Replace', pattern: { Regex }, content: '' });
  const ends = [...(left ? [without('\\A\\s+')] : []), ...(right ? [without('\\s+\\z')] : [])];
  return { type: 'Sequence', normalizers: ends };
}

/** The regular expression or text that a Split or Replace looks for. */
function pattern({ type, pattern: given }: Json, bad: Fail): Json {
  const { Regex, String: text } = isRecord(given) ? given : {};
  if (typeof Regex !== 'string' && (typeof text !== 'string' || text === ''))
    bad(`a ${type} has the pattern ${show(given)}`);
  return given as Json;
}

// Punctuation as `tokenizers` has it: Unicode's, and all of ASCII's that is neither letter nor digit.
const PUNCTUATION = '[\\p{P}\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E]';

// \w as Rust's regular expressions have it, joiners included.
export const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200C\\u200D';

function checkedPreTokenizer(given: unknown, bad: Fail, depth = 0): unknown {
  if (given === null) return null;
  if (!isRecord(given)) return bad(`the pre-tokenizer ${show(given)} is no object`);
  if (depth > BOUNDS.tokenizerNesting) bad(`pre-tokenizers are nested ${depth} deep`);
  checkTexts(given, bad);
  const split = (Regex: string, behavior: unknown, invert = false) =>
    checkedSplit({ type: 'Split', pattern: { Regex }, behavior, invert }, bad);
  switch (given.type) {
    case 'Sequence':
      if (!Array.isArray(given.pretokenizers)) return bad('a Sequence has no list of pretokenizers');
      if (given.pretokenizers.length > BOUNDS.tokenizerParts)
        bad(`there are ${given.pretokenizers.length} pretokenizers, of ${BOUNDS.tokenizerParts} at most`);
      return { ...given, pretokenizers: given.pretokenizers.map((p) => checkedPreTokenizer(p, bad, depth + 1)) };
    case 'Digits': // the library knows 0 to 9 only
      return split(given.individual_digits === true ? '\\p{N}' : '\\p{N}+', 'Isolated');
    case 'Punctuation': // the library keeps neighbours together
      return split(PUNCTUATION, given.behavior ?? 'Isolated');
    case 'Whitespace': // the library takes letters outside ASCII for punctuation
      return split(`[${WORD}]+|[^${WORD}\\s]+`, 'Removed', true);
    case 'WhitespaceSplit': // the library takes U+FEFF for white space, and U+0085 not
      return split('\\s+', 'Removed');
    case 'BertPreTokenizer': // as above
      return { type: 'Sequence', pretokenizers: [split('\\s+', 'Removed'), split(PUNCTUATION, 'Isolated')] };
    case 'Metaspace': // the library does not know how files of before 2024 say it
      return { prepend_scheme: given.add_prefix_space === false ? 'never' : 'always', ...given };
    case 'Split':
      return checkedSplit(given, bad);
    case 'Replace':
      pattern(given, bad);
      return given;
    case 'FixedLength':
      if (!isId(given.length) || given.length === 0) bad(`FixedLength pieces have the length ${show(given.length)}`);
      return given;
    default:
      return given;
  }
}

/** The library isolates or removes what it finds; other behaviours it takes for isolating. */
function checkedSplit(given: Json, bad: Fail): Json {
  const found = pattern(given, bad);
  const behavior = typeof given.behavior === 'string' ? given.behavior.toLowerCase() : null;
  const invert = given.invert === true;
  if (behavior === 'isolated') return { ...given, behavior: 'Isolated', invert: false }; // inverted, the pieces are the same
  if (behavior === 'removed') return { ...given, behavior: 'Removed', invert };
  if (behavior === 'contiguous' && !invert && typeof found.Regex === 'string')
    return { ...given, pattern: { Regex: `(?:${found.Regex})+` }, behavior: 'Isolated', invert };
  return bad(`splitting with the behavior ${show(given.behavior)} is not supported`);
}
