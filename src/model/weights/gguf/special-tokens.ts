/** Tokens with a role: what a GGUF file names by id, and what llama.cpp takes for granted where it names none. */
import type { Fields } from './fields';

/**
 * Texts of tokens that end a turn in every model that has them, as llama.cpp takes them: many files name only one end
 * token, and not the one that ends a turn.
 */
const ENDS = new Set([
  ...['<|eot_id|>', '<|im_end|>', '<|end|>', '<end_of_turn>', '<|endoftext|>', '<|end_of_text|>', '<|eom_id|>'],
  ...['<EOT>', '<｜end▁of▁sentence｜>'],
]);

/** SentencePiece's ids, where the file is silent. */
const USUAL: Readonly<Record<string, number>> = { unknown: 0, bos: 1, eos: 2 };

const tokensOf = (fields: Fields): readonly string[] =>
  fields.has('tokenizer.ggml.tokens') ? fields.texts('tokenizer.ggml.tokens') : [];

/** The id that tokenizer.ggml.<name>_token_id gives; null where it gives none, or one past the tokens. */
export function specialId(fields: Fields, name: string): number | null {
  const key = `tokenizer.ggml.${name}_token_id`;
  const sentencePiece = fields.metadata.get('tokenizer.ggml.model') === 'llama';
  const usual = sentencePiece && Object.hasOwn(USUAL, name) ? USUAL[name] : null;
  const { length } = tokensOf(fields);
  const [given, most] = [fields.has(key) ? fields.whole(key) : usual, length || Number.POSITIVE_INFINITY];
  if (given !== null && given < most) return given;
  return usual !== null && usual < most ? usual : null;
}

/** Tokens that end a response: the end token first, then what ends a turn or a message. */
export function endIds(fields: Fields): number[] {
  const named = ['eos', 'eot', 'eom'].map((name) => specialId(fields, name)).filter((id) => id !== null);
  const known = tokensOf(fields).flatMap((token, id) => (ENDS.has(token) ? [id] : []));
  return [...new Set([...named, ...known])];
}
