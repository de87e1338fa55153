/**
 * Tensors under the names that transformers' language models have. Files name them otherwise where another class saved
 * them (AutoModel: no "model."), a wrapper ("module.", "_orig_mod."), or a tied model kept its head and not its embedding.
 */
import type { ModelConfig } from '../net/config';
import type { StoredTensor, TensorCatalog } from './stored-tensor';

const EMBEDDING = 'model.embed_tokens.weight';
const NORM = 'norm.weight';
const HEAD = 'lm_head.weight';
const WRAPPERS = ['', 'module.', '_orig_mod.', 'module._orig_mod.', '_orig_mod.module.'];

/** The catalog with these names; what follows none of the ways keeps its own, to be refused by it. */
export function canonicalNames(tensors: TensorCatalog, config: ModelConfig): TensorCatalog {
  const wrapper = WRAPPERS.find((w) => tensors.has(`${w}${NORM}`) || tensors.has(`${w}model.${NORM}`)) ?? '';
  const flat = !tensors.has(`${wrapper}model.${NORM}`);
  const renamed = new Map<string, StoredTensor>();
  for (const tensor of tensors.values()) {
    const inner = tensor.name.startsWith(wrapper) ? tensor.name.slice(wrapper.length) : tensor.name;
    const name = flat && inner !== HEAD ? `model.${inner}` : inner;
    const free = !renamed.has(name) && (name === tensor.name || !tensors.has(name));
    renamed.set(free ? name : tensor.name, { ...tensor, name: free ? name : tensor.name });
  }
  return config.tiedEmbeddings ? withEmbedding(renamed) : renamed;
}

/** Of a tied model that kept its head alone, the head is the embedding. */
function withEmbedding(tensors: Map<string, StoredTensor>): TensorCatalog {
  const head = tensors.get(HEAD);
  if (!head || tensors.has(EMBEDDING)) return tensors;
  tensors.delete(HEAD);
  return tensors.set(EMBEDDING, { ...head, name: EMBEDDING });
}
