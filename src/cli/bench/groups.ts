/** The benchmark's groups, by the names of `--only`. */
import { adapters } from './adapters';
import { decoding } from './decoding';
import type { Group } from './group';
import { head } from './head';
import { attention, contexts, products, variants } from './kernels';
import { loading } from './loading';
import { qwen3 } from './qwen3';
import { formatError } from './storage';
import { nano, reinforcement, small } from './training';

/** In the order of the table. */
export const GROUPS: Readonly<Record<string, Group>> = {
  matmul: products,
  attention,
  nano,
  small,
  rl: reinforcement,
  loading,
  head,
  decode: decoding,
  lora: adapters,
  storage: formatError,
  variants,
  contexts,
  qwen3,
};

/** What is measured where nothing is asked for: not the models and lengths that want a GPU, nor other variants. */
export const USUAL = Object.keys(GROUPS).filter((name) => !['variants', 'contexts', 'qwen3'].includes(name));
