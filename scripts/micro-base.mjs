/**
 * Writes the corpus of the task "stories" for scripts/micro-base.py: examples 0 … N - 1 of stream SEED, as three flat arrays
 * of little-endian integers: OUT.ids (uint16), OUT.mask (uint8, 1 where a token has loss) and OUT.starts (uint32, N + 1 offsets).
 *
 *     node scripts/micro-base.mjs N OUT [SEED]
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const [count, out, seed = '0'] = process.argv.slice(2);
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('../src/data/stories/corpus.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
});
const { storiesExample } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

const [ids, mask, starts] = [[], [], [0]];
for (let i = 0; i < Number(count); i++) {
  const example = storiesExample(i, Number(seed));
  for (const id of example.ids) ids.push(id);
  for (const has of example.lossMask) mask.push(has);
  starts.push(ids.length);
}
writeFileSync(`${out}.ids`, Uint16Array.from(ids));
writeFileSync(`${out}.mask`, Uint8Array.from(mask));
writeFileSync(`${out}.starts`, Uint32Array.from(starts));
