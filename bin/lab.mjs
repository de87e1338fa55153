#!/usr/bin/env node
/**
 * The command line's launcher: installs what is missing, bundles src/cli (some 50 ms), chooses an adapter and goes on
 * as the program itself, in the same process, so that signals and exit codes need nobody to pass them on.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installMissing } from '../scripts/install.mjs';

const A_DAY = 24 * 3600 * 1000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
installMissing(root);
const { cache } = await import('../scripts/chromium-package.mjs');
const { chooseAdapter, applyAdapter } = await import('../scripts/adapters.mjs');

/** Bundles the program and gives the bundle's path. Its name is its content: a running program's code is never replaced. */
async function bundleCommandLine() {
  const { build, stop } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [join(root, 'src/cli/main.ts')],
    outfile: join(cache, 'lab.mjs'),
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
  const { contents } = outputFiles[0];
  const bundle = join(cache, `lab-${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.mjs`);
  if (existsSync(bundle)) return bundle;
  mkdirSync(cache, { recursive: true });
  for (const file of readdirSync(cache).filter((name) => /^lab-.*\.mjs/.test(name)))
    if (Date.now() - statSync(join(cache, file)).mtimeMs > A_DAY) rmSync(join(cache, file), { force: true });
  writeFileSync(`${bundle}.${process.pid}`, contents);
  renameSync(`${bundle}.${process.pid}`, bundle);
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
