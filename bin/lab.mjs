#!/usr/bin/env node
/** The command line's launcher: installs what is missing, bundles src/cli and goes on as the program itself. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissing } from '../scripts/install.mjs';

const A_DAY = 24 * 3600 * 1000;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
installMissing(root);
const { cache } = await import('../scripts/chromium-package.mjs');
const { bundleCommandLine } = await import('../scripts/bundle.mjs');
const { launch } = await import('../scripts/launch.mjs');

/** What the last bundle was made of: most commands take less time than bundling them. */
const MADE_OF = join(cache, 'lab-made-of.json');
/** A file's state: no change of its content leaves all of it as it was. */
const stateOf = (file) => {
  const { mtimeMs, ctimeMs, size } = statSync(join(root, file));
  return [file, mtimeMs, ctimeMs, size];
};

/** The last bundle's path, where every file that it was made of is as it was; else null. */
function lastBundle() {
  try {
    const { name, states } = JSON.parse(readFileSync(MADE_OF, 'utf8'));
    const bundle = join(cache, name);
    const same = (state) => stateOf(state[0]).join() === state.join();
    return existsSync(bundle) && states.every(same) ? bundle : null;
  } catch {
    return null; // there was none, or a file is gone
  }
}

/** Whoever reads the file meanwhile has all of it, old or new. */
function writeWhole(path, contents) {
  writeFileSync(`${path}.${process.pid}`, contents);
  renameSync(`${path}.${process.pid}`, path);
}

/** A new bundle's path. A running program's code is never replaced. */
async function bundled() {
  const began = Date.now();
  const { files, sources } = await bundleCommandLine({ packages: 'external', sourcemap: 'inline' });
  const { name } = files[files.length - 1];
  const bundle = join(cache, name);
  mkdirSync(cache, { recursive: true });
  const others = ['bin/lab.mjs', 'scripts/bundle.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];
  const states = [...others, ...sources].map(stateOf);
  // A file that was saved meanwhile may be in the bundle or not.
  if (states.every(([, modified, changed]) => Math.max(modified, changed) < began))
    writeWhole(MADE_OF, JSON.stringify({ name, states }));
  if (existsSync(bundle)) return bundle;
  for (const file of readdirSync(cache).filter((name) => /^lab-.*\.mjs/.test(name)))
    if (Date.now() - statSync(join(cache, file)).mtimeMs > A_DAY) rmSync(join(cache, file), { force: true });
  for (const file of files) writeWhole(join(cache, file.name), file.contents);
  return bundle;
}

await launch(lastBundle() ?? (await bundled()));
