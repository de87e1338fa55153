import type { Plugin } from 'vite';

export function mathMl(tex: string): string;
export const formulasPlugin: Plugin;
