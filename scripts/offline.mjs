/**
 * The service worker of a built page: src/ui/offline/service-worker.ts with the list of the build's files and their
 * hashes in it. A development server has one that removes itself: at the same address a built page may have left its own.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const NAME = 'service-worker.js';
const program = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src/ui/offline/service-worker.ts');

/** Not kept: itself, what only other sites show, and faces in a format that no browser with WebGPU takes. */
const LEFT_OUT = /^(service-worker\.js|preview\.jpg)$|\.woff$/;

const REMOVES_ITSELF = `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil((async () => {
  const folder = registration.scope;
  for (const name of await caches.keys()) if (name.startsWith(folder + ' ')) await caches.delete(name);
  await registration.unregister();
  for (const client of await clients.matchAll()) client.navigate(client.url);
})()));
`;

/** The files of a build as src/ui/offline/kept.ts has them. `later`: folders of which a file is kept once it was asked for. */
export function keptFiles(folder, later = []) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
  return paths
    .filter((path) => !LEFT_OUT.test(path))
    .sort()
    .map((path) => {
      if (path === 'index.html') return { path: '' };
      const hash = `sha256-${createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('base64')}`;
      const isLater = later.some((start) => path.startsWith(start));
      return { path: path.split('/').map(encodeURIComponent).join('/'), hash, ...(isLater && { later: true }) };
    });
}

/** The plugins: `build` names this build in the page and in the worker. */
export function offlinePlugins({ build, later }) {
  let folder;
  const built = {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    transformIndexHtml: (html) => html.replace('<head>', `<head>\n    <meta name="build" content="${build}" />`),
    async closeBundle() {
      const esbuild = await import('esbuild');
      const { outputFiles } = await esbuild.build({
        entryPoints: [program],
        bundle: true,
        minify: true,
        write: false,
        format: 'iife',
        target: 'es2022',
        logLevel: 'error',
        define: { BUILD: JSON.stringify(build), KEPT: JSON.stringify(keptFiles(folder, later)) },
      });
      await esbuild.stop();
      writeFileSync(join(folder, NAME), outputFiles[0].text);
    },
  };
  const served = {
    name: 'offline-not-in-development',
    apply: 'serve',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        if (new URL(request.url, 'http://lab').pathname !== `/${NAME}`) return next();
        response.setHeader('Content-Type', 'text/javascript');
        response.setHeader('Cache-Control', 'no-store');
        response.end(REMOVES_ITSELF);
      });
    },
  };
  return [built, served];
}
