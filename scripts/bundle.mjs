/** The command line as JavaScript: src/cli with what it imports, and the workers that lie beside it, each one file. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The program, and the workers that lie beside it under the same name. */
const ENTRIES = {
  lab: 'src/cli/main.ts',
  'pack-worker': 'src/model/weights/pack-worker.node.ts',
  'symbolic-worker': 'src/data/symbolic/worker.node.ts',
  'python-worker': 'src/host/python/python.node.ts',
};

/**
 * Bundles the program in half a second of a processor's time. `files`: [{ name, contents }], the program last, so that
 * where it is written its workers are. Its name, lab-HASH.mjs, is its content. `sources`: the files that it was made of,
 * from the repository's root. `options` are esbuild's.
 */
export async function bundleCommandLine(options) {
  const { build, stop } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    entryPoints: Object.entries(ENTRIES).map(([out, file]) => ({ in: join(root, file), out })),
    outdir: root,
    write: false,
    metafile: true,
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    plugins: [rawTexts],
    ...options,
  });
  await stop();
  const hash = createHash('sha256');
  for (const { contents } of outputFiles) hash.update(contents);
  const program = `lab-${hash.digest('hex').slice(0, 16)}`;
  const files = outputFiles.map(({ path, contents }) => {
    const entry = basename(path, '.js');
    return { name: entry === 'lab' ? `${program}.mjs` : `${program}.${entry}.mjs`, contents };
  });
  const sources = Object.keys(metafile.inputs).map((name) => relative(root, resolve(root, name.replace(/^raw:/, ''))));
  return { files: files.sort((a, b) => b.name.length - a.name.length), sources };
}

/** `import source from './x.wgsl?raw'`, as Vite understands it; also of the templates in trl/. */
export const rawTexts = {
  name: 'raw-texts',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.slice(0, -'?raw'.length)),
      namespace: 'raw',
    }));
    onLoad({ filter: /.*/, namespace: 'raw' }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
    }));
  },
};
