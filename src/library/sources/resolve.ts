/** What a user may type for a model, and what it means. */
import type { FileSource } from '../../data/bytes';
import { nearest } from '../../data/nearest';
import { type HubOptions, type HubSource, hubSource } from './hub';
import { HUB, parseHubAddress, parseHubId } from './hub-id';
import { SourceError } from './source-error';
import { urlSource } from './url';

/** What this host has. */
export interface SourceHost {
  /** Models that come with the lab, by name. */
  builtIn?: Record<string, () => Promise<FileSource>>;
  /** A folder or a file on disk; null where the path leads nowhere. Missing in browsers. */
  path?(path: string): Promise<FileSource | null>;
  hub: HubOptions;
}

export interface ResolvedSource {
  kind: 'built-in' | 'disk' | 'web' | 'hub';
  files: FileSource;
  /** The name as it was typed, but of the Hub with the commit it stood for. */
  pinned: string;
}

/** A path as nobody would name a model on the Hub. */
const PATH_ONLY = /^(\.{0,2}[\\/]|~|[A-Za-z]:[\\/])|\\/;

/**
 * A built-in name; a folder or .gguf file on disk (which wins where a Hub id reads the same); an http(s) address, that of a
 * page on the Hub included; a Hub id. Throws SourceError where it is none of them or cannot be opened.
 */
export async function resolveModelSource(name: string, host: SourceHost): Promise<ResolvedSource> {
  const text = name.trim();
  const builtIn = host.builtIn && Object.hasOwn(host.builtIn, text) ? host.builtIn[text] : undefined;
  if (builtIn) return { kind: 'built-in', files: await builtIn(), pinned: text };
  if (/^https?:\/\//i.test(text)) return fromWeb(text, host);
  const onDisk = text === '' ? null : ((await host.path?.(text)) ?? null);
  if (onDisk) return { kind: 'disk', files: onDisk, pinned: text };
  if (!PATH_ONLY.test(text) && parseHubId(text)) return fromHub(await hubSource(text, host.hub));
  throw unknown(text, host);
}

async function fromWeb(address: string, host: SourceHost): Promise<ResolvedSource> {
  const id = parseHubAddress(address, host.hub.endpoint ?? HUB);
  if (!id) return { kind: 'web', files: urlSource(address, host.hub.fetch, host.hub), pinned: address };
  const gguf = id.gguf && 'file' in id.gguf ? `/${id.gguf.file}` : '';
  const source = await hubSource(`${id.id}${gguf}`, { ...host.hub, revision: id.revision ?? host.hub.revision });
  return fromHub(source);
}

const fromHub = (files: HubSource): ResolvedSource => ({ kind: 'hub', files, pinned: files.pinned });

function unknown(text: string, host: SourceHost): SourceError {
  const builtIn = Object.keys(host.builtIn ?? {});
  const near = nearest(text, builtIn);
  const forms = [
    ...builtIn.map((name) => `"${name}"`),
    ...(host.path ? ['a folder with config.json', 'a .gguf file'] : []),
    'an address (https://…)',
    'a model on the Hub (org/name, as in Qwen/Qwen3-0.6B)',
  ];
  const disk = host.path ? '' : ' To use files of this computer, drop them on the page.';
  return new SourceError(
    'not-found',
    text === '' ? 'No model was named' : `There is no model "${text}"`,
    'model',
    `${near ? `Did you mean "${near}"? ` : ''}A model is ${forms.slice(0, -1).join(', ')} or ${forms.at(-1)}.${disk}`,
  );
}
