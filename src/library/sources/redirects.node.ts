/**
 * Node's fetch with its redirects looked at: a server out on the web must not send the command line to this machine or
 * its network (an address that began there may stay there). A token is dropped where the origin changes, as fetch does.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { BOUNDS } from '../../data/bounds';
import { SourceError } from './source-error';

/**
 * What is no machine out on the web (RFC 6890): this one, its network, its link, documentation, tests, multicast, and IPv6's
 * ways to write an IPv4 address, which are judged by that.
 */
const NEARBY = new BlockList();
for (const [net, bits] of [
  ...[
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
  ],
  ...[
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 3],
  ],
] as const)
  NEARBY.addSubnet(String(net), Number(bits), 'ipv4');
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 9],
  ['100::', 64],
  ['2001::', 32], // Teredo: an IPv4 address behind it is hidden, and no server of the web
  ['ff00::', 8],
] as const)
  NEARBY.addSubnet(net, bits, 'ipv6');

/** Prefixes behind which an IPv6 address carries one of IPv4, and the 16-bit group where it begins (RFC 4291, 2765, 6052, 3056). */
const CARRIERS: readonly (readonly [prefix: string, at: number])[] = [
  ['0:0:0:0:0:ffff:', 6],
  ['0:0:0:0:0:0:', 6],
  ['0:0:0:0:ffff:0:', 6],
  ['64:ff9b:0:0:0:0:', 6],
  ['64:ff9b:1:', 6],
  ['2002:', 1],
];

function isPrivateAddress(address: string): boolean {
  const ip = address.replace(/%.*/, ''); // a link's own name
  if (isIP(ip) === 4) return NEARBY.check(ip, 'ipv4');
  if (NEARBY.check(ip, 'ipv6')) return true;
  const groups = groupsOf(ip);
  return CARRIERS.some(([prefix, at]) => {
    if (!`${groups.map((g) => g.toString(16)).join(':')}:`.startsWith(prefix)) return false;
    const [high, low] = [groups[at], groups[at + 1]];
    return NEARBY.check([high >> 8, high & 255, low >> 8, low & 255].join('.'), 'ipv4');
  });
}

/** The eight numbers of an IPv6 address. */
function groupsOf(ip: string): number[] {
  const [before, behind] = new URL(`http://[${ip}]`).hostname.slice(1, -1).split('::');
  const numbers = (part: string) =>
    part
      .split(':')
      .filter(Boolean)
      .map((group) => Number.parseInt(group, 16));
  const [first, last] = [numbers(before), numbers(behind ?? '')];
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

type Lookup = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

const bare = ({ hostname }: URL): string => hostname.replace(/^\[|\]$|\.$/g, ''); // a dot may end a name

/** Whether an address leads to this machine or its network: by its numbers, its name, or what the name stands for. */
async function isNearby(url: URL, find: Lookup): Promise<boolean> {
  const host = bare(url);
  if (isIP(host)) return isPrivateAddress(host);
  if (/(^|\.)(localhost|local|internal|home\.arpa)$/i.test(host)) return true;
  const found = await find(host).catch(() => []); // a name nobody knows fails in fetch, with its reason
  return found.some(({ address }) => isPrivateAddress(address));
}

/** A name that stood for an address of the web when it was looked at, and no longer does when it is connected to. */
class LeadsNearby extends Error {}

/**
 * What makes fetch connect to no address of this machine or its network, whatever a name stands for by then: the connection
 * asks for the name's addresses once more, and takes those that are looked at here. Node's fetch keeps its Agent's class to
 * itself, but for this symbol. Null on hosts without it, and where a proxy finds the addresses.
 */
async function outside(find: Lookup): Promise<object | null> {
  await globalThis.fetch('data:,'); // the symbol comes with the first call
  const own = (globalThis as Record<symbol, unknown>)[Symbol.for('undici.globalDispatcher.1')];
  if (own?.constructor.name !== 'Agent') return null;
  const Agent = own.constructor as new (options: object) => object;
  const lookUp: LookupFunction = (host, { all }, callback) => {
    find(host).then(
      (found) => {
        const near = found.find(({ address }) => isPrivateAddress(address));
        if (near) callback(new LeadsNearby(`${host} is ${near.address}`), []);
        else if (found.length === 0) callback(new Error(`${host} has no address`), []);
        else if (all) callback(null, [...found]);
        else callback(null, found[0].address, found[0].family);
      },
      (error) => callback(error, []),
    );
  };
  return new Agent({ connect: { lookup: lookUp } });
}

/** `fetch` with its redirects looked at. Rejects as it does, and with SourceError for a redirect that leads nowhere good. */
export function guarding(fetch: typeof globalThis.fetch, find: Lookup): typeof globalThis.fetch {
  let way: Promise<object | null> | null = null;
  return async (input, init = {}) => {
    const first = new URL(input instanceof Request ? input.url : input);
    const free = await isNearby(first, find);
    if (!free) way ??= outside(find);
    const dispatcher = free ? null : await way;
    const headers = new Headers(init.headers);
    const ask = (url: URL): Promise<Response> =>
      fetch(url, { ...init, headers, redirect: 'manual', ...(dispatcher && { dispatcher }) }).catch((error) => {
        throw error.cause instanceof LeadsNearby ? rebound(url) : error;
      });
    let url = first;
    for (let hops = 0; ; hops++) {
      const response = await ask(url);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) return response;
      await response.body?.cancel();
      const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
      if (!next || !/^https?:$/.test(next.protocol)) throw refused(first, `to ${location.slice(0, 200)}`);
      if (hops >= BOUNDS.redirects) throw refused(first, `more than ${BOUNDS.redirects} times`);
      if (!free && (await isNearby(next, find)))
        throw refused(first, `to ${next.host}, an address of this machine or its network`);
      if (next.origin !== url.origin) headers.delete('authorization');
      url = next;
    }
  };
}

/** fetch for the command line. */
export const guardedFetch = guarding(globalThis.fetch, (host) => lookup(host, { all: true }));

const rebound = ({ host, href }: URL): SourceError =>
  new SourceError(
    'server',
    `${host} stood for an address of the web a moment ago, and now for one of this machine or its network`,
    href,
    'That is not followed. If it is meant, give that address itself.',
  );

const refused = (first: URL, how: string): SourceError =>
  new SourceError(
    'server',
    `The server redirects ${how}`,
    first.href,
    'That is not followed. If it is meant, give the last address itself.',
  );
