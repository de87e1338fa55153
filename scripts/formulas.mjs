/**
 * The formulas of the Learn pages, typeset when the page is built: src/ui/learn/formulas.json, and formulas.json beside every
 * kernel, as modules of MathML, which browsers draw without a style, a font or a script of KaTeX's.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import katex from 'katex';

const NAME = 'virtual:formulas';
const OF_KERNELS = 'virtual:kernel-formulas';
const KERNELS = fileURLToPath(new URL('../src/kernels/', import.meta.url));
const FILE = fileURLToPath(new URL('../src/ui/learn/formulas.json', import.meta.url));

/** MathML of a TeX formula. Throws where KaTeX cannot read it. */
export const mathMl = (tex) =>
  /<math.*<\/math>/.exec(
    katex.renderToString(tex, { output: 'mathml', throwOnError: true, strict: 'error', trust: true }),
  )[0];

/**
 * Of every kernel by its file's stem: MathML whose parts are marked by symbol, and what each symbol is. In TeX \s{dy}{…} is a
 * part of the symbol dy; KaTeX has no such mark in MathML but for links, whose address then becomes it.
 */
export function kernelFormulas(onFile = () => {}) {
  const rooms = readdirSync(KERNELS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = rooms.map(({ name }) => join(KERNELS, name, 'formulas.json')).filter((file) => existsSync(file));
  return Object.fromEntries(
    files.flatMap((file) => {
      onFile(file);
      return Object.entries(JSON.parse(readFileSync(file, 'utf8'))).map(([stem, { tex, symbols }]) => {
        const linked = mathMl(tex.replace(/\\s\{(\w+)\}/g, '\\href{symbol:$1}'));
        return [stem, { formula: linked.replaceAll(/href="symbol:(\w+)"/g, 'data-symbol="$1"'), symbols }];
      });
    }),
  );
}

/** `import formulas from 'virtual:formulas'`: name to MathML; `virtual:kernel-formulas`: as `kernelFormulas`. */
export const formulasPlugin = {
  name: 'formulas',
  resolveId: (id) => (id === NAME || id === OF_KERNELS ? `\0${id}` : undefined),
  load(id) {
    if (id === `\0${OF_KERNELS}`)
      return `export default ${JSON.stringify(kernelFormulas((file) => this.addWatchFile(file)))}`;
    if (id !== `\0${NAME}`) return undefined;
    this.addWatchFile(FILE);
    const formulas = Object.entries(JSON.parse(readFileSync(FILE, 'utf8')));
    return `export default ${JSON.stringify(Object.fromEntries(formulas.map(([name, tex]) => [name, mathMl(tex)])))}`;
  },
};
