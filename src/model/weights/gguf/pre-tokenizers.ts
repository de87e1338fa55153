/**
 * How byte-level tokenizers cut text into words before merging, by the names that llama.cpp gives them
 * (tokenizer.ggml.pre; its src/llama-vocab.cpp has the same expressions).
 */
import { BadInput } from '../../../data/errors';

export interface PreTokenizer {
  /** Regular expressions; each cuts the pieces that the one before it left. */
  readonly splits: readonly string[];
  /** Qwen's tokenizers normalise, which llama.cpp leaves out. */
  readonly normalizer: 'NFC' | null;
  /** Whether a word that is a token is that token, whatever the merges give. */
  readonly ignoreMerges: boolean;
}

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const ENDINGS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const SPACES = '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
/** OpenAI's cl100k, with 1 to `digits` digits a word. */
const cl100k = (digits: string) =>
  `${ENDINGS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${SPACES}`;
/** The same with combining marks counted to the letters. */
const MARKS = `${ENDINGS}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${SPACES}`;
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';
/** OpenAI's o200k: a word ends where capitals begin again. */
const o200k = (digits: string, endings: string) =>
  `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${endings}|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${endings}|` +
  `\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`;

const plain = (...splits: string[]): PreTokenizer => ({ splits, normalizer: null, ignoreMerges: false });
const gpt2 = plain(GPT2);
const digits = plain('\\p{N}', GPT2);
const llama3: PreTokenizer = { ...plain(cl100k('{1,3}')), ignoreMerges: true };
const qwen2: PreTokenizer = { ...plain(cl100k('')), normalizer: 'NFC' };
const dbrx = plain(cl100k('{1,3}'));

const PRE_TOKENIZERS: Readonly<Record<string, PreTokenizer>> = {
  default: plain('[\\p{P}\\$\\+<=>\\^~\\|]+', GPT2, '\\p{N}+', '[0-9][0-9][0-9]'),
  'gpt-2': gpt2,
  'phi-2': gpt2,
  mpt: gpt2,
  olmo: gpt2,
  jais: gpt2,
  gigachat: gpt2,
  'a.x-4.0': gpt2,
  mellum: gpt2,
  'roberta-bpe': gpt2,
  smollm: digits,
  starcoder: digits,
  refact: digits,
  codeshell: digits,
  'command-r': digits,
  exaone: digits,
  'minerva-7b': digits,
  qwen2,
  'deepseek-r1-qwen': qwen2,
  megrez: qwen2,
  qwen35: { ...plain(MARKS), normalizer: 'NFC' },
  stablelm2: plain(cl100k('')),
  'llama-bpe': llama3,
  llama3,
  'llama-v3': llama3,
  falcon3: llama3,
  'falcon-h1': llama3,
  pixtral: llama3,
  'midm-2.0': llama3,
  lfm2: llama3,
  dbrx,
  'smaug-bpe': dbrx,
  'chatglm-bpe': dbrx,
  tekken: { ...plain(o200k('', '')), ignoreMerges: true },
  'gpt-4o': plain(o200k('{1,3}', `${ENDINGS}?`)),
};

/** The pre-tokenizer with llama.cpp's name. Throws BadInput naming one that is not known. */
export function preTokenizer(name: string, where: string): PreTokenizer {
  if (Object.hasOwn(PRE_TOKENIZERS, name)) return PRE_TOKENIZERS[name];
  throw new BadInput(
    `The pre-tokenizer ${JSON.stringify(name)} (tokenizer.ggml.pre) is not known`,
    where,
    `Use a model with one of these: ${Object.keys(PRE_TOKENIZERS).join(', ')}.`,
  );
}
