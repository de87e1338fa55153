/**
 * What Biome does not read: each .wgsl file opens with a `//` header that begins with its stem, and no line is longer than
 * those of the code beside it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');
const { lineWidth } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')).formatter;

const files = readdirSync(src, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.wgsl'));
const problems = files.flatMap((file) => {
  const lines = readFileSync(join(src, file), 'utf8').split('\n');
  const headed = lines[0].startsWith(`// ${basename(file, '.wgsl')}: `);
  return [
    ...(headed
      ? []
      : [`src/${file}:1: no header; the first line is "// ${basename(file, '.wgsl')}: what it computes"`]),
    ...lines.flatMap((line, i) =>
      [...line].length > lineWidth
        ? [`src/${file}:${i + 1}: ${[...line].length} characters, ${lineWidth} are the most`]
        : [],
    ),
  ];
});

for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'WGSL is clean.' : `${problems.length} problems with WGSL.`);
process.exitCode = problems.length === 0 && files.length > 0 ? 0 : 1;
