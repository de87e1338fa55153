#!/usr/bin/env node
/**
 * The command line's launcher: installs what is missing, bundles src/cli (some 50 ms), chooses an adapter and goes on
 * as the program itself, in the same process, so that signals and exit codes need nobody to pass them on.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installMissing } from '../scripts/install.mjs';

const A_DAY = 24 * 3600 * 1000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
installMissing(root);
const { cache } = await import('../scripts/chromium-package.mjs');
const { chooseAdapter, applyAdapter } = await import('../scripts/adapters.mjs');

/** What is bundled: the program, and the worker that lies beside it (src/data/symbolic) under the same name. */
const ENTRIES = { lab: 'src/cli/main.ts', 'symbolic-worker': 'src/data/symbolic/worker.node.ts' };

/** Bundles the program and gives the bundle's path. Its name is its content: a running program's code is never replaced. */
async function bundleCommandLine() {
  const { build, stop } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: Object.entries(ENTRIES).map(([out, file]) => ({ in: join(root, file), out })),
    outdir: cache,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
    plugins: [rawWgsl],
  });
  await stop();
  const hash = createHash('sha256');
  for (const { contents } of outputFiles) hash.update(contents);
  const bundle = join(cache, `lab-${hash.digest('hex').slice(0, 16)}.mjs`);
  if (existsSync(bundle)) return bundle;
  mkdirSync(cache, { recursive: true });
  for (const file of readdirSync(cache).filter((name) => /^lab-.*\.mjs/.test(name)))
    if (Date.now() - statSync(join(cache, file)).mtimeMs > A_DAY) rmSync(join(cache, file), { force: true });
  // The program comes last: where it is, its worker is.
  const isProgram = ({ path }) => basename(path, '.js') === 'lab';
  for (const file of [...outputFiles.filter((f) => !isProgram(f)), ...outputFiles.filter(isProgram)]) {
    const name = isProgram(file) ? bundle : bundle.replace(/\.mjs$/, `.${basename(file.path, '.js')}.mjs`);
    writeFileSync(`${name}.${process.pid}`, file.contents);
    renameSync(`${name}.${process.pid}`, name);
  }
  return bundle;
}

/** `import source from './x.wgsl?raw'`, as Vite understands it. */
const rawWgsl = {
  name: 'raw-wgsl',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.wgsl\?raw$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -'?raw'.length)),
      namespace: 'raw',
    }));
    onLoad({ filter: /.*/, namespace: 'raw' }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
    }));
  },
};

const bundle = await bundleCommandLine();
try {
  applyAdapter(chooseAdapter());
} catch (error) {
  // --help and bad input need no adapter; whoever opens a device hears of it then, unless one was asked for by name.
  if (process.env.ADAPTER) {
    console.error(error.message);
    process.exit(3);
  }
}
process.setSourceMapsEnabled(true);
await import(pathToFileURL(bundle).href);
