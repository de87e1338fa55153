/** Files at an address on the web, read by HTTP ranges; servers without ranges give the whole file once, into memory. */
import { type ByteSource, expectWithin, type FileSource, unsizedBound } from '../../data/bytes';
import { decoded } from './hub-id';
import { MemoryFile } from './memory-file';
import { asking, type RangedFile, rangedFile } from './ranged-file';
import { contentRange, exchange, type Network, type NetworkOptions, network, transientAnswer } from './request';
import { SourceError } from './source-error';

/** The names that list() asks for: the web has no listing. */
const NAMES = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'model.safetensors',
  'model.safetensors.index.json',
  'adapter_config.json',
  'adapter_model.safetensors',
];

/**
 * The folder at `base`, or the one file where it ends in .gguf or .safetensors. A query (?…) goes with every request.
 * Throws SourceError where `base` is no http(s) address; nothing is asked for before list() or open().
 */
export function urlSource(base: string, fetch?: typeof globalThis.fetch, options: NetworkOptions = {}): FileSource {
  if (!/^https?:\/\//i.test(base) || !URL.canParse(base))
    throw new SourceError('not-found', 'This is no address on the web', base, 'It begins with https:// or http://.');
  const net = network({ ...options, fetch: fetch ?? options.fetch });
  const url = new URL(base);
  url.hash = '';
  if (url.username || url.password) {
    [url.username, url.password] = ['', ''];
    throw new SourceError(
      'not-found',
      'The address has a name or a password in it, which is not sent',
      url.href,
      'Download the file with another program, and name it or its folder.',
    );
  }
  const single = /[^/]+\.(gguf|safetensors)$/i.exec(url.pathname)?.[0];
  const where = url.href;
  if (single) {
    const name = decoded(single);
    return { where, list: async () => [name], open: async (asked) => (asked === name ? openUrl(net, where) : null) };
  }
  const open = async (name: string): Promise<ByteSource | null> => {
    if (name.split('/').some((part) => part === '' || part === '.' || part === '..')) return null;
    const file = new URL(url);
    file.pathname = `${url.pathname.replace(/\/+$/, '')}/${name.split('/').map(encodeURIComponent).join('/')}`;
    return openUrl(net, file.href);
  };
  return {
    where,
    open,
    async list() {
      const found = await Promise.all(NAMES.map(async (name) => ((await open(name)) ? name : null)));
      return found.filter((name) => name !== null).sort();
    },
  };
}

/** What one byte tells of a file. */
interface Probe {
  /** null: the server gives no ranges, or hides the size from a page of another origin. */
  size: number | null;
  ranges: boolean;
  etag: string | null;
}

/** What goes with every request for a file, and how a 4xx reads. */
export type Manner = Pick<RangedFile, 'headers' | 'refusal'>;

/** The file at an address; null for 404, and for the page that some servers give instead. Throws SourceError. */
export async function openUrl(net: Network, url: string, manner: Manner = plain(url)): Promise<ByteSource | null> {
  const { headers, refusal } = manner;
  const probe = await asking(net, url, async (): Promise<Probe | null> => {
    // One byte and no HEAD: signed addresses are for GET alone, and a range is never compressed, so its size is the file's.
    const answer = await exchange(net, url, { headers: { ...headers, Range: 'bytes=0-0' } });
    const { response } = answer;
    try {
      if (response.status === 404 || response.status === 410) return null;
      const total = contentRange(response)?.total ?? null;
      const etag = response.headers.get('etag');
      if (response.status === 416) return { size: total ?? 0, ranges: true, etag };
      if (!response.ok) throw transientAnswer(response) ?? refusal(response);
      if (isPage(response, url)) return null;
      return { size: total, ranges: response.status === 206, etag };
    } finally {
      answer.cancel();
    }
  });
  if (!probe) return null;
  const size = probe.ranges ? (probe.size ?? (await sizeByHead(net, url, headers))) : null;
  if (size !== null) return rangedFile(net, { url, size, etag: probe.etag, ...manner });
  const whole = await asking(net, url, async () => {
    const answer = await exchange(net, url, { headers });
    if (!answer.response.ok) throw transientAnswer(answer.response) ?? refusal(answer.response);
    const memory = new MemoryFile();
    for await (const chunk of answer.chunks()) {
      memory.append(chunk);
      expectWithin(
        memory.length,
        unsizedBound(new URL(url).pathname),
        'The file, whose size the server does not tell,',
        url,
      );
    }
    return memory;
  });
  return whole.source(url);
}

/** For pages of another origin, from which Content-Range is hidden and Content-Length is not. */
function sizeByHead(net: Network, url: string, sent?: Record<string, string>): Promise<number | null> {
  return asking(net, url, async () => {
    const answer = await exchange(net, url, { method: 'HEAD', headers: sent });
    answer.cancel();
    const { headers, ok } = answer.response;
    const length = Number(headers.get('content-length') ?? Number.NaN);
    return ok && Number.isInteger(length) && !headers.get('content-encoding') ? length : null;
  });
}

const plain = (url: string): Manner => ({ refusal: (response) => refused(response, url) });

function refused(response: Response, url: string): SourceError {
  const denied = response.status === 401 || response.status === 403;
  return new SourceError(
    denied ? 'denied' : 'server',
    `The server answered ${response.status} ${response.statusText}`.trim(),
    url,
    denied ? 'Download the files with a program that can sign in there, and open the folder.' : 'Check the address.',
  );
}

/** Servers of single-page applications answer every unknown path with their page. */
const isPage = (response: Response, url: string): boolean =>
  /^text\/html/i.test(response.headers.get('content-type') ?? '') && !/\.html?$/i.test(new URL(url).pathname);
