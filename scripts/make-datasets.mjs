/** Writes public/datasets/*.jsonl from the generator in src/data: `node scripts/make-datasets.mjs`. Same bytes every time. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  entryPoints: [`${root}src/data/two-cards/dataset.ts`],
  bundle: true,
  format: 'esm',
  write: false,
});
const { DATASETS, datasetText } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

for (const [split, { file, count }] of Object.entries(DATASETS)) {
  writeFileSync(`${root}public/datasets/${file}`, datasetText(split));
  console.log(`public/datasets/${file}: ${count} problems`);
}
