/**
 * Finds a Vulkan adapter for Node on Linux: a real GPU, else Mesa's llvmpipe, else the SwiftShader that the package
 * @sparticuz/chromium carries. Gives the environment that the process must be started with: the Vulkan loader reads it
 * when it is loaded. ADAPTER=gpu|llvmpipe|swiftshader asks for one and fails where it is not there.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const cache = join(root, 'node_modules/.cache/antisd-lab');

const ICD_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
/** Below this, llvmpipe lacks what Dawn asks for. */
const LEAST_MESA = 24;

const icds = () =>
  ICD_FOLDERS.flatMap((folder) => (existsSync(folder) ? readdirSync(folder).map((f) => join(folder, f)) : []));
const hasLoader = () =>
  ['/usr/lib', '/lib'].some((lib) =>
    ['x86_64-linux-gnu', 'aarch64-linux-gnu', ''].some((arch) => existsSync(join(lib, arch, 'libvulkan.so.1'))),
  );

/** A render node means a GPU with a driver; /dev/nvidia0 the same for the proprietary one. */
const hasGpu = () =>
  existsSync('/dev/nvidia0') ||
  (existsSync('/dev/dri') && readdirSync('/dev/dri').some((f) => f.startsWith('renderD')));

function llvmpipe() {
  const icd = icds().find((f) => /lvp_icd.*\.json$/.test(f));
  if (!icd || !hasLoader()) return null;
  return mesaVersion() >= LEAST_MESA ? { name: 'llvmpipe', env: { VK_ICD_FILENAMES: icd } } : null;
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholder
/** Major version of Debian's Mesa package; where there is no dpkg the driver is taken at its word. */
function mesaVersion() {
  try {
    return Number.parseInt(
      execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'mesa-vulkan-drivers'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
      10,
    );
  } catch {
    return LEAST_MESA;
  }
}

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholder

/** Unpacks one archive of @sparticuz/chromium, once, and gives the folder; null where the package is missing. */
export function unpack(name) {
  const archive = join(root, 'node_modules/@sparticuz/chromium/bin', `${name}.tar.br`);
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(archive)) return null;
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, 'unpack-'));
  const tar = join(partial, 'archive.tar');
  writeFileSync(tar, brotliDecompressSync(readFileSync(archive)));
  execFileSync('tar', ['-xf', tar, '-C', partial]);
  rmSync(tar);
  renameSync(partial, folder);
  return folder;
}

function swiftshader() {
  const folder = unpack('swiftshader');
  if (!folder) return null;
  const libraries = [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    name: 'swiftshader',
    env: { VK_ICD_FILENAMES: join(folder, 'vk_swiftshader_icd.json'), LD_LIBRARY_PATH: libraries },
  };
}

/** The adapter to use: { name, env }; env is empty where nothing needs to be set. Throws where none is found. */
export function chooseAdapter(wanted = process.env.ADAPTER) {
  if (process.platform !== 'linux' || process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES)
    return { name: 'system', env: {} };
  const finders = { gpu: () => (hasGpu() && hasLoader() ? { name: 'gpu', env: {} } : null), llvmpipe, swiftshader };
  if (wanted && !finders[wanted]) throw new Error(`ADAPTER=${wanted} is unknown. Use gpu, llvmpipe or swiftshader.`);
  for (const [name, find] of Object.entries(finders)) {
    if (wanted && wanted !== name) continue;
    const found = find();
    if (found) return { ...found, env: { ...found.env, XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir() } };
  }
  throw new Error(
    wanted
      ? `The adapter ${wanted} was not found. Leave ADAPTER out to take any.`
      : 'No Vulkan adapter was found. Install a GPU driver or Mesa (mesa-vulkan-drivers and libvulkan1).',
  );
}
