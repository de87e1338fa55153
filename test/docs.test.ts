/** The docs say what the rows say: their tables are those that `npm run docs` would write, and every page can be found. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TABLE_NAMES, tablesIn, withTables } from '../scripts/docs-tables';

const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const PAGES = readdirSync(new URL('../docs', import.meta.url)).filter((file) => file.endsWith('.md'));

test.each(PAGES)('docs/%s holds its tables as the rows are now (else: npm run docs)', (page) => {
  const text = read(`docs/${page}`);
  expect(text).toBe(withTables(text));
  expect(tablesIn(text)).toHaveLength(text.match(/<!-- table:/g)?.length ?? 0); // no mark is left open
});

test('every table stands in the docs once', () => {
  expect(PAGES.flatMap((page) => tablesIn(read(`docs/${page}`))).sort()).toEqual([...TABLE_NAMES].sort());
});

test('a mark that names no table is refused', () => {
  expect(() => withTables('<!-- table: tasts -->\n\n<!-- end of table -->')).toThrow(/no table is called tasts.*tasks/);
});

test('the README leads to every page', () => {
  const readme = read('README.md');
  expect(PAGES.filter((page) => !readme.includes(`(docs/${page})`))).toEqual([]);
});
