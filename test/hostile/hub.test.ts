/** Servers, names and links of strangers: answers without end or sense, addresses that lead elsewhere, texts that are no names. */
import { deflateSync } from 'node:zlib';
import { BOUNDS } from '../../src/data/bounds';
import { readInspectLink } from '../../src/inspect/inspect-link';
import { openModel } from '../../src/library/open-model';
import { authorization, listRepository } from '../../src/library/sources/hub-api';
import { parseHubId } from '../../src/library/sources/hub-id';
import { guarding } from '../../src/library/sources/redirects.node';
import { network } from '../../src/library/sources/request';
import { resolveModelSource } from '../../src/library/sources/resolve';
import { openUrl, urlSource } from '../../src/library/sources/url';
import { stateFromQuery } from '../../src/ui/state/chosen';
import { useLab } from '../../src/ui/state/store';
import { attempts } from '../faults/attempts';
import { Rows } from './refusals';

const REQUEST = { kind: 'model' as const, endpoint: 'https://hub.example', id: 'a/b', revision: 'main', token: null };
const servers = new Rows('servers');

/** A body that never ends, and how much of it was taken. */
function endless(piece = 2 ** 20, fill = 0x20) {
  const taken = { bytes: 0 };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      taken.bytes += piece;
      controller.enqueue(new Uint8Array(piece).fill(fill));
    },
  });
  return { body, taken };
}

const answering = (make: () => Response) => network({ fetch: async () => make(), retries: 0, backoffMs: 1 });
const listing = (make: () => Response) => listRepository(answering(make), REQUEST);
const listed = (value: unknown) => () => listing(() => Response.json(value));
const SHA = 'a'.repeat(40);

servers.add('listing without end', 'a listing that never ends', /The server’s answer has .*, more than/, () =>
  listing(() => new Response(endless().body)),
);
for (const [id, value] of Object.entries({
  'no object': 7,
  'no commit': { siblings: [] },
  'a short commit': { sha: 'abc', siblings: [] },
  'a path for a commit': { sha: '../../../../etc', siblings: [] },
  'no files': { sha: SHA },
  'files in words': { sha: SHA, siblings: 'x' },
  'a nameless file': { sha: SHA, siblings: [{}] },
  'a number for a name': { sha: SHA, siblings: [{ rfilename: 7 }] },
  'a negative size': { sha: SHA, siblings: [{ rfilename: 'a.json', size: -1 }] },
  'a half byte': { sha: SHA, siblings: [{ rfilename: 'a.json', size: 0.5 }] },
  'an endless size': { sha: SHA, siblings: [{ rfilename: 'a.json', size: '1e999' }] },
}))
  servers.add(`listing: ${id}`, `a listing with ${id}`, /not that of a Hub/, listed(value));
const LISTED = /lists \d+ files, more than|not that of a Hub/;
for (const count of [BOUNDS.listing + 1, 3 * BOUNDS.listing])
  servers.add(
    `listing of ${count}`,
    `a listing of ${count} files`,
    LISTED,
    listed({ sha: SHA, siblings: Array.from({ length: count }, (_, i) => ({ rfilename: `${i}.json` })) }),
  );
for (const name of [
  '../x.json',
  '/etc/x.json',
  'a/../../x.json',
  './x.json',
  'a//x.json',
  '..\\x.json',
  'manifest.json',
  'C:\\x.json',
])
  servers.add(`listing names ${name}`, `a listing that names ${name}: it is forgotten`, null, async () => {
    const { files } = await listRepository(
      answering(() => Response.json({ sha: SHA, siblings: [{ rfilename: name }] })),
      REQUEST,
    );
    if (files.length > 0) throw new Error(`${name} is kept`);
  });
const STATUSES = [400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 504];
for (const status of STATUSES) {
  const refusing = (ask: (make: () => Response) => Promise<unknown>) => async () => {
    const { body, taken } = endless();
    const [result] = await Promise.allSettled([ask(() => new Response(body, { status }))]);
    if (taken.bytes > 4 * 2 ** 20) throw new Error(`${taken.bytes} bytes of an error's body were taken`);
    if (result.status === 'rejected') throw result.reason;
  };
  servers.add(
    `error ${status} without end, listing`,
    `an answer ${status} whose body never ends`,
    /./,
    refusing(listing),
  );
  servers.add(
    `error ${status} without end, file`,
    `the same for a file`,
    status === 404 || status === 410 ? null : /./,
    refusing((make) => openUrl(answering(make), 'https://x.example/a.gguf')),
  );
}
for (const [id, range] of Object.entries({
  none: '',
  words: 'bytes x-y/z',
  huge: 'bytes 0-0/99999999999999999999',
  'less than it gives': 'bytes 0-0/0',
  negative: 'bytes -5--1/-1',
}))
  servers.add(`range ${id}`, `a server whose Content-Range is ${id}`, null, async () => {
    const answer = () => new Response('x', { status: 206, headers: range ? { 'content-range': range } : {} });
    const file = await openUrl(answering(answer), 'https://x.example/a.json');
    await file?.read(0, Math.min(4, file.size));
  });

servers.add(
  'a password in an address',
  'an address with a name and a password: not told',
  /has a name or a password/,
  () => {
    try {
      urlSource('https://user:secret@x.example/a.gguf');
    } catch (error) {
      if (/secret/.test((error as Error).message)) throw new Error('the password is told');
      throw error;
    }
  },
);

const HOPS: Record<string, RegExp> = {
  'http://127.0.0.1/': /this machine or its network/,
  'http://[::1]/': /this machine or its network/,
  'http://[::ffff:7f00:1]/': /this machine or its network/,
  'http://0/': /this machine or its network/,
  'http://2130706433/': /this machine or its network/,
  'http://0x7f000001/': /this machine or its network/,
  'http://017700000001/': /this machine or its network/,
  'http://localhost.:80/': /this machine or its network/,
  'http://169.254.169.254/': /this machine or its network/,
  'http://[fe80::1]/': /this machine or its network/,
  'http://[64:ff9b::a00:1]/': /this machine or its network/,
  'file:///etc/passwd': /redirects to/,
  'data:text/plain,x': /redirects to/,
  'http://user:pass@10.0.0.1/': /this machine or its network/,
  'https://%31%32%37.0.0.1/': /this machine or its network/,
  'http://127.1/': /this machine or its network/,
  'http://0177.0.0.1/': /this machine or its network/,
  'http://0x7f.1/': /this machine or its network/,
  'http://[::]/': /this machine or its network/,
  'http://[::ffff:0:7f00:1]/': /this machine or its network/,
  'http://[::7f00:1]/': /this machine or its network/,
  'http://[2002:7f00:1::]/': /this machine or its network/,
  'http://[2001:0:cb00:7101::80ff:fffe]/': /this machine or its network/,
  'http://[64:ff9b:1::7f00:1]/': /this machine or its network/,
  'http://[fec0::1]/': /this machine or its network/,
  'http://[fd12:3456::1]/': /this machine or its network/,
  'http://100.64.0.1/': /this machine or its network/,
  'http://224.0.0.1/': /this machine or its network/,
  'http://192.168.1.1:8080/x': /this machine or its network/,
  'http://printer.local/': /this machine or its network/,
  'http://metadata.google.internal/': /this machine or its network/,
  'http://x.localhost/': /this machine or its network/,
  '//127.0.0.1/x': /this machine or its network/,
  'http:127.0.0.1': /this machine or its network/,
  '\\\\127.0.0.1\\x': /this machine or its network/,
  'https:////127.0.0.1/': /this machine or its network/,
  'http://hub.example@127.0.0.1/': /this machine or its network/,
  'blob:https://hub.example/x': /redirects to/,
  'javascript:alert(1)': /redirects to/,
  'http://': /redirects to/,
  'http://[::1': /redirects to/,
};
for (const [location, message] of Object.entries(HOPS))
  for (const status of [301, 302, 303, 307, 308])
    servers.add(`redirect ${status} to ${location}`, `a redirect ${status} to ${location}`, message, () =>
      guarding(
        async () => new Response(null, { status, headers: { location } }),
        async () => [{ address: '203.0.113.1', family: 4 }],
      )('https://hub.example/a'),
    );
for (const endpoint of [
  'http://hub.example',
  'http://10.0.0.1',
  'http://192.168.0.1',
  'http://[fe80::1]',
  'http://127.0.0.1.example',
  'http://localhost.example',
  'http://2130706434',
])
  servers.add(
    `a token to ${endpoint}`,
    `a token for ${endpoint}`,
    endpoint === 'http://2130706434' ? null : /over plain http/,
    () => authorization({ ...REQUEST, endpoint, token: 'hf_x' }),
  );

const names = new Rows('names');
const NAMES = [
  '../../etc/passwd',
  '/etc/passwd',
  'a/b/../../c',
  'a/..',
  '../a',
  'a/b@../x',
  'a/b@a/b/c',
  'a/b:../x',
  'a/b/../x.gguf',
  'a/b/./x.gguf',
  'a/b//x.gguf',
  '-a/b',
  'a/-b',
  'a/b-',
  'a--b/c',
  'a/b.gguf',
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  '\u0000',
  'a/b\u0000',
  '\u202ea/b',
  'a/b?x=1',
  'a/b#x',
  'a\\b',
  'C:\\x',
  '~',
  '~root/x',
  'http:',
  'http://',
  'https://',
  'ftp://a/b',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:,x',
  'x'.repeat(1e6),
  `${'a'.repeat(1e5)}/${'b'.repeat(1e5)}`,
  'a/'.repeat(1e5),
];
const host = {
  builtIn: { nano: async () => null as never },
  path: async () => null,
  hub: { cache: null, retries: 0, backoffMs: 1, fetch: async () => new Response('no', { status: 404 }) },
};
for (const [i, name] of NAMES.entries())
  names.add(`model ${i}: ${name.slice(0, 20)}`, `a model called ${JSON.stringify(name.slice(0, 40))}`, /./, async () =>
    openModel((await resolveModelSource(name, host)).files),
  );
for (const [i, name] of NAMES.entries())
  names.add(
    `hub ${i}: ${name.slice(0, 20)}`,
    `${JSON.stringify(name.slice(0, 40))} as a Hub id has no path that leads out`,
    null,
    () => {
      const id = parseHubId(name);
      const parts = id ? [...id.id.split('/'), ...(id.gguf && 'file' in id.gguf ? id.gguf.file.split('/') : [])] : [];
      if (parts.some((part) => part === '' || part === '.' || part === '..')) throw new Error(JSON.stringify(id));
    },
  );

const links = new Rows('addresses');
const plain = (json: string) => `1j${Buffer.from(json).toString('base64url')}`;
const deflated = (json: string | Uint8Array) => `1z${deflateSync(json).toString('base64url')}`;
const LINKS: Record<string, [link: () => string, message: RegExp | null]> = {
  nothing: [() => '', /cut short or changed/],
  words: [() => 'hello', /cut short or changed/],
  'another version': [() => '99z', /another version/],
  'a version without end': [() => '9'.repeat(1e5), /another version/],
  'another letter': [() => '1q', /cut short/],
  'no base64': [() => '1j!!!!', /cut short/],
  'no JSON': [() => plain('{'), /cut short/],
  null: [() => plain('null'), /cannot be read/],
  'a list': [() => plain('[]'), null],
  'a number': [() => plain('7'), /cannot be read/],
  'the prototype': [() => plain('{"__proto__":{"model":"x"}}'), null],
  'no deflate': [() => '1zAAAA', /cut short/],
  'deflate cut': [() => deflated('{"model":"nano"}').slice(0, -6), /cut short/],
  'a bomb': [() => deflated(new Uint8Array(64 * 2 ** 20)), /holds more than/],
  'a bomb of JSON': [() => deflated(`{"question":"${'x'.repeat(8 * 2 ** 20)}"}`), /holds more than/],
  'too long': [() => `1j${'A'.repeat(BOUNDS.link)}`, /characters, and/],
  deep: [() => plain('['.repeat(1e5)), /cannot be read/],
  'deep, packed': [() => deflated(`${'['.repeat(1e6)}${']'.repeat(1e6)}`), /cannot be read/],
  'a field of another type': [() => plain('{"model": 7}'), /cannot be read/],
  'no UTF-8': [() => `1j${Buffer.from([0x22, 0xff, 0x22]).toString('base64url')}`, /cut short/],
};
for (const [id, [link, message]] of Object.entries(LINKS))
  links.add(`state: ${id}`, `a link whose state is ${id}`, message, () => readInspectLink(link()));
const { sft } = useLab.getState();
const QUERIES: Record<string, [query: string, message: RegExp | null]> = {
  'an unknown setting': ['x=1', /Unknown setting/],
  'the prototype': ['__proto__=1', /Unknown setting/],
  'the constructor': ['constructor=1', /Unknown setting/],
  'a million letters': [`model=${'x'.repeat(1e6)}`, /characters, and 65536/],
  '100,000 settings': [Array.from({ length: 1e5 }, (_, i) => `a${i}=1`).join('&'), /characters, and 65536/],
  'no number': ['steps=x', /./],
  'a number without end': ['steps=1e999', /./],
  'minus nothing': ['steps=-0', null],
  NaN: ['lr=NaN', /./],
  'broken escapes': ['model=%E0%A4', null],
  'a cursor': ['model%1b[2J=1', /Unknown setting/],
  'an sft of another kind': ['kind=sft&arm=antisd', /Unknown setting/],
  'a kind that is none': ['kind=__proto__', null],
  'a setting twice': ['steps=1&steps=2', null],
  'a setting 7,000 times': ['steps=1&'.repeat(7000), null],
  'names of every object': ['toString=1&hasOwnProperty=2&valueOf=3', /Unknown setting/],
  'bytes that are no text': ['arm=%FF&seed=%00', /./],
};
for (const [id, [query, message]] of Object.entries(QUERIES))
  links.add(`query: ${id}`, `an address whose settings are ${id}`, message, () => stateFromQuery(query, sft));

attempts([...servers.list, ...names.list, ...links.list]);
