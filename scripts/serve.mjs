/**
 * The lab as users get it: built into dist/ where that is older than its sources, and served by Vite's preview server,
 * which knows the built files only: no source tree, no editor, no CORS, and a Host header that must be this machine's.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { headersFor, withOrigins } from './policy.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'package-lock.json',
  'scripts/address.mjs',
  'scripts/first-screen.mjs',
  'scripts/formulas.mjs',
  'scripts/notices.mjs',
  'scripts/offline.mjs',
  'scripts/policy.mjs',
];

/** Builds where a source is newer than what was built. True where it did. */
export function buildWhereStale(say = () => {}) {
  const index = join(root, 'dist/index.html');
  const built = existsSync(index) ? statSync(index).mtimeMs : 0;
  if (SOURCES.every((path) => newest(join(root, path)) <= built)) return false;
  say();
  // In a process of its own: the environment of this one (a test runner's) must not choose React's development build.
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  execFileSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return true;
}

/**
 * Serves dist/. `host` true: to other machines as well, by any name. `allow`: origins besides the Hub that the page may
 * ask for models. `base`: the path that it is served under, with a slash at both ends; `folder`: another in its place.
 * Gives Vite's server; its address is in `resolvedUrls`.
 */
export async function serveBuilt(options = {}) {
  const {
    port = 5173,
    host = false,
    allow = [],
    strictPort = false,
    base = '/',
    folder = join(root, 'dist'),
  } = options;
  const { preview } = await import('vite');
  const page = () => withOrigins(readFileSync(join(folder, 'index.html'), 'utf8'), allow);
  const locked = {
    name: 'locked-down',
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const { pathname: path } = addressOf(request);
        for (const [name, value] of Object.entries(headersFor(path, allow))) response.setHeader(name, value);
        if (path !== base && path !== `${base}index.html`) return next();
        response.setHeader('Content-Type', 'text/html; charset=utf-8');
        response.setHeader('Cache-Control', 'no-cache');
        response.end(page());
      });
    },
  };
  const server = await preview({
    root,
    configFile: false,
    base,
    logLevel: 'warn',
    appType: 'mpa', // what is not there is not there: no page in its place
    plugins: [locked],
    build: { outDir: folder },
    preview: { host: host ? true : '127.0.0.1', port, strictPort, cors: false, allowedHosts: host ? true : [] },
  });
  refuseOthers(server.httpServer);
  // A link of any length that a browser sends gets the page, which says what of it is ignored; Node's 16 KB is a blank 431.
  server.httpServer.maxHeaderSize = 4 * 1024 * 1024;
  return server;
}

/** What is asked for; null where it is no path: `*`, another server's address, or none at all. */
const addressOf = ({ url }) =>
  url.startsWith('/') && URL.canParse(`http://lab${url}`) ? new URL(`http://lab${url}`) : null;

/** One stretch of a file, the first byte before the last. What else is asked for with Range gets the whole file, as RFC 9110 has it. */
function isStretch(range) {
  const [, first, last] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(range) ?? [];
  return first !== undefined && (last === '' || Number(first) <= Number(last));
}

/** What asks for no path or would change something gets a word; Vite's own readers end at such requests, or the process with them. */
function refuseOthers(server) {
  const handlers = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const refuse = (status, why) => response.writeHead(status, { Allow: 'GET, HEAD', Connection: 'close' }).end(why);
    if (!['GET', 'HEAD'].includes(request.method)) return refuse(405, 'The page is read, and nothing is sent to it.');
    if (!addressOf(request)) return refuse(400, 'Ask for a path, such as /.');
    if (request.headers.range !== undefined && !isStretch(request.headers.range)) delete request.headers.range;
    for (const handle of handlers) handle.call(server, request, response);
  });
}

/** Time of the last change in a file or folder, ms. */
function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
