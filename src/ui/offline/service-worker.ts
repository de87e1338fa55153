/**
 * Keeps one build of the page, whole or not at all, and answers from it alone: no file of another build, nothing of the
 * Hub or another host. A newer build waits until the page asks for it (offline.ts) or until no tab has the older one open.
 */
import { cacheName, isOfBuild, type Kept, outdatedCaches, pathBelow, rangeOf } from './kept';

/** Both are written in by scripts/offline.mjs. */
declare const BUILD: string;
declare const KEPT: readonly Kept[];

/** A phase of the worker's life, or a request that it may answer. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Told extends Lasting {
  readonly data: unknown;
  readonly ports: readonly MessagePort[];
}
const scope = self as unknown as {
  readonly registration: { readonly scope: string };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(which: { type: 'window'; includeUncontrolled: true }): Promise<readonly { readonly url: string }[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', act: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', act: (event: Asked) => void): void;
  addEventListener(type: 'message', act: (event: Told) => void): void;
};
const folder = scope.registration.scope;
const name = cacheName(folder, BUILD);
const kept = new Map(KEPT.map((file) => [file.path, file]));

scope.addEventListener('install', (event) => event.waitUntil(keepAll()));
scope.addEventListener('activate', (event) => event.waitUntil(forgetOthers()));
scope.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const path = method === 'GET' ? pathBelow(folder, url) : null;
  const file = path === null ? undefined : kept.get(path);
  if (file) event.respondWith(answer(file, event.request));
});
scope.addEventListener('message', (event) => {
  if (event.data === 'claim') event.waitUntil(scope.clients.claim());
  if (event.data === 'take over') event.waitUntil(takeOver((others) => event.ports[0]?.postMessage(others)));
});

/** Everything is there before the first file is stored. Throws where one is missing or of another build. */
async function keepAll(): Promise<void> {
  const files = KEPT.filter(({ later }) => !later);
  const answers = await Promise.all(files.map(fetchOfBuild));
  const cache = await caches.open(name);
  try {
    await Promise.all(files.map(({ path }, i) => cache.put(folder + path, answers[i])));
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
}

/** The file from its server, which may have a newer build by now: then it is not taken. */
async function fetchOfBuild({ path, hash }: Kept): Promise<Response> {
  const response = await fetch(folder + path, { cache: 'no-cache', ...(hash && { integrity: hash }) });
  const other = hash === undefined && response.ok && !isOfBuild(await response.clone().text(), BUILD);
  if (!response.ok || other) throw new Error(`${folder + path} is not there as it was built.`);
  return response;
}

/** From the cache; from the server where the browser has thrown the cache away, but only what is of this build. */
async function answer(file: Kept, request: Request): Promise<Response> {
  const cache = await caches.open(name);
  let response = await cache.match(folder + file.path, { ignoreVary: true });
  if (!response) {
    if (file.path === '') return fetch(request);
    response = await fetchOfBuild(file);
    if (file.later) await cache.put(folder + file.path, response.clone());
  }
  const range = request.headers.get('range');
  return range === null ? response : partOf(response, range);
}

async function partOf(response: Response, header: string): Promise<Response> {
  const bytes = await response.blob();
  const range = rangeOf(header, bytes.size);
  const headers = new Headers(response.headers);
  if (range === null) return new Response(bytes, { headers });
  const told = range === 'beyond' ? '*' : `${range.from}-${range.to - 1}`;
  headers.set('Content-Range', `bytes ${told}/${bytes.size}`);
  const part = range === 'beyond' ? new Blob() : bytes.slice(range.from, range.to);
  headers.set('Content-Length', String(part.size));
  return new Response(part, { status: range === 'beyond' ? 416 : 206, headers });
}

async function forgetOthers(): Promise<void> {
  await Promise.all(outdatedCaches(await caches.keys(), folder, BUILD).map((other) => caches.delete(other)));
}

/** Takes the place of the older build, unless other tabs have that open: they would get files of both. Tells how many. */
async function takeOver(inTheWay: (others: number) => void): Promise<void> {
  const open = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const others = open.filter(({ url }) => url.startsWith(folder)).length - 1;
  if (others > 0) inTheWay(others);
  else await scope.skipWaiting();
}
