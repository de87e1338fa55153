/**
 * `npm run portable`: one folder that runs on any Linux x64 machine, without npm, network or root: this Node, Dawn, the
 * command line as one file, the built-in model, Python for judging code, and SwiftShader for where there is no GPU. `./lab` is the command line,
 * `./gpu-check` writes a report of the machine's GPU.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installMissing } from './install.mjs';

/** Bytes that the folder may take: small enough to be carried anywhere. */
const MOST_BYTES = 60e6;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = resolve(process.argv[2] ?? join(root, 'portable/antisd-lab-linux-x64'));

function refuse(message) {
  console.error(message);
  process.exit(2);
}

if (process.platform !== 'linux' || process.arch !== 'x64')
  refuse(`The portable folder is for Linux x64 and is made there; this is ${process.platform} ${process.arch}.`);
const { variables } = process.config;
const shared = Object.keys(variables).filter((name) => name.startsWith('node_shared') && variables[name] === true);
if (shared.length > 0)
  refuse(`This Node needs libraries of its distribution (${shared.join(', ')}). Use one from nodejs.org.`);
installMissing(root);
const { bundleCommandLine } = await import('./bundle.mjs');
const { NOTICES, noticesOf, packageOf } = await import('./notices.mjs');

/** Unpacks the archive once, beside itself or where it may, and becomes the program. */
const START = `#!/bin/sh
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
id=@ID@
LAB_COMMAND="$0"
export LAB_COMMAND
for place in "$here/unpacked-$id" "\${XDG_CACHE_HOME:-\${HOME:-/nowhere}/.cache}/antisd-lab-$id" "\${TMPDIR:-/tmp}/antisd-lab-$(id -u)-$id"; do
  if [ ! -e "$place/node" ]; then
    mkdir -p "$place.$$" 2>/dev/null || continue
    if tar -xzf "$here/lab.tar.gz" -C "$place.$$" && mv "$place.$$" "$place" 2>/dev/null; then :; else
      rm -rf "$place.$$"
      [ -e "$place/node" ] || continue
    fi
  fi
  exec "$place/node" "$place/lib/lab.mjs" "$@"
done
echo "There is no room to unpack the lab (180 MB): beside this file, in ~/.cache or in TMPDIR." >&2
exit 2
`;

const README = `AntiSD Lab, to be carried to a Linux x64 machine without network, npm or root.

  ./gpu-check           a report of the machine's GPU: gpu-report/report.txt and report.json, in at most 8 minutes
  ./lab --help          the whole command line; ./lab train --method antisd, ./lab doctor, ./lab bench …

On first use it unpacks itself (180 MB) beside this file, else in ~/.cache, else in TMPDIR. It needs a Vulkan driver for a
GPU; without one it runs on SwiftShader, in software. ADAPTER=gpu insists on a GPU.
`;

const staged = mkdtempSync(join(tmpdir(), 'antisd-portable-'));
try {
  const notices = await stage(staged);
  write(target, pack(staged), notices);
} finally {
  rmSync(staged, { recursive: true, force: true });
}

/** What is unpacked on the other machine: node, and lib/, which looks like this repository to the program. Gives the licences of what others wrote of it. */
async function stage(folder) {
  const lib = join(folder, 'lib');
  const copy = (...parts) => cpSync(join(root, ...parts), join(lib, ...parts), { recursive: true });
  mkdirSync(lib);
  cpSync(process.execPath, join(folder, 'node'));
  for (const file of ['adapters.mjs', 'chromium-package.mjs', 'launch.mjs', 'torch-shapes.py']) copy('scripts', file);
  copy('public/models');
  for (const file of ['package.json', 'index.js', 'dist/linux-x64']) copy('node_modules/webgpu', file);
  for (const file of ['package.json', 'bin/swiftshader.tar.br']) copy('node_modules/@sparticuz/chromium', file);
  for (const file of ['package.json', 'pyodide.asm.wasm', 'python_stdlib.zip']) copy('node_modules/pyodide', file);
  copy('package.json');
  const { files, sources } = await bundleCommandLine({
    external: ['webgpu'],
    minifyWhitespace: true,
    legalComments: 'inline',
  });
  for (const { name, contents } of files) writeFileSync(join(lib, name), contents);
  const program = files[files.length - 1].name;
  writeFileSync(
    join(lib, 'lab.mjs'),
    `import { launch } from './scripts/launch.mjs';\nawait launch(new URL('./${program}', import.meta.url).pathname);\n`,
  );
  const packages = new Set(sources.map((file) => packageOf(join(root, file))).filter(Boolean));
  const carried = ['webgpu', '@sparticuz/chromium', 'pyodide'].map((name) => join(root, 'node_modules', name));
  return `${noticesOf([...packages, ...carried])}\nNode.js ${process.version}: its licence is at github.com/nodejs/node/blob/${process.version}/LICENSE\n`;
}

/** The staged folder as one archive; the same content gives the same bytes. */
function pack(folder) {
  const args = [
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '-C',
    folder,
    '-cf',
    '-',
    '.',
  ];
  const tar = execFileSync('tar', args, { maxBuffer: 2 ** 30 });
  return execFileSync('gzip', ['-9', '-n'], { input: tar, maxBuffer: 2 ** 30 });
}

function write(folder, archive, notices) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const id = createHash('sha256').update(archive).digest('hex').slice(0, 12);
  writeFileSync(join(folder, 'lab.tar.gz'), archive);
  writeFileSync(join(folder, 'lab'), START.replace('@ID@', id));
  writeFileSync(join(folder, 'gpu-check'), '#!/bin/sh\nexec "$(dirname -- "$0")/lab" gpu-check "$@"\n');
  for (const file of ['lab', 'gpu-check']) chmodSync(join(folder, file), 0o755);
  writeFileSync(join(folder, 'README.txt'), README);
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, NOTICES), notices);
  const bytes = readdirSync(folder).reduce((n, file) => n + statSync(join(folder, file)).size, 0);
  console.log(`${folder}: ${(bytes / 1e6).toFixed(1)} MB`);
  if (bytes > MOST_BYTES) refuse(`The folder is larger than ${MOST_BYTES / 1e6} MB.`);
}
