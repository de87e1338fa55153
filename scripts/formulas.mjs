/**
 * The formulas of the Learn pages, typeset when the page is built: src/ui/learn/formulas.json as a module of MathML, which
 * browsers draw without a style, a font or a script of KaTeX's.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import katex from 'katex';

const NAME = 'virtual:formulas';
const RESOLVED = `\0${NAME}`;
const FILE = fileURLToPath(new URL('../src/ui/learn/formulas.json', import.meta.url));

/** MathML of a TeX formula. Throws where KaTeX cannot read it. */
export const mathMl = (tex) =>
  /<math.*<\/math>/.exec(katex.renderToString(tex, { output: 'mathml', throwOnError: true, strict: 'error' }))[0];

/** `import formulas from 'virtual:formulas'`: name to MathML. */
export const formulasPlugin = {
  name: 'formulas',
  resolveId: (id) => (id === NAME ? RESOLVED : undefined),
  load(id) {
    if (id !== RESOLVED) return undefined;
    this.addWatchFile(FILE);
    const formulas = Object.entries(JSON.parse(readFileSync(FILE, 'utf8')));
    return `export default ${JSON.stringify(Object.fromEntries(formulas.map(([name, tex]) => [name, mathMl(tex)])))}`;
  },
};
