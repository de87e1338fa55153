/**
 * Unpacks what the development dependency @sparticuz/chromium carries for Linux x64: the SwiftShader Vulkan driver with
 * its loader, and a headless Chromium with the libraries it needs. Each is unpacked once, beside the installed packages.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Files that can be made again at any time. */
export const cache = join(root, 'node_modules/.cache/antisd-lab');
const carrier = join(root, 'node_modules/@sparticuz/chromium');

/** Unpacks archives into one folder of the cache and gives its path; null where the package has nothing for this machine. */
function unpack(name, archives) {
  const there = process.platform === 'linux' && process.arch === 'x64' && existsSync(join(carrier, 'package.json'));
  if (!there) return null;
  const { version } = JSON.parse(readFileSync(join(carrier, 'package.json'), 'utf8'));
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  // In a folder of its own first: a process that comes at the same time must not see half of it.
  const partial = mkdtempSync(join(cache, 'unpack-'));
  for (const archive of archives) {
    const bytes = brotliDecompressSync(readFileSync(join(carrier, 'bin', `${archive}.br`)));
    const file = join(partial, archive);
    writeFileSync(file, bytes);
    if (!archive.endsWith('.tar')) continue;
    execFileSync('tar', ['-xf', file, '-C', partial]);
    rmSync(file);
  }
  try {
    renameSync(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** The folder with libvulkan.so.1, libvk_swiftshader.so and vk_swiftshader_icd.json, or null. */
export function unpackSwiftshader() {
  return unpack('swiftshader', ['swiftshader.tar']);
}

/** The headless Chromium: { executablePath, env }, or null. Chromium looks for SwiftShader beside its executable. */
export function unpackChromium() {
  const folder = unpack('chromium', ['swiftshader.tar', 'al2023.tar', 'fonts.tar', 'chromium']);
  if (!folder) return null;
  const executablePath = join(folder, 'chromium');
  chmodSync(executablePath, 0o755);
  writeFileSync(join(folder, 'fonts.conf'), fontconfig(join(folder, 'fonts')));
  return {
    executablePath,
    env: {
      LD_LIBRARY_PATH: [join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      FONTCONFIG_PATH: folder,
    },
  };
}

/** The package's own fonts first, then the machine's. */
const fontconfig = (fonts) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(cache, 'fontconfig')}</cachedir>
</fontconfig>
`;
