/** Names of models on a Hub: org/name, with a revision, with one GGUF of several, or the address of its page. */
import { SourceError } from './source-error';

export const HUB = 'https://huggingface.co';

export interface HubId {
  /** org/name. */
  id: string;
  /** Branch, tag or commit; null where the name gives none. */
  revision: string | null;
  /** The GGUF that is meant, by its path in the repository or by its quantisation ("Q4_K_M"); null: safetensors. */
  gguf: { file: string } | { quantisation: string } | null;
}

const PART = '[A-Za-z0-9](?:[\\w.-]*[\\w])?';
const FORM = new RegExp(
  `^(?<id>${PART}/${PART})(?:@(?<before>refs/[^/@:]+/[^/@:]+|[^/@:]+))?(?:/(?<file>[^@:]+\\.gguf)|:(?<quantisation>[\\w.-]+))?(?:@(?<after>[^@:]+))?$`,
  'i',
);

/** Reads a name; null where it is none. A path with "..", as in "org/name/../x.gguf", is none. */
export function parseHubId(text: string): HubId | null {
  const groups = FORM.exec(text.trim())?.groups;
  if (!groups || /\.\.|--|\.gguf$/i.test(groups.id) || /(^|\/)\.{0,2}(\/|$)/.test(groups.file ?? 'x')) return null;
  if (groups.before !== undefined && groups.after !== undefined) return null;
  return {
    id: groups.id,
    revision: groups.before ?? groups.after ?? null,
    gguf: groups.file ? { file: groups.file } : groups.quantisation ? { quantisation: groups.quantisation } : null,
  };
}

/** Writes a name as parseHubId reads it. */
export function hubName({ id, revision, gguf }: HubId): string {
  const at = revision === null ? '' : `@${revision}`;
  if (gguf === null) return `${id}${at}`;
  return 'file' in gguf ? `${id}${at}/${gguf.file}` : `${id}:${gguf.quantisation}${at}`;
}

/** What other programs call a model that was opened by this name: the repository without revision and file, a dropped folder's name. */
export function nameElsewhere(name: string): string {
  return parseHubId(name)?.id ?? name.replace(/^dropped:/, '');
}

/** Reads the address of a repository's page or of one of its files, as copied from a browser; null where it is none. */
export function parseHubAddress(address: string, endpoint: string): HubId | null {
  const [org, name, kind, revision, ...path] = hubPath(address, endpoint) ?? [];
  if (!org || !name || ['datasets', 'spaces', 'api', 'docs'].includes(org)) return null;
  const id = parseHubId(`${org}/${name}`);
  if (!id || kind === undefined) return id;
  if (!AT_REVISION.includes(kind) || !revision) return null;
  const file = path.join('/');
  return { ...id, revision, gguf: file.toLowerCase().endsWith('.gguf') ? { file } : null };
}

/** What stands before the revision in the address of a folder or a file. */
export const AT_REVISION: readonly string[] = ['tree', 'blob', 'resolve', 'raw'];

/** The parts of an address on the Hub, or on the mirror at `endpoint`; null for any other. */
export function hubPath(address: string, endpoint: string): string[] | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const hosts = [new URL(endpoint).host, 'huggingface.co', 'hf.co', 'www.huggingface.co'];
  return hosts.includes(url.host) ? url.pathname.split('/').filter(Boolean).map(decoded) : null;
}

/** A part of an address as it is meant; as it stands where its escapes are none. */
export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The Hub's address without a slash at its end. Throws SourceError where it is none. */
export function hubEndpoint(endpoint: string): string {
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new SourceError(
      'server',
      'The address of the Hub must begin with https:// or http://',
      endpoint || 'empty',
      `Set HF_ENDPOINT to a Hub or a mirror of it, or leave it out for ${HUB}.`,
    );
  }
  const { username, password, host } = new URL(endpoint);
  if (username || password)
    throw new SourceError(
      'server',
      'The address of the Hub has a name or a password in it, which is not sent',
      host,
      'Give the address without them, and a token: HF_TOKEN on the command line, its own field in the page.',
    );
  return endpoint.replace(/\/+$/, '');
}
