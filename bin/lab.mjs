#!/usr/bin/env node
/** The command line's launcher: installs what is missing, bundles src/cli and goes on as the program itself. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissing } from '../scripts/install.mjs';

const A_DAY = 24 * 3600 * 1000;
installMissing(dirname(dirname(fileURLToPath(import.meta.url))));
const { cache } = await import('../scripts/chromium-package.mjs');
const { bundleCommandLine } = await import('../scripts/bundle.mjs');
const { launch } = await import('../scripts/launch.mjs');

/** The bundle's path. A running program's code is never replaced. */
async function bundled() {
  const files = await bundleCommandLine({ packages: 'external', sourcemap: 'inline' });
  const bundle = join(cache, files[files.length - 1].name);
  if (existsSync(bundle)) return bundle;
  mkdirSync(cache, { recursive: true });
  for (const file of readdirSync(cache).filter((name) => /^lab-.*\.mjs/.test(name)))
    if (Date.now() - statSync(join(cache, file)).mtimeMs > A_DAY) rmSync(join(cache, file), { force: true });
  for (const { name, contents } of files) {
    const path = join(cache, name);
    writeFileSync(`${path}.${process.pid}`, contents);
    renameSync(`${path}.${process.pid}`, path);
  }
  return bundle;
}

await launch(await bundled());
