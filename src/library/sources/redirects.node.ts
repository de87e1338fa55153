/**
 * Node's fetch with its redirects looked at: a server out on the web must not send the command line to this machine or
 * its network (an address that began there may stay there). A token is dropped where the origin changes, as fetch does.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { BOUNDS } from '../../data/bounds';
import { SourceError } from './source-error';

/** Loopback, link-local and private ranges of IPv4 and IPv6 (RFC 1122, 1918, 3927, 4193, 4291, 6598). */
function isPrivateAddress(ip: string): boolean {
  const mapped = /^::ffff:([\da-f]+):([\da-f]+)$/i.exec(ip); // an IPv4 address, as URL writes it
  if (mapped) {
    const [high, low] = [Number.parseInt(mapped[1], 16), Number.parseInt(mapped[2], 16)];
    return isPrivateAddress([high >> 8, high & 255, low >> 8, low & 255].join('.'));
  }
  if (isIP(ip) === 4) {
    const [a, b] = ip.split('.').map(Number);
    return (
      a === 0 ||
      a === 10 ||
      a === 127 ||
      (a === 100 && b >= 64 && b < 128) ||
      (a === 169 && b === 254) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && b === 168)
    );
  }
  return /^(::1?$|f[cd]|fe[89ab])/i.test(ip);
}

type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

/** Whether an address leads to this machine or its network: by its numbers, its name, or what the name stands for. */
async function isNearby({ hostname }: URL, find: Lookup): Promise<boolean> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return isPrivateAddress(host);
  if (/(^|\.)(localhost|local|internal|home\.arpa)$/i.test(host)) return true;
  const found = await find(host).catch(() => []); // a name nobody knows fails in fetch, with its reason
  return found.some(({ address }) => isPrivateAddress(address));
}

/** `fetch` with its redirects looked at. Rejects as it does, and with SourceError for a redirect that leads nowhere good. */
export const guarding =
  (fetch: typeof globalThis.fetch, find: Lookup): typeof globalThis.fetch =>
  async (input, init = {}) => {
    const first = new URL(input instanceof Request ? input.url : input);
    let url = first;
    const headers = new Headers(init.headers);
    for (let hops = 0; ; hops++) {
      const response = await fetch(url, { ...init, headers, redirect: 'manual' });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) return response;
      await response.body?.cancel();
      const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
      if (!next || !/^https?:$/.test(next.protocol)) throw refused(first, `to ${location.slice(0, 200)}`);
      if (hops >= BOUNDS.redirects) throw refused(first, `more than ${BOUNDS.redirects} times`);
      if (!(await isNearby(first, find)) && (await isNearby(next, find)))
        throw refused(first, `to ${next.host}, an address of this machine or its network`);
      if (next.origin !== url.origin) headers.delete('authorization');
      url = next;
    }
  };

/** fetch for the command line. */
export const guardedFetch = guarding(globalThis.fetch, (host) => lookup(host, { all: true }));

const refused = (first: URL, how: string): SourceError =>
  new SourceError(
    'server',
    `The server redirects ${how}`,
    first.href,
    'That is not followed. If it is meant, give the last address itself.',
  );
