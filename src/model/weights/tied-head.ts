/**
 * A head beside the embedding of a model whose config.json ties the two. Transformers 5 ties them where they are equal,
 * and takes the head as it is where they differ; so does this. A few rows tell which, when a model is opened; that the
 * others are equal, too, is checked while they are loaded, and never taken for granted.
 */
import { BadInput } from '../../data/errors';
import type { ModelConfig } from '../net/config';
import type { StoredTensor, TensorCatalog } from './stored-tensor';

const EMBEDDING = 'model.embed_tokens.weight';
const HEAD = 'lm_head.weight';

/** Rows that are compared when a model is opened: the first, the last (added tokens), and some between. */
const PROBES = 16;

/** The model as transformers 5 would have it. Throws BadInput where the file cannot be read. */
export async function settleHead(
  config: ModelConfig,
  tensors: TensorCatalog,
  where: string,
): Promise<{ config: ModelConfig; tensors: TensorCatalog }> {
  const [embedding, head] = [tensors.get(EMBEDDING), tensors.get(HEAD)];
  const shape = `${config.vocabSize},${config.hiddenSize}`;
  if (!config.tiedEmbeddings || !head || embedding?.shape.join() !== shape) return { config, tensors };
  if (!(await alike(embedding, head))) return { config: { ...config, tiedEmbeddings: false }, tensors };
  const rest = new Map(tensors);
  rest.delete(HEAD);
  return { config, tensors: rest.set(EMBEDDING, comparing(embedding, head, where)) };
}

async function alike(a: StoredTensor, b: StoredTensor): Promise<boolean> {
  if (a.shape.join() !== b.shape.join()) return false;
  const last = a.shape[0] - 1;
  const rows = new Set(Array.from({ length: PROBES }, (_, i) => Math.round((last * i) / (PROBES - 1))));
  const equal = async (row: number) => same(await a.rows(row, row + 1), await b.rows(row, row + 1));
  return (await Promise.all([...rows].map(equal))).every(Boolean);
}

/** The embedding, whose rows are compared with the head's as they are read. */
function comparing(embedding: StoredTensor, head: StoredTensor, where: string): StoredTensor {
  const checked = <T extends ArrayLike<number>>(rows: T, others: T, first: number, end: number): T => {
    if (same(rows, others)) return rows;
    throw new BadInput(
      `${HEAD} differs from the embedding between row ${first} and row ${end - 1}, though config.json ties them (tie_word_embeddings) and other rows are equal`,
      where,
      'Set tie_word_embeddings to false in config.json, as transformers 5 would read the file; or delete that tensor.',
    );
  };
  const rows: StoredTensor['rows'] = async (first, end) =>
    checked(await embedding.rows(first, end), await head.rows(first, end), first, end);
  const { raw } = embedding;
  if (!raw || !head.raw || head.dtype !== embedding.dtype) return { ...embedding, raw: undefined, rows };
  const other = head.raw;
  return {
    ...embedding,
    rows,
    raw: async (first, end, room) => checked(await raw(first, end, room), await other(first, end), first, end),
  };
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  return true;
}
