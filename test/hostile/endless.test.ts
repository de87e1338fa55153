/** Servers that never end a file whose size they do not tell: what is taken of it has a bound. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BOUNDS } from '../../src/data/bounds';
import { hubSource } from '../../src/library/sources/hub';
import { network } from '../../src/library/sources/request';
import { openUrl } from '../../src/library/sources/url';

const MiB = 2 ** 20;
const NAMES = ['config.json', 'tokenizer.json', 'chat_template.jinja', 'model.safetensors', 'x.gguf'];
/** Small ones in the table's place: 2 GiB through a socket would say no more. */
const SMALL = { unsized: 8 * MiB, json: 2 * MiB, tokenizer: 4 * MiB, template: MiB };
/** What lies between a server and its reader, in the sockets of this machine. */
const ON_THE_WAY = 12 * MiB;
const whole = { ...BOUNDS };

let server: Server;
let endpoint: string;
/** Bytes that were written for the last file. */
let sent = 0;

beforeAll(async () => {
  Object.assign(BOUNDS, SMALL);
  server = createServer((request, response) => {
    if (request.url?.startsWith('/api/')) {
      const siblings = NAMES.map((rfilename) => ({ rfilename }));
      return void response.end(JSON.stringify({ sha: 'a'.repeat(40), siblings }));
    }
    sent = 0;
    const piece = Buffer.alloc(MiB / 4, ' ');
    const more = (): void => {
      if (response.destroyed) return;
      sent += piece.length;
      response.write(piece, () => setImmediate(more)); // chunked: no Content-Length
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  Object.assign(BOUNDS, whole);
  server.closeAllConnections();
  server.close();
});

/** Rejects with the bound, and takes no more than it and what is on its way. */
async function refused(taking: Promise<unknown>, bound: number): Promise<void> {
  await expect(taking).rejects.toThrow(new RegExp(`has .*more than the ${(bound / 1e6).toFixed(1)} MB that are read`));
  expect(sent).toBeGreaterThanOrEqual(bound);
  expect(sent).toBeLessThan(bound + ON_THE_WAY);
}

it.each([
  ['config.json', SMALL.json],
  ['tokenizer.json', SMALL.tokenizer],
  ['chat_template.jinja', SMALL.template],
  ['model.safetensors', SMALL.unsized],
])('%s of a Hub that lists no size', async (name, bound) => {
  const source = await hubSource('a/b', { endpoint, cache: null, retries: 0, backoffMs: 1 });
  await refused(source.open(name), bound);
});

it.each([
  ['folder/config.json', SMALL.json],
  ['x.gguf', SMALL.unsized],
])('%s at an address', async (path, bound) => {
  const net = network({ retries: 0, backoffMs: 1 });
  await refused(openUrl(net, `${endpoint}/${path}`), bound);
});
