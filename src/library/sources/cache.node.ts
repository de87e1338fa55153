/** Where Node keeps downloaded models, and what the environment says of the Hub. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FileSource } from '../../data/bytes';
import { diskFiles } from '../../host/files.node';
import { ModelCache } from './cache';
import { fileSource, folderSource, lookAt } from './folder.node';
import type { HubOptions } from './hub';
import { guardedFetch } from './redirects.node';

type Environment = Readonly<Record<string, string | undefined>>;

/** The cache's folder: ANTISD_LAB_CACHE, else antisd-lab in the user's cache folder. */
export function cacheFolder(env: Environment = process.env): string {
  if (env.ANTISD_LAB_CACHE) return resolve(env.ANTISD_LAB_CACHE);
  // The specification of XDG wants relative paths ignored.
  const xdg = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(homedir(), '.cache');
  return join(xdg, 'antisd-lab');
}

/** The cache, its folder readable by its user alone: gated models lie in it. */
function nodeModelCache(env: Environment = process.env): ModelCache {
  const folder = cacheFolder(env);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // The first write says what is wrong, and the download goes on in memory.
  }
  return new ModelCache(diskFiles(folder));
}

/** HF_ENDPOINT, HF_TOKEN and the cache, as hubSource takes them. */
export function hubOptions(env: Environment = process.env): HubOptions {
  const endpoint = env.HF_ENDPOINT || undefined;
  return { cache: nodeModelCache(env), endpoint, token: env.HF_TOKEN || null, fetch: guardedFetch };
}

/** A folder, or a .gguf or .safetensors file, at a path ("~/" included); null where nothing is. Throws SourceError. */
export async function diskSource(path: string): Promise<FileSource | null> {
  const full = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
  const found = await lookAt(full);
  if (!found) return null;
  return found.isDirectory() ? folderSource(full) : fileSource(full);
}
