/**
 * llama.cpp's tensor names as Hugging Face's, for the architectures that are read here. llama.cpp's converter
 * (convert_hf_to_gguf.py) names the same weights differently and, for the llama architecture, reorders the rows of
 * queries and keys.
 */
import { BadInput } from '../../../data/errors';

export type Architecture = 'llama' | 'qwen2' | 'qwen3' | 'olmo2';

/** Holds no weight: what llama.cpp multiplies the wavelengths of rotary embedding by; config.ts reads it. */
export const ROPE_FACTORS = 'rope_freqs.weight';

const OUTER: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
};

const INNER: Readonly<Record<string, string>> = {
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
};
const QK_NORMS = { attn_q_norm: 'self_attn.q_norm', attn_k_norm: 'self_attn.k_norm' };
const PRE_NORMS = { attn_norm: 'input_layernorm', ffn_norm: 'post_attention_layernorm' };
const POST_NORMS = { post_attention_norm: 'post_attention_layernorm', post_ffw_norm: 'post_feedforward_layernorm' };

/** Norms by architecture: x + f(norm(x)) or x + norm(f(x)), with or without norms of queries and keys. */
const NORMS: Readonly<Record<Architecture, Readonly<Record<string, string>>>> = {
  llama: PRE_NORMS,
  qwen2: PRE_NORMS,
  qwen3: { ...PRE_NORMS, ...QK_NORMS },
  olmo2: { ...POST_NORMS, ...QK_NORMS },
};

/** The architecture of general.architecture. Throws BadInput for one that is not read here. */
export function checkArchitecture(name: unknown, where: string): Architecture {
  if (typeof name === 'string' && Object.hasOwn(NORMS, name)) return name as Architecture;
  const experts = typeof name === 'string' && /moe|mixtral/.test(name);
  throw new BadInput(
    `GGUF architecture ${JSON.stringify(name ?? null)} is not supported${experts ? ': it is a mixture of experts' : ''}`,
    where,
    `Use a dense model of one of these: ${Object.keys(NORMS).join(', ')}.`,
  );
}

/** blk.3.attn_q.weight → model.layers.3.self_attn.q_proj.weight. Throws BadInput for a tensor that is not known. */
export function huggingFaceName(name: string, architecture: Architecture, where: string): string {
  const [, layer, stem, kind] = /^(?:blk\.(0|[1-9]\d{0,3})\.)?([a-z_]+)\.(weight|bias)$/.exec(name) ?? [];
  const names = layer === undefined ? OUTER : { ...INNER, ...NORMS[architecture] };
  if (stem === undefined || !Object.hasOwn(names, stem)) {
    throw new BadInput(
      `Tensor ${name} is no part of ${architecture} models that is known here`,
      where,
      'Its mathematics differs from what the engine computes; use a model without it.',
    );
  }
  const prefix = layer === undefined ? '' : `model.layers.${layer}.`;
  return `${prefix}${names[stem]}.${kind}`;
}

/**
 * How many heads' rows llama.cpp's converter has reordered, or null where it keeps them. Its llama graphs rotate
 * neighbouring channels (2i, 2i + 1) of a head, Hugging Face's rotate i and D/2 + i, so the converter interleaves the
 * halves of each head.
 */
export function interleavedHeads(
  name: string,
  architecture: Architecture,
  heads: { readonly query: number; readonly key: number },
): number | null {
  if (architecture !== 'llama') return null;
  const [, stem] = /^blk\.\d+\.(attn_[qk])\.(?:weight|bias)$/.exec(name) ?? [];
  if (stem === undefined) return null;
  return stem === 'attn_q' ? heads.query : heads.key;
}

/** Where row `row` of the Hugging Face tensor lies in the GGUF tensor whose heads of D rows are interleaved. */
export function interleavedRow(row: number, D: number): number {
  const within = row % D;
  return row - within + 2 * (within % (D / 2)) + (within < D / 2 ? 0 : 1);
}
