#!/usr/bin/env node
/** The command line's launcher: installs what is missing, bundles src/cli (some 50 ms), and runs it where Vulkan finds an adapter. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { installMissing } from '../scripts/install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
installMissing(root);
const { cache, chooseAdapter } = await import('../scripts/adapters.mjs');
const { build } = await import('esbuild');

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
// One bundle a process: a long run must not find its code replaced by a later one's.
const bundle = join(cache, `lab-${process.pid}.mjs`);
await build({
  entryPoints: [join(root, 'src/cli/main.ts')],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'error',
  plugins: [rawWgsl],
});

let adapter;
try {
  adapter = chooseAdapter();
} catch (error) {
  console.error(error.message);
  process.exit(3);
}
if (Object.keys(adapter.env).length === 0) {
  await import(pathToFileURL(bundle).href);
} else {
  // The Vulkan loader reads its environment when it is loaded, so the program gets a process of its own.
  const child = spawn(process.execPath, ['--enable-source-maps', bundle, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, ...adapter.env },
  });
  // Ctrl-C reaches the child by itself (same terminal); a SIGTERM to the launcher is passed on.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
