/** Where a browser keeps downloaded models: the origin's private file system, from a Worker. */
import { privateFiles } from '../../host/files.browser';
import { ModelCache } from './cache';

/** The cache, beside the runs; null in browsers (or private windows) that let a page store nothing. */
export async function browserModelCache(): Promise<ModelCache | null> {
  try {
    return new ModelCache(await privateFiles(''), 'this browser’s storage');
  } catch {
    return null;
  }
}
