/**
 * The first screen of a built page: src/ui/first/FirstScreen.tsx as markup in index.html, painted before the program is read,
 * and before.ts as a script that runs at once (the page's policy forbids scripts inside it).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'src/ui/first');
const PLACE = '<div id="root"></div>';

export function firstScreen() {
  let reference;
  return {
    name: 'first-screen',
    apply: 'build',
    async buildStart() {
      reference = this.emitFile({ type: 'asset', name: 'before.js', source: await before() });
    },
    transformIndexHtml: {
      order: 'post',
      async handler(html) {
        if (!html.includes(PLACE)) throw new Error(`index.html has no ${PLACE} for the first screen.`);
        const script = `<script src="./${this.getFileName(reference)}"></script>`;
        return html.replace(PLACE, `<div id="root">${await markup()}</div>\n    ${script}`);
      },
    },
  };
}

async function before() {
  const { build } = await import('esbuild');
  const entryPoints = [join(folder, 'before.ts')];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, write: false, target: 'es2022' });
  return outputFiles[0].text;
}

/** Built as the page is, so that its classes have the same names. */
async function markup() {
  const { build } = await import('vite');
  const ssr = join(folder, 'FirstScreen.tsx');
  const { output } = await build({
    ...{ root, configFile: false, logLevel: 'silent', build: { ssr, write: false, target: 'es2022' } },
  });
  const place = mkdtempSync(join(root, 'node_modules/.first-screen-')); // where it finds React
  try {
    const file = join(place, 'first.mjs');
    writeFileSync(file, output.find(({ type }) => type === 'chunk').code);
    const { FirstScreen } = await import(pathToFileURL(file).href);
    const { createElement } = await import('react');
    const { renderToStaticMarkup } = await import('react-dom/server');
    return renderToStaticMarkup(createElement(FirstScreen));
  } finally {
    rmSync(place, { recursive: true });
  }
}
