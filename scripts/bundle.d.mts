import type { BuildOptions, Plugin } from 'esbuild';

export function bundleCommandLine(
  options?: BuildOptions,
): Promise<{ files: { name: string; contents: Uint8Array }[]; sources: string[] }>;
export const rawTexts: Plugin;
