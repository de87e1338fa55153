/**
 * The markup of the words: `{u}` a symbol, `{=antisd}` a formula of formulas.json, `{#n}` a value that the figure knows.
 * Everything else is text.
 */
import { SYMBOLS, type SymbolName } from './symbols';

export type Bit =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'symbol'; readonly name: SymbolName }
  | { readonly kind: 'formula'; readonly name: string };

/** The text with its values in their places. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{#(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole));

export function bitsOf(text: string): Bit[] {
  return text.split(/(\{=?\w+\})/).flatMap((part): Bit[] => {
    const [, formula, name] = /^\{(=?)(\w+)\}$/.exec(part) ?? [];
    if (name === undefined) return part === '' ? [] : [{ kind: 'text', text: part }];
    if (formula) return [{ kind: 'formula', name }];
    return Object.hasOwn(SYMBOLS, name)
      ? [{ kind: 'symbol', name: name as SymbolName }]
      : [{ kind: 'text', text: part }];
  });
}
