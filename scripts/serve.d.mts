import type { PreviewServer } from 'vite';

export function buildWhereStale(say?: () => void): boolean;
export function serveBuilt(options?: {
  port?: number;
  host?: boolean;
  allow?: string[];
  strictPort?: boolean;
  base?: string;
  folder?: string;
}): Promise<PreviewServer>;
