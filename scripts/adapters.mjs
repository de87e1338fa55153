/**
 * Finds a Vulkan adapter for WebGPU in Node on Linux: a real GPU, else Mesa's llvmpipe, else the SwiftShader that the
 * package @sparticuz/chromium carries. ADAPTER=gpu|llvmpipe|swiftshader asks for one and fails where it is not there.
 * A machine without a Vulkan loader gets SwiftShader's. macOS and Windows have Metal and D3D12: nothing needs to be set.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, unpackSwiftshader } from './chromium-package.mjs';

const DRIVER_FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
const LIBRARY_FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib', '/lib'];
/** Older ones lack what Dawn asks for; Debian 12 has 22.3, its backports a newer one. */
const LEAST_MESA = 24;
const SOFTWARE = /llvmpipe|lavapipe|swiftshader|softpipe|software/i;

const hasLoader = () => LIBRARY_FOLDERS.some((folder) => existsSync(join(folder, 'libvulkan.so.1')));
/** Only a hint, and cheap: whether it can be used, Dawn says. */
const hasGpuNode = () =>
  existsSync('/dev/nvidia0') ||
  existsSync('/dev/dxg') ||
  (existsSync('/dev/dri') && readdirSync('/dev/dri').some((file) => file.startsWith('renderD')));

/** Where container runtimes put NVIDIA's driver without telling the loader. */
const CONTAINER_DRIVER = '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json';

function gpu() {
  if (!hasGpuNode()) return null;
  const loader = hasLoader() ? {} : ownLoader();
  if (!loader) return null;
  const choices = [{}, ...(existsSync(CONTAINER_DRIVER) ? [{ VK_DRIVER_FILES: CONTAINER_DRIVER }] : [])];
  for (const driver of choices) {
    const env = { ...driver, ...loader.env };
    const description = probe(env);
    if (description && !SOFTWARE.test(description)) return { name: 'gpu', env, loader: loader.loader };
  }
  return null;
}

function llvmpipe() {
  const drivers = DRIVER_FOLDERS.flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [],
  );
  const driver = drivers.find((file) => /lvp_icd.*\.json$/.test(file));
  if (!driver || !hasLoader() || mesaVersion() < LEAST_MESA) return null;
  return { name: 'llvmpipe', env: { VK_ICD_FILENAMES: driver } };
}

function swiftshader() {
  const own = ownLoader();
  if (!own) return null;
  return {
    name: 'swiftshader',
    ...own,
    env: { ...own.env, VK_ICD_FILENAMES: join(own.folder, 'vk_swiftshader_icd.json') },
  };
}

/** The Vulkan loader that SwiftShader brings: `loader` is its path, and `env` finds it from a process's start. */
function ownLoader() {
  const folder = unpackSwiftshader();
  if (!folder) return null;
  const env = { LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
  return { folder, env, loader: join(folder, 'libvulkan.so.1') };
}

/** Major version of Debian's Mesa package; where there is no such package the driver is taken at its word. */
function mesaVersion() {
  try {
    const query = ['-W', '-f', '$' + '{Version}\n', 'mesa-vulkan-drivers'];
    const version = execFileSync('dpkg-query', query, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return Number.parseInt(version, 10);
  } catch {
    return LEAST_MESA;
  }
}

/** What a fresh process with this environment gets for an adapter, as its driver calls itself; null for none. */
export function probe(env) {
  const program = `
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    const dawn = create([]);
    const adapter = await dawn.requestAdapter();
    if (adapter) process.stdout.write(adapter.info.description || adapter.info.device || adapter.info.vendor || 'unnamed');
    process.exit(0);`;
  try {
    const found = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    return found.trim() || null;
  } catch {
    return null;
  }
}

/** The adapter to use: { name, env, loader? }; env is empty where nothing needs to be set. Throws where none is found. */
export function chooseAdapter(wanted = process.env.ADAPTER) {
  const finders = { gpu, llvmpipe, swiftshader };
  if (wanted && !(wanted in finders))
    throw new Error(`ADAPTER=${wanted} is unknown. Use gpu, llvmpipe or swiftshader.`);
  if (process.platform !== 'linux') {
    if (wanted && wanted !== 'gpu')
      throw new Error(`ADAPTER=${wanted} is for Linux. Leave it out: this system brings its own adapter.`);
    return { name: 'system', env: {} };
  }
  // Somebody has chosen a driver already: this project's launcher, or the user.
  if (!wanted && (process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES)) return { name: 'system', env: {} };
  for (const [name, find] of Object.entries(finders)) {
    if (wanted && wanted !== name) continue;
    const found = find();
    // The loader complains without a runtime folder, which containers often lack.
    if (found) return { ...found, env: { XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir(), ...found.env } };
  }
  throw new Error(
    wanted
      ? `The adapter ${wanted} was not found. Leave ADAPTER out to take any.`
      : 'No Vulkan adapter was found. Install a GPU driver or Mesa (mesa-vulkan-drivers and libvulkan1).',
  );
}

/**
 * Makes this very process use the adapter; call it before the first device is opened. The Vulkan loader reads its
 * variables when it opens drivers, so they can still be set; only LD_LIBRARY_PATH is read at a process's start, so a
 * loader of our own is opened by its path: whoever asks for libvulkan.so.1 later gets the one that is there.
 */
export function applyAdapter({ env, loader }) {
  Object.assign(process.env, env);
  if (!loader) return;
  const KEEP = 0x1000; // RTLD_NODELETE: stays when Node, finding that it is no Node module, closes it again
  try {
    process.dlopen({ exports: {} }, loader, constants.dlopen.RTLD_NOW | KEEP);
  } catch (error) {
    if (!/self-register/.test(error.message)) throw error;
  }
}
