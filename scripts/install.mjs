/** Installs the packages where they are missing or are not those of the lock file, and says so before it does. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export function installMissing(root) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node ${process.versions.node} is too old. Install Node 20.19 or newer (nodejs.org).`);
    process.exit(2);
  }
  if (upToDate(root)) return;
  console.error(
    `node_modules has not the packages of package-lock.json. Installing them by npm ci, into ${root}/node_modules and nowhere else …`,
  );
  const { status } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'], // the command line's stdout belongs to its results
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  console.error('npm ci failed. Is the network there? Without it, copy node_modules from a machine that has it.');
  process.exit(1);
}

/** npm notes what it installed in a lock file of its own; packages for other platforms (optional ones) are not in it. */
function upToDate(root) {
  const note = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(note)) return false;
  const packages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packages(note);
  return Object.entries(packages(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}
