/**
 * The rules of the house that the linter cannot know (docs and style call them the layer rule):
 *   - imports point one way: gpu <- kernels <- model <- antisd <- lab <- cli | ui; data imports no layer, and the page
 *     never touches the GPU. Types of the configuration and of the events are shared by `import type`;
 *   - only *.node.ts, *.browser.ts, cli and ui know where they run;
 *   - only src/ui/styles/tokens.css carries colours and pixels (a media query may name its width).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');

/** What each layer may import besides itself. */
const ALLOWED = {
  data: [],
  gpu: [],
  kernels: ['gpu'],
  model: ['gpu', 'kernels', 'data'],
  antisd: ['gpu', 'kernels', 'model', 'data'],
  lab: ['gpu', 'kernels', 'model', 'data', 'antisd'],
  cli: ['gpu', 'kernels', 'model', 'data', 'antisd', 'lab'],
  ui: ['data', 'lab', 'antisd'],
};
/** What antisd may see of the lab, and the page of the model: types only. */
const SHARED_TYPES = { antisd: ['lab/config', 'lab/settings', 'lab/events'], ui: ['gpu', 'model'] };

const problems = [];

for (const path of readdirSync(src, { recursive: true }).map((file) => String(file).split(sep).join('/'))) {
  const [layer] = path.split('/');
  if (!(layer in ALLOWED) || !/\.(tsx?|css)$/.test(path)) continue;
  const text = readFileSync(join(src, path), 'utf8');
  if (/\.tsx?$/.test(path)) {
    checkImports(path, layer, text);
    checkHost(path, layer, text);
  }
  if (layer === 'ui' && path !== 'ui/styles/tokens.css') checkLook(path, text);
}

/** `import … from`, `export … from`, `import('…')` and `new URL('…', import.meta.url)`. */
function checkImports(path, layer, text) {
  const imports = [
    ...text.matchAll(/^(?:import|export)\s(?<types>type\s)?[^;'"]*?from\s*['"](?<from>\.[^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*['"](?<from>\.[^'"]+)['"]/g),
    ...text.matchAll(/^import\s*['"](?<from>\.[^'"]+)['"]/gm),
    ...text.matchAll(/new URL\(\s*['"](?<from>\.[^'"]+)['"],\s*import\.meta\.url/g),
  ];
  for (const { index, groups } of imports) {
    const { types, from } = groups;
    const target = relative(src, join(src, dirname(path), from))
      .split(sep)
      .join('/');
    const [layerOfTarget] = target.split('/');
    if (layerOfTarget === layer || !(layerOfTarget in ALLOWED) || ALLOWED[layer].includes(layerOfTarget)) continue;
    const shared = SHARED_TYPES[layer] ?? [];
    if (types && shared.some((name) => target === name || target.startsWith(`${name}/`))) continue;
    report(path, text, index, `${layer} may not import ${target}${types ? '' : ' (types apart: see SHARED_TYPES)'}`);
  }
}

function checkHost(path, layer, text) {
  if (layer === 'cli' || layer === 'ui' || /\.(node|browser)\.ts$/.test(path)) return;
  const code = blank(text, /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g);
  for (const { index, 1: name } of code.matchAll(/\bfrom\s*['"](node:\w+)/g))
    report(path, text, index, `knows Node (${name})`);
  const bare = blank(code, /'[^'\n]*'|"[^"\n]*"/g);
  for (const { index, 1: name } of bare.matchAll(/(?<![.\w])(window|document)\s*(\.|\[|\?\.)/g))
    report(path, text, index, `knows a page (${name})`);
}

function checkLook(path, text) {
  const code = blank(text, /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g);
  const isCode = !path.endsWith('.css');
  // In code, `#12` may be a private field or a number in a text: only whole strings are colours.
  const colour = isCode ? /['"`\s]#(?:[0-9a-f]{3,4}){1,2}['"`;\s]/gi : /#(?:[0-9a-f]{3,4}){1,2}\b/gi;
  for (const { index } of code.matchAll(colour)) report(path, text, index, 'a colour outside styles/tokens.css');
  for (const { index } of code.matchAll(/\b(?:rgba?|hsla?|oklch)\(\s*[\d.]/g))
    report(path, text, index, 'a colour outside styles/tokens.css');
  const styled = isCode ? code : blank(code, /@(?:media|container)[^{]*/g);
  for (const { index } of styled.matchAll(/(?<![\w.])\d*\.?\d+px\b/g))
    report(path, text, index, 'pixels outside styles/tokens.css');
}

/** The text with what matches turned to spaces, so that places stay what they are. */
function blank(text, pattern) {
  return text.replace(pattern, (match) => match.replace(/[^\n]/g, ' '));
}

function report(path, text, index, what) {
  problems.push(`src/${path}:${text.slice(0, index).split('\n').length}: ${what}`);
}

for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'Layers are clean.' : `${problems.length} problems with layers.`);
process.exitCode = problems.length === 0 ? 0 : 1;
