import type { Plugin } from 'vite';
import type { Kept } from '../src/ui/offline/kept';

export function keptFiles(folder: string, later?: readonly string[]): Kept[];
export function offlinePlugins(options: { build: string; later?: readonly string[] }): Plugin[];
