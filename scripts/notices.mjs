/**
 * third-party-licenses.txt of the built page: every package of which something is built in, its Workers' and its fonts'
 * included, with its licence. (Vite's own `build.license` knows neither: Workers are built apart, fonts come from CSS.)
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const NOTICES = 'third-party-licenses.txt';

/** The folder of the package that a file belongs to; null for the lab's own and for what the bundler makes up. */
export const packageOf = (path) =>
  /^.*node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(path.replaceAll('\0', ''))?.[0] ?? null;

/** The plugin of the page, which writes the file, and the one of its Workers, which only looks. */
export function noticesPlugins() {
  const packages = new Set();
  const look = (plugin, bundle) => {
    const assets = Object.values(bundle).flatMap((output) => output.originalFileNames ?? []);
    for (const path of [...plugin.getModuleIds(), ...assets]) {
      const folder = packageOf(path);
      if (folder && existsSync(join(folder, 'package.json'))) packages.add(folder);
    }
  };
  const worker = {
    name: 'notices-of-worker',
    apply: 'build',
    generateBundle(_, bundle) {
      look(this, bundle);
    },
  };
  const page = {
    name: 'notices',
    apply: 'build',
    generateBundle(_, bundle) {
      look(this, bundle);
      this.emitFile({ type: 'asset', fileName: NOTICES, source: noticesOf([...packages]) });
    },
  };
  return { page, worker };
}

/** The text of the file. Throws where a package comes without a licence: then nobody may hand it on. */
export function noticesOf(folders) {
  const notices = folders.map(noticeOf).sort((a, b) => (a.title < b.title ? -1 : 1));
  const unique = notices.filter(({ title }, i) => title !== notices[i - 1]?.title);
  const head = `AntiSD Lab holds parts of ${unique.length} packages of others, under these licences.\n`;
  return [head, ...unique.map(({ title, text }) => `${'-'.repeat(80)}\n${title}\n\n${text.trim()}\n`)].join('\n');
}

/** What a package holds of others, which its own licence does not say. */
const HOLDS = {
  pyodide: 'It holds CPython and its standard library, under the PSF License Agreement: docs.python.org/3/license.html',
};

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!license) throw new Error(`${folder} says no licence.`);
  const files = readdirSync(folder).filter((file) => /^(licen[sc]e|copying|notice)/i.test(file));
  const by = typeof author === 'string' ? author : author?.name;
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8'));
  const own = texts.length > 0 ? texts.join('\n\n') : `Licence ${license}${by ? `, by ${by}` : ''}.`;
  return { title: `${name} ${version} (${license})`, text: HOLDS[name] ? `${own}\n\n${HOLDS[name]}` : own };
}
