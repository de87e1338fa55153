/**
 * The rules of the house that the linter cannot know (docs/architecture.md):
 *   - imports point one way, types included: from a storey only to those below it, and the page never touches the GPU;
 *   - only *.node.ts, *.browser.ts, cli and ui know where they run;
 *   - only src/ui/styles/tokens.css carries colours and pixels (a media query may name its width).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');

/** The storeys from the ground up: each may import, types included, only from those before it. */
const STOREYS = [
  'data',
  'gpu',
  'host',
  'kernels',
  'model',
  'antisd',
  'settings',
  'library',
  'runs',
  'inspect',
  'report',
  'engine',
];
/** The two faces of the house stand on it side by side. */
const FACES = ['cli', 'ui'];
/** What each room may import besides itself. The page never touches the GPU: it may name the types of those rooms only. */
const ALLOWED = Object.fromEntries([
  ...STOREYS.map((room, i) => [room, STOREYS.slice(0, i)]),
  ...FACES.map((room) => [room, STOREYS]),
]);
const TYPES_ONLY = { ui: ['gpu', 'host', 'kernels', 'model'] };

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
    if (layerOfTarget === layer || !(layerOfTarget in ALLOWED)) continue;
    if (ALLOWED[layer].includes(layerOfTarget) && (types || !TYPES_ONLY[layer]?.includes(layerOfTarget))) continue;
    report(path, text, index, `${layer} may not import ${target}${types ? ', nor its types' : ''}`);
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
