/**
 * The parts of a `@huggingface/tokenizers` tokenizer, made safe for any file. Its patterns, which are JavaScript's, become
 * ours that are matched in linear time; what each part gives counts as steps, so that parts that double a text in turn end
 * early; byte-pair merges and best paths are found in n log n.
 */
import { BPE, ByteLevelDecoder, ByteLevelPreTokenizer, type Tokenizer, Unigram } from '@huggingface/tokenizers';
import type { Effort } from '../effort';
import { Pattern } from '../regex/pattern';
import { BestPath } from './best-path';
import { Merges } from './merges';

type Json = Record<string, unknown>;

/** What of the library's parts matters here: a part of a kind has the method of that kind. */
interface Part {
  readonly config?: { readonly pattern?: { readonly String?: string } };
  pattern?: unknown;
  readonly normalizers?: readonly Part[];
  readonly tokenizers?: readonly Part[];
  readonly decoders?: readonly Part[];
  normalize?(text: string): string;
  pre_tokenize_text?(text: string, options: unknown): string[];
  decode_chain?(tokens: string[]): string[];
}

/** Steps for each character that a part gives. */
const PER_CHARACTER = 16;

/** GPT-2's words with Unicode's white space: JavaScript's \\s has U+FEFF and lacks U+0085. */
const BYTE_LEVEL =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Mends a tokenizer in place. `merges` of the file's model; the library need not know them. Throws SyntaxError. */
export function boundParts(library: Tokenizer, merges: unknown, effort: Effort): void {
  const { normalizer, pre_tokenizer, decoder, model } = library as unknown as Record<string, Part | null>;
  const added = new Set(
    (library as unknown as { added_tokens: { content: string }[] }).added_tokens.map((t) => t.content),
  );
  for (const part of [normalizer, pre_tokenizer, decoder]) if (part) boundPart(part, added, effort);
  if (model instanceof BPE) boundMerges(model as unknown as BpeParts, merges as Merge[], effort);
  if (model instanceof Unigram) boundPaths(model as unknown as UnigramParts, effort);
}

function boundPart(part: Part, added: ReadonlySet<string>, effort: Effort): void {
  const inside = part.normalizers ?? part.tokenizers ?? part.decoders;
  if (inside) {
    for (const one of inside) if (one) boundPart(one, added, effort);
    return;
  }
  if (part instanceof ByteLevelPreTokenizer) part.pattern = BYTE_LEVEL;
  // The library's own patterns, which no file writes, have no pattern in their configuration.
  else if (part.config?.pattern && part.pattern instanceof RegExp) {
    const { String: text } = part.config.pattern;
    part.pattern = new Pattern(typeof text === 'string' ? { text } : { regex: part.pattern.source }, effort);
  }
  if (part instanceof ByteLevelDecoder)
    part.decode_chain = (tokens) => byteLevelTexts(part as BytesPart, tokens, added);
  const counted = <A extends unknown[], T extends string | string[]>(method: (...args: A) => T) => {
    return (...args: A): T => {
      const given = method.apply(part, args);
      const length = typeof given === 'string' ? given.length : given.reduce((sum, text) => sum + text.length, 0);
      effort.spend(PER_CHARACTER * length);
      return given;
    };
  };
  if (part.normalize) part.normalize = counted(part.normalize);
  if (part.pre_tokenize_text) part.pre_tokenize_text = counted(part.pre_tokenize_text);
  if (part.decode_chain) part.decode_chain = counted(part.decode_chain);
}

interface BytesPart {
  convert_tokens_to_string(tokens: readonly string[]): string;
}

/** Texts of runs of tokens whose letters are bytes, and added tokens as they are; the library looks through all of these for each. */
function byteLevelTexts(part: BytesPart, tokens: readonly string[], added: ReadonlySet<string>): string[] {
  const texts: string[] = [];
  let run: string[] = [];
  const end = () => {
    if (run.length > 0) texts.push(part.convert_tokens_to_string(run));
    run = [];
  };
  for (const token of tokens) {
    if (!added.has(token)) run.push(token);
    else {
      end();
      texts.push(token);
    }
  }
  end();
  return texts;
}

type Merge = string | readonly [string, string];

interface BpeParts {
  bpe(word: string): readonly string[];
  readonly end_of_word_suffix?: string;
  readonly continuing_subword_suffix: string | null;
}

function boundMerges(model: BpeParts, list: readonly Merge[], effort: Effort): void {
  const pairs = list.map((merge) => (typeof merge === 'string' ? (merge.split(' ', 2) as [string, string]) : merge));
  const merges = new Merges(pairs, effort);
  const { end_of_word_suffix: suffix, continuing_subword_suffix: continuing } = model;
  model.bpe = (word) => {
    const tokens = merges.tokens(word, suffix ?? '');
    return continuing ? tokens.map((token, i) => (i < tokens.length - 1 ? token + continuing : token)) : tokens;
  };
}

interface UnigramParts {
  tokenize(text: string): string[];
  trie: unknown;
  readonly config: { readonly vocab: readonly (readonly [string, number])[] };
  readonly scores: readonly number[];
  readonly unk_score: number;
}

function boundPaths(model: UnigramParts, effort: Effort): void {
  const { config, scores, unk_score } = model;
  const pieces = config.vocab.map(([piece], id) => [piece, scores[id]] as const);
  const paths = new BestPath(pieces, unk_score, effort);
  model.trie = null; // ours is another
  model.tokenize = (text) => paths.tokens(text);
}

/** The file as the library reads it without work of its own: no merges, and nothing to add around a text. */
export const withoutWork = (file: Json, added: readonly object[]): Json => ({
  ...file,
  post_processor: null,
  // White space beside tokens, and what a normalizer makes of them, is ours.
  added_tokens: added.map((token) => ({ ...token, lstrip: false, rstrip: false, normalized: false })),
  model: 'merges' in (file.model as Json) ? { ...(file.model as Json), merges: [] } : file.model,
});
