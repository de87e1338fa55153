/** Writes the settings of supervised runs into docs/fine-tuning.md, between its two marks: `node scripts/settings-docs.mjs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const contents = `export { settingsTable } from './setting-docs'; export { SFT_TABLE } from './settings-sft';`;
const { outputFiles } = await build({
  stdin: { contents, resolveDir: `${root}src/settings`, loader: 'ts' },
  bundle: true,
  format: 'esm',
  write: false,
  loader: { '.wgsl': 'text' },
  logLevel: 'error',
});
const { settingsTable, SFT_TABLE } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

const file = `${root}docs/fine-tuning.md`;
const [begin, end] = ['<!-- settings -->', '<!-- end of settings -->'];
const text = readFileSync(file, 'utf8');
const [before, after] = [text.split(begin)[0], text.split(end)[1]];
writeFileSync(file, `${before}${begin}\n${settingsTable(SFT_TABLE)}\n${end}${after}`);
console.log(`${file}: ${SFT_TABLE.names.length} settings`);
