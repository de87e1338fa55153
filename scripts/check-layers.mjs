/**
 * The layer rule: gpu <- kernels <- model <- antisd <- lab <- cli | ui; data imports nothing above it. Types may cross
 * upwards (`import type`), code may not. Only *.node.ts, *.browser.ts, cli and ui know where they run, and only
 * styles/tokens.css holds colours.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
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
const problems = [];

for (const path of readdirSync(join(root, 'src'), { recursive: true }).map(String)) {
  const layer = path.split(/[/\\]/)[0];
  const file = join(root, 'src', path);
  if (!(layer in ALLOWED)) continue;
  if (
    /\.(css|tsx)$/.test(path) &&
    !path.endsWith('tokens.css') &&
    /#[0-9a-f]{3,8}\b/i.test(readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''))
  )
    problems.push(`${path}: a colour outside styles/tokens.css`);
  if (!/\.tsx?$/.test(path)) continue;
  const text = readFileSync(file, 'utf8');
  for (const [, typeOnly, from] of text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from '(\.[^']+)'/gm)) {
    const target = relative(join(root, 'src'), join(dirname(file), from)).split(/[/\\]/)[0];
    if (target !== layer && target in ALLOWED && !typeOnly && !ALLOWED[layer].includes(target))
      problems.push(`${path}: ${layer} may not import ${target} (${from})`);
  }
  const host = layer === 'cli' || layer === 'ui' || /\.(node|browser)\.ts$/.test(path);
  if (!host && /\b(window|document)\.|from 'node:/.test(text))
    problems.push(`${path}: knows where it runs (window, document or node:)`);
}
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'Layers are clean.' : `${problems.length} problems.`);
process.exit(problems.length === 0 ? 0 : 1);
