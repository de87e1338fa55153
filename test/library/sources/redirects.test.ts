/** Redirects on the command line: from the web to this machine or its network they are not followed. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorization } from '../../../src/library/sources/hub-api';
import { guarding } from '../../../src/library/sources/redirects.node';

interface Asked {
  url: string;
  authorization: string | null;
}

/** Names of this world and what they stand for. */
const ADDRESSES: Record<string, string[]> = {
  'inside.example': ['10.1.2.3'],
  'inside6.example': ['fe80::1%eth0'],
  'both.example': ['203.0.113.7', '::1'],
};

const found = (address: string) => ({ address, family: isIP(address.replace(/%.*/, '')) });

/** A web of redirects, and what was asked of it. */
function web(redirects: Record<string, string>) {
  const asked: Asked[] = [];
  const fetch = guarding(
    async (input, init) => {
      const url = String(input);
      asked.push({ url, authorization: new Headers(init?.headers).get('authorization') });
      const location = redirects[url];
      return location === undefined ? new Response('here') : new Response(null, { status: 302, headers: { location } });
    },
    async (host) => (ADDRESSES[host] ?? ['203.0.113.7', '2606:4700::1']).map(found),
  );
  return { fetch, asked };
}

it.each([
  'http://127.0.0.1/x',
  'http://127.8.8.8:8080/x',
  'http://localhost/x',
  'http://printer.local/x',
  'http://10.0.0.5/x',
  'http://172.20.1.1/x',
  'http://192.168.1.1/x',
  'http://169.254.169.254/latest/meta-data',
  'http://100.64.0.1/x',
  'http://0.0.0.0/x',
  'http://[::1]/x',
  'http://[fe80::1]/x',
  'http://[fd00::1]/x',
  'http://[::ffff:127.0.0.1]/x',
  'http://2130706433/x', // 127.0.0.1 as one number
  'http://0x7f.1/x',
  'http://127.1/x',
  'http://0177.0.0.1/x',
  'http://0xA9FEA9FE/x', // 169.254.169.254
  'http://127.0.0.1./x',
  'http://localhost./x',
  'http://LOCALHOST/x',
  'http://a.localhost/x',
  'http://router.home.arpa/x',
  'http://db.internal./x',
  'http://[::]/x',
  'http://[::127.0.0.1]/x',
  'http://[::ffff:10.0.0.1]/x',
  'http://[0:0:0:0:0:ffff:7f00:1]/x',
  'http://[64:ff9b::7f00:1]/x',
  'http://[64:ff9b::c0a8:101]/x',
  'http://[2002:7f00:1::]/x',
  'http://[2002:a00:1:2::3]/x',
  'http://[fec0::1]/x',
  'http://[feb0::1]/x',
  'http://[ff02::1]/x',
  'http://192.0.0.8/x',
  'http://198.18.0.1/x',
  'http://224.0.0.1/x',
  'http://255.255.255.255/x',
  'https://inside6.example/x',
  'https://both.example/x', // one of its addresses lies here
  'http://inside.example/x', // a name of the web for an address of this network
])('a server on the web does not lead to %s', async (location) => {
  const { fetch, asked } = web({ 'https://hub.example/a': 'https://cdn.example/b', 'https://cdn.example/b': location });
  await expect(fetch('https://hub.example/a')).rejects.toThrow(
    /redirects to .*, an address of this machine or its network/,
  );
  expect(asked.map((a) => a.url)).toEqual(['https://hub.example/a', 'https://cdn.example/b']);
});

it.each([
  'http://8.8.8.8/x',
  'http://172.32.0.1/x',
  'http://[2606:4700::1]/x',
  'http://[2002:808:808::]/x',
  'https://x.example/y',
])('it does lead to %s', async (location) => {
  const { fetch } = web({ 'https://hub.example/a': location });
  expect(await (await fetch('https://hub.example/a')).text()).toBe('here');
});

it.each(['file:///etc/passwd', 'ftp://cdn.example/x', 'https://[', 'javascript:alert(1)'])(
  'nor to %s',
  async (location) => {
    const { fetch } = web({ 'https://hub.example/a': location });
    await expect(fetch('https://hub.example/a')).rejects.toThrow(/redirects to/);
  },
);

describe('a name that stands for one address when it is looked at and for another when it is connected to', () => {
  let server: Server;
  let port: number;
  let asked: number;
  beforeEach(async () => {
    asked = 0;
    server = createServer((_, response) => {
      asked++;
      response.end('a secret of this machine');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  /** What a name stands for, one answer after the other; the last one for good. */
  const turning = (...answers: string[]) => {
    const names: string[] = [];
    const find = async (host: string) => {
      names.push(host);
      return [
        found(host === 'hub.example' ? '203.0.113.7' : answers.length > 1 ? (answers.shift() as string) : answers[0]),
      ];
    };
    return { find, names };
  };
  /** Node's own fetch, but for the first address, which redirects. */
  const redirecting =
    (location: string): typeof fetch =>
    async (input, init) =>
      String(input) === 'https://hub.example/a'
        ? new Response(null, { status: 302, headers: { location } })
        : fetch(input, init);

  it.skipIf('Deno' in globalThis)('is not followed', async () => {
    const { find, names } = turning('203.0.113.7', '127.0.0.1');
    const guarded = guarding(redirecting(`http://turns.example:${port}/x`), find);
    await expect(guarded('https://hub.example/a')).rejects.toThrow(/turns\.example:\d+ stood for .*a moment ago/);
    expect(names).toEqual(['hub.example', 'turns.example', 'turns.example']);
    expect(asked).toBe(0);
  });

  it.skipIf('Deno' in globalThis)('is not asked where it is the first one either', async () => {
    const { find } = turning('203.0.113.7', '::1');
    await expect(guarding(fetch, find)(`http://turns.example:${port}/x`)).rejects.toThrow(/a moment ago/);
    expect(asked).toBe(0);
  });

  it('is asked where it was nearby from the first', async () => {
    const { find } = turning('127.0.0.1');
    const guarded = guarding(redirecting(`http://127.0.0.1:${port}/x`), find);
    await expect(guarded('https://hub.example/a')).rejects.toThrow(/redirects to 127/);
    expect(await (await guarding(fetch, find)(`http://127.0.0.1:${port}/x`)).text()).toBe('a secret of this machine');
    expect(asked).toBe(1);
  });
});

it('an address that began on this machine may stay there', async () => {
  const { fetch } = web({ 'http://127.0.0.1:9/a': 'http://localhost:8/b' });
  expect(await (await fetch('http://127.0.0.1:9/a')).text()).toBe('here');
});

it('a circle of redirects ends', async () => {
  const { fetch, asked } = web({ 'https://hub.example/a': '/b', 'https://hub.example/b': '/a' });
  await expect(fetch('https://hub.example/a')).rejects.toThrow(/more than 10 times/);
  expect(asked.length).toBe(11);
});

it('a token stays with the origin it was for', async () => {
  const { fetch, asked } = web({
    'https://hub.example/a': 'https://hub.example/b',
    'https://hub.example/b': 'https://cdn.example/c',
    'https://cdn.example/c': 'https://hub.example/d',
  });
  await fetch('https://hub.example/a', { headers: { Authorization: 'Bearer t' } });
  expect(asked.map((a) => a.authorization)).toEqual(['Bearer t', 'Bearer t', null, null]);
});

it.each([
  ['https://huggingface.co', true],
  ['http://127.0.0.1:8080', true],
  ['http://localhost', true],
  ['http://[::1]:80', true],
  ['http://mirror.example', false],
  ['http://192.168.1.4', false],
  ['http://127.0.0.1.evil.example', false],
])('a token for %s is sent: %s', (endpoint, sent) => {
  const headers = () => authorization({ kind: 'model', endpoint, id: 'a/b', revision: 'main', token: 't' });
  if (sent) expect(headers()).toEqual({ Authorization: 'Bearer t' });
  else expect(headers).toThrow(/over plain http/);
});
