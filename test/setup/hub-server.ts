/** A Hub in small, with a CDN on a second port: the real one's addresses, headers and redirects, and faults on demand. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const gitSha1 = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

/** A repository at one commit. */
export interface Repository {
  sha: string;
  /** Branches and tags that stand for the commit. */
  revisions: string[];
  files: Record<string, Uint8Array>;
  /** Files of this size and more are large ones: listed with sha256 and served by the CDN. */
  largeFrom: number;
  /** A dataset, which has addresses of its own. */
  dataset?: boolean;
  gated?: boolean;
  private?: boolean;
}

/** What a request for a file's bytes is answered with instead. Each is used once, in order. */
export type Fault =
  | { cutAfter: number; hang?: true }
  | { status: number; headers?: Record<string, string> }
  | { ignoreRange: true }
  | { corruptAt: number }
  | { bytes: Uint8Array };

export interface Seen {
  host: 'hub' | 'cdn';
  method: string;
  path: string;
  range: string | null;
  authorization: string | null;
  /** Bytes of the body that were sent. */
  sent: number;
}

export interface HubServer {
  endpoint: string;
  repositories: Map<string, Repository>;
  /** Every request, in order. */
  seen: Seen[];
  /** Faults by file name, and under "api" those of the API. */
  faults: Map<string, Fault[]>;
  /** Changes the etag of what the CDN serves. */
  edition: number;
  /** The token that opens gated and private repositories. */
  token: string;
  /** Bytes per chunk, and the pause after each, in milliseconds. */
  pace: { chunk: number; pause: number };
  /** Requests for the bytes of this file. */
  requestsFor(name: string): Seen[];
  close(): Promise<void>;
}

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range',
  'access-control-expose-headers':
    'content-range, content-length, etag, accept-ranges, x-error-code, x-error-message, x-linked-etag, x-linked-size',
};

export async function startHub(): Promise<HubServer> {
  const cdn = createServer((request, response) => void serve('cdn', request, response));
  const hub = createServer((request, response) => void serve('hub', request, response));
  const [cdnAddress, endpoint] = [await listen(cdn), await listen(hub)];
  const self: HubServer = {
    endpoint,
    repositories: new Map(),
    seen: [],
    faults: new Map(),
    edition: 1,
    token: 'hf_right',
    pace: { chunk: 16 * 1024, pause: 0 },
    requestsFor: (name) => self.seen.filter((s) => s.path.endsWith(`/${name}`) && s.sent > 0),
    async close() {
      for (const server of [hub, cdn]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };

  async function serve(host: Seen['host'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', endpoint);
    const path = decodeURIComponent(url.pathname);
    const { range, authorization } = request.headers;
    const seen: Seen = {
      host,
      method: request.method ?? '',
      path,
      range: range ?? null,
      authorization: authorization ?? null,
      sent: 0,
    };
    // As the real one does: pages of any origin may read, with a token and ranges too.
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    self.seen.push(seen);
    if (host === 'cdn') {
      const [, org, name, , ...file] = path.split('/');
      const repository = self.repositories.get(`${org}/${name}`);
      const bytes = repository?.files[file.join('/')];
      if (!bytes) return refuse(response, 403, '', 'expired');
      return body(seen, response, file.join('/'), bytes, `"cdn-${self.edition}-${sha256(bytes).slice(0, 8)}"`);
    }
    const api = /^\/api\/(?:models|datasets)\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path);
    if (api) {
      if (!url.pathname.includes(encodeURIComponent(api[2]))) return refuse(response, 400, '', 'unescaped revision');
      const fault = self.faults.get('api')?.shift();
      if (fault && 'status' in fault) return refuse(response, fault.status, '', 'fault', fault.headers);
      if (fault && 'bytes' in fault) return void response.end(fault.bytes);
      const repository = find(api[1], authorization, response, path.startsWith('/api/datasets/'));
      if (!repository) return;
      if (api[2] !== repository.sha && !repository.revisions.includes(api[2]))
        return refuse(response, 404, 'RevisionNotFound', 'Invalid rev id');
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify(listing(api[1], repository, url.searchParams.get('blobs') === 'true')));
    }
    const file = /^\/(?:datasets\/)?([^/]+\/[^/]+)\/resolve\/([0-9a-f]{40})\/(.+)$/.exec(path);
    if (!file) return refuse(response, 404, '', 'no such page');
    const repository = find(file[1], authorization, response, path.startsWith('/datasets/'));
    if (!repository) return;
    if (repository.gated && authorization !== `Bearer ${self.token}`)
      return refuse(response, authorization ? 403 : 401, 'GatedRepo', 'Access to this model is restricted');
    const bytes = repository.files[file[3]];
    if (file[2] !== repository.sha || !bytes) return refuse(response, 404, 'EntryNotFound', 'Entry not found');
    if (bytes.length < repository.largeFrom) return body(seen, response, file[3], bytes, `"${gitSha1(bytes)}"`);
    response.writeHead(302, {
      location: `${cdnAddress}/${file[1]}/signed/${file[3]}?signature=1`,
      'x-linked-etag': `"${sha256(bytes)}"`,
      'x-linked-size': String(bytes.length),
    });
    response.end();
  }

  function find(
    id: string,
    authorization: string | undefined,
    response: ServerResponse,
    isDataset: boolean,
  ): Repository | null {
    const named = self.repositories.get(id);
    const repository = (named?.dataset ?? false) === isDataset ? named : undefined;
    if (authorization && authorization !== `Bearer ${self.token}` && !repository?.gated) {
      refuse(response, 401, '', 'Invalid credentials in Authorization header');
      return null;
    }
    if (repository && (!repository.private || authorization)) return repository;
    refuse(response, authorization ? 404 : 401, 'RepoNotFound', 'Repository not found');
    return null;
  }

  async function body(seen: Seen, response: ServerResponse, name: string, whole: Uint8Array, etag: string) {
    const fault = self.faults.get(name)?.shift();
    if (fault && 'status' in fault) return refuse(response, fault.status, '', 'fault', fault.headers);
    let bytes = fault && 'bytes' in fault ? fault.bytes : whole;
    if (fault && 'corruptAt' in fault) {
      bytes = bytes.slice();
      bytes[fault.corruptAt] ^= 0xff;
    }
    const asked = fault && 'ignoreRange' in fault ? null : /^bytes=(\d+)-(\d*)$/.exec(seen.range ?? '');
    const from = asked ? Number(asked[1]) : 0;
    if (asked && from >= bytes.length)
      return refuse(response, 416, '', 'range', { 'content-range': `bytes */${bytes.length}` });
    const to = asked?.[2] ? Math.min(Number(asked[2]) + 1, bytes.length) : bytes.length;
    response.writeHead(asked ? 206 : 200, {
      etag,
      'content-length': String(to - from),
      ...(asked ? { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` } : {}),
    });
    const end = fault && 'cutAfter' in fault ? Math.min(to, from + fault.cutAfter) : to;
    for (let at = from; at < end; at += self.pace.chunk) {
      if (response.destroyed) return;
      const part = bytes.subarray(at, Math.min(end, at + self.pace.chunk));
      seen.sent += part.length;
      if (!response.write(part)) await drained(response);
      if (self.pace.pause > 0) await new Promise((resolve) => setTimeout(resolve, self.pace.pause));
    }
    if (fault && 'hang' in fault) return; // no byte more, and no end
    // Only after the bytes have left is the line cut.
    if (end < to) setTimeout(() => response.destroy(), 30);
    else response.end();
  }
  return self;
}

/** Gives a repository on the Hub's API its form there. */
function listing(id: string, { sha, files, largeFrom, gated }: Repository, blobs: boolean): unknown {
  return {
    id,
    sha,
    gated: gated ? 'auto' : false,
    siblings: Object.entries(files).map(([rfilename, bytes]) => ({
      rfilename,
      ...(blobs ? { size: bytes.length, blobId: gitSha1(bytes) } : {}),
      ...(blobs && bytes.length >= largeFrom
        ? { lfs: { sha256: sha256(bytes), size: bytes.length, pointerSize: 134 } }
        : {}),
    })),
  };
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...headers, ...(code ? { 'x-error-code': code, 'x-error-message': message } : {}) });
  response.end(JSON.stringify({ error: message }));
}

/** Resolves when more can be written, or nobody is there to read it. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address where nobody listens. */
export async function closedPort(): Promise<string> {
  const server = createServer();
  const address = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return address;
}

/** `count` bytes that do not repeat for long, the same for the same seed. */
export function noise(count: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  let state = seed >>> 0 || 1;
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}
