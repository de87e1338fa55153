import type { Plugin } from 'vite';

export function mathMl(tex: string): string;
export interface KernelFormula {
  readonly formula: string;
  readonly symbols: Readonly<Record<string, { readonly is: string; readonly in: readonly string[] }>>;
}
export function kernelFormulas(onFile?: (file: string) => void): Record<string, KernelFormula>;
export const formulasPlugin: Plugin;
