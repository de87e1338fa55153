/** Writes the tables of docs/*.md from the lab's own rows, between their marks: `npm run docs`. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { rawTexts } from './bundle.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { outputFiles } = await build({
  entryPoints: [`${root}scripts/docs-tables.ts`],
  bundle: true,
  platform: 'node',
  format: 'esm',
  write: false,
  plugins: [rawTexts],
  logLevel: 'error',
});
const { withTables } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

for (const name of readdirSync(`${root}docs`).filter((file) => file.endsWith('.md'))) {
  const file = `${root}docs/${name}`;
  const page = readFileSync(file, 'utf8');
  const written = withTables(page);
  if (written === page) continue;
  writeFileSync(file, written);
  console.log(`docs/${name} is written anew`);
}
