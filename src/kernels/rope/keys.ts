/** Where kernels that turn heads put keys: into rows of their own or, while decoding, into the KV cache. */
import type { Tensor } from '../../gpu/tensor';
import cacheSource from './keys-cache.wgsl?raw';
import rowsSource from './keys-rows.wgsl?raw';

/** The code of such a kernel with its end. */
export const keysTo = (place: 'rows' | 'cache', code: string): string =>
  `${code}\n${place === 'rows' ? rowsSource : cacheSource}`;

/** A KV cache (R,P,K,D) and the row of it that each token belongs to. */
export type CachePlace = Record<'cacheK' | 'cacheV' | 'rows', Tensor>;
